import type { Widening } from '../connector/contract.ts'
import type { AccessChange } from '../model/access.ts'
import { kinds, refKey, splitTarget, type Kind, type ResourceRef } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { guard, type Found } from './guard.ts'
import { mappingWidened } from './mapping-widened.ts'
import type { Scene } from './scene.ts'
import { counted, named } from './words.ts'

/**
 * Access is given to people by name, or to groups whose members somebody chose. What is given to everyone, or follows
 * from a rule that sorts people by itself, reaches whom nobody looked at, today and later: somebody has to say so.
 */
export const accessWidened = guard('access-widened', (scene) => [
  ...toEveryone(scene),
  ...mappingWidened(scene),
  ...byRule(scene),
])

/** One finding, by what is given: rights that everyone gains, and the policies or grants that give them. */
function toEveryone(scene: Scene): Found[] {
  const gains = scene.impact.access.filter(isForEveryone)
  if (gains.length === 0 || isNew(scene)) return []
  const { name } = scene.config
  const accounts = [...scene.end.all('account')].length
  return [
    {
      refs: refsOf(name, gains),
      count: gains.length,
      message: `This plan gives everyone in "${name}" ${counted(gains.length, 'right')} that not everyone had: ${shown(gains)}. That is ${counted(accounts, 'account')} today, and every one that comes.`,
      remedy: `Name the groups that need it, or write an Acceptance that has \`atMost: ${gains.length}\`.`,
      acceptable: true,
    },
  ]
}

/** Where there was nobody, nothing is wider than it was: everyone is then whom the same plan brings. */
function isNew({ was }: Scene): boolean {
  return [...was.all('account')].length === 0
}

function isForEveryone({ change, subjects }: AccessChange): boolean {
  return change === 'gain' && subjects.some((subject) => splitTarget(subject).type === 'everyone')
}

function shown(gains: readonly AccessChange[]): string {
  return named(gains.map(({ action, on }) => [action, on === 'all:*' ? 'everything' : on].join(' ')))
}

/** Whatever on the ways to them is a resource of the system, and not a role: that holds nobody by itself. */
function refsOf(system: string, gains: readonly AccessChange[]): ResourceRef[] {
  const names = [...new Set(gains.flatMap(({ through }) => through))]
  return names.map(splitTarget).flatMap(({ type, name }) => {
    const kind = kinds.find((known): known is Kind => known === type)
    return kind === undefined || kind === 'role' || kind === 'group' ? [] : [{ system, kind, key: name }]
  })
}

function byRule(scene: Scene): Found[] {
  const { rules, was, end, writes } = scene
  return (rules.access.widens?.(was, end, writes) ?? []).map((widening) => found(scene, widening))
}

function found(scene: Scene, { refs, message, accounts }: Widening): Found {
  const people = accounts && [...new Set(accounts.map((key) => scene.person(key)))].sort(byText)
  const count = people?.length ?? Math.max(1, new Set(refs.map(refKey)).size)
  return {
    refs,
    count,
    message,
    remedy: people
      ? `Look at who gains what, and write an Acceptance that names them and has \`atMost: ${count}\`.`
      : `Look at whom it reaches, and write an Acceptance that has \`atMost: ${count}\`.`,
    acceptable: true,
    ...(people ? { people } : {}),
  }
}
