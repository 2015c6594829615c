import { lastingOn } from '../plan/lasting.ts'
import { ownerContext } from '../plan/owners.ts'
import type { Rules } from '../connector/contract.ts'
import type { Found } from './guard.ts'
import { firm, ownersAfter, ownersIn, type Owner } from './owners.ts'
import type { Scene } from './scene.ts'
import { named } from './words.ts'

/** Days ahead: time for another owner to be found, to accept and to sign in. */
const horizon = 90

/**
 * A date that ends the last owner is refused when it is written, and not on the day it comes: then the one who could
 * have named another is the one who goes. It hangs on no write, as the manifests end by themselves what is live. Who is
 * compromised is stopped all the same: the first wave alone is not held up by a day to come.
 */
export function ownersToCome(scene: Scene): readonly Found[] {
  if (scene.config.stage !== 'full' || isFirstWave(scene)) return []
  const owners = firm(ownersAfter(scene))
  if (owners.length === 0 || ownersOn(scene, horizon).length > 0) return []
  let [still, over] = [0, horizon]
  while (over - still > 1) {
    const middle = Math.floor((still + over) / 2)
    if (ownersOn(scene, middle).length > 0) still = middle
    else over = middle
  }
  return [nobodyFrom(scene, dayIn(scene, over), owners)]
}

function isFirstWave({ steps }: Scene): boolean {
  return steps.length > 0 && steps.every(({ first }) => first === true)
}

/** Owners to count on so many days from now: nobody new, as whoever is to come may not have come by then. */
function ownersOn(scene: Scene, days: number): readonly Owner[] {
  // One by one: a copy of the whole scene would work out what it means for people as well.
  const { config, description, desired, people } = scene
  const sides = { config, description, desired, people, rules: withoutEnds(scene.rules) }
  const then = ownerContext(sides, scene.start, scene.writes, lastingOn(dayIn(scene, days)))
  return firm(ownersIn(then, scene.end, (key) => key))
}

/** What the system ends by itself (a password that is to be renewed) is no date that somebody wrote. */
function withoutEnds(rules: Rules): Rules {
  return {
    ...rules,
    ownership: (account, graph) => {
      const { lasts: _lasts, ...ownership } = rules.ownership(account, graph)
      return ownership
    },
  }
}

function dayIn({ today }: Scene, days: number): string {
  return new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10)
}

function nobodyFrom({ config }: Scene, day: string, owners: readonly Owner[]): Found {
  return {
    refs: owners.map(({ ref }) => ref),
    count: 0,
    message:
      `From ${day} on nobody owns "${config.name}" any more: ` +
      `the account or the right of ${named(owners.map(({ ref }) => ref.key))} ends by itself.`,
    remedy: `This cannot be accepted: give an owner role that lasts longer than ${horizon} days, or move \`until\`.`,
  }
}
