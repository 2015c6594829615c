import { refKey } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { guard, type Found } from './guard.ts'
import { additions, removals, type Dimension, type Removal } from './removals.ts'
import type { Scene } from './scene.ts'
import { placeOf } from './words.ts'

/**
 * One change that takes away a great deal is more often a mistake than a wish. Few are let through wherever they
 * are; of many, a share; of a small collection, at most half, since ten of twelve would be nearly all; and owners
 * one at a time. Who is compromised is stopped at once and counts nowhere.
 *
 * What a crash leaves of a plan is judged again, when some of what the plan adds is there and nothing that was judged
 * with it is known any more. So that the rest of what was let through is let through as well, two of two are judged as
 * two of three where the plan adds to them: nothing else comes nearer to a limit by what is added first.
 */
export const removalLimit = guard('removal-limit', (scene) =>
  [...removals(scene).values()]
    .map((dimension) => ({ ...dimension, removed: dimension.removed.filter((one) => counts(scene, one)) }))
    .sort((a, b) => byText(a.name, b.name))
    .flatMap((dimension) => {
      const rule = ruleBroken(scene, dimension)
      return rule ? [found(scene, dimension, rule)] : []
    }),
)

function counts(scene: Scene, { account }: Removal): boolean {
  return account === undefined || !scene.compromised(account)
}

/** A collection of fewer may go as a whole. */
const few = 3

interface Rule {
  readonly says: string
  readonly where: string
  /** How many come, where that counts. */
  readonly adds?: number
}

function ruleBroken(scene: Scene, { name, size, removed }: Dimension): Rule | undefined {
  const count = removed.length
  if (name === 'owner reductions')
    return count > 1 ? { says: 'owners are reduced one at a time', where: 'built in' } : undefined
  const { moreThan, percent } = scene.config.limits
  const share = (size * percent) / 100
  if (count > Math.max(moreThan, share)) {
    const says =
      share > moreThan
        ? `the limit is ${Math.floor(share)} (${percent} %)`
        : `the limit is ${moreThan} (${percent} % would be ${Math.floor(share)})`
    const path = share > moreThan ? 'limits.removals.percent' : 'limits.removals.moreThan'
    return { says, where: placeOf(scene.config, path) }
  }
  const half = { says: 'of three or more, at most half may go at once', where: 'built in' }
  if (count <= Math.max(size, few) / 2) return undefined
  if (size >= few) return half
  const adds = additions(scene, name)
  return size + adds >= few ? { ...half, adds } : undefined
}

function found(scene: Scene, dimension: Dimension, rule: Rule): Found {
  const { removed } = dimension
  const persons = removed.map(({ account }) => (account === undefined ? undefined : scene.person(account)))
  const people = persons.every((person) => person !== undefined) ? [...new Set(persons)].sort() : undefined
  const covering = people
    ? `names who it is about and has \`atMost: ${people.length}\``
    : `has \`atMost: ${removed.length}\``
  return {
    refs: [...new Map(removed.map(({ ref }) => [refKey(ref), ref])).values()],
    count: removed.length,
    message: `This plan ${phrase(dimension)} in "${scene.config.name}"${rule.adds === undefined ? '' : ` and adds ${rule.adds}`}; ${rule.says}.`,
    where: rule.where,
    remedy: `Make smaller plans of it, or write an Acceptance that ${covering}.`,
    acceptable: true,
    ...(people ? { people } : {}),
  }
}

function phrase({ name, size, removed }: Dimension): string {
  const part = `${removed.length} of ${size}`
  switch (name) {
    case 'suspensions':
      return `suspends ${part} active accounts`
    case 'demotions':
      return `takes power from ${part} administrative accounts`
    case 'owner reductions':
      return `reduces ${part} owners`
    default:
      return `takes away ${part} ${name}`
  }
}
