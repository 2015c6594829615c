import type { Resource } from '../model/resource.ts'
import { refKey, splitTarget } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { guard, type Found } from './guard.ts'
import type { Scene } from './scene.ts'

/**
 * A name can pass to a stranger: an account is deleted and its name registered again, a group is made anew. What
 * rolecall knew by another native id is not given anything, nor anything through it, until somebody says that it
 * is meant.
 */
export const identityChanged = guard('identity-changed', (scene) => {
  const strangers = strangersIn(scene)
  if (strangers.length === 0) return []
  const concerned = concernedBy(scene)
  return strangers.map(({ live, was, now }): Found => {
    const name = `${live.ref.kind} ${live.ref.key}`
    const isConcerned = concerned.has(refKey(live.ref))
    return {
      refs: [live.ref],
      count: 1,
      severity: isConcerned ? 'refuse' : 'warn',
      message: `The ${name} of "${scene.config.name}" has the id ${now}, and rolecall knew it as ${was}: the same name may be somebody else.`,
      remedy: `Find out who made it, then delete it over there, or write an Acceptance with \`ids: {was: "${was}", now: "${now}"}\`.`,
      acceptable: true,
      ids: { was, now },
    }
  })
})

interface Stranger {
  readonly live: Resource
  readonly was: string
  readonly now: string
}

/** What is live and managed under a name that the inventory has with another id. */
function strangersIn(scene: Scene): readonly Stranger[] {
  const known = [...(scene.inventory ?? [])].sort((a, b) => byText(refKey(a), refKey(b)))
  return known.flatMap((entry) => {
    const live = scene.start.get(entry.kind, entry.key)
    if (entry.id === undefined || live?.id === undefined || live.id === entry.id) return []
    const managed =
      scene.desired.wishes[entry.kind].has(scene.coming(entry.kind, entry.key)) ||
      scene.touching(live.ref).length > 0
    return managed ? [{ live, was: entry.id, now: live.id }] : []
  })
}

/** All that a write is about: what it writes, and what it links or takes a link from. */
function concernedBy(scene: Scene): ReadonlySet<string> {
  const concerned = new Set<string>()
  const add = (links: Resource['links']) => {
    for (const target of Object.values(links).flat()) {
      const { type, name } = splitTarget(target)
      concerned.add(`${type}:${name}`)
    }
  }
  for (const write of scene.writes) {
    concerned.add(refKey(write.ref))
    if (write.action === 'rename') concerned.add(`${write.ref.kind}:${write.from}`)
    if (write.action !== 'delete') add(write.after.links)
  }
  return concerned
}
