import { foldKey } from '../connector/describe.ts'
import { byText } from '../plan/sets.ts'
import { ownersBefore } from './owners.ts'
import { powerIn } from './removals.ts'
import type { Scene } from './scene.ts'
import { oneOf } from './words.ts'

/** Somebody has to own the system before who is compromised can go; whom, is not for the small hours to work out. */
export function whomToPromote(scene: Scene): string {
  const names = candidates(scene)
  return names.length === 0
    ? 'nobody else has a working account there, so create an owner'
    : `make an owner of ${oneOf(names)}`
}

/** Few enough to be read at night. */
const most = 3

/**
 * Who could be made an owner now: active people with a working account in the system, the best first. Those whom the
 * team expects to own it come before administrators, and these before everybody else who is declared.
 */
function candidates(scene: Scene): readonly string[] {
  const { config, desired, description, rules } = scene
  const expected = new Set((config.owners.expected ?? []).map((key) => foldKey(description, 'account', key)))
  const ranked: { key: string; rank: number }[] = []
  for (const account of scene.start.all('account')) {
    const { key } = account.ref
    const coming = scene.coming('account', key)
    const wish = desired.wishes.account.get(coming)
    const isActive = account.fields['status'] !== 'suspended' && wish?.fields['status'] !== 'suspended'
    const isOurs = scene.automation.has(key) || scene.ignored(key) || rules.sealed(account)
    const type = scene.people.get(scene.person(coming))?.type ?? account.fields['type'] ?? 'person'
    if (wish?.state !== 'present' || wish.compromised === true || !isActive || isOurs) continue
    if (type === 'service' || ownersBefore(scene).has(coming)) continue
    const power = powerIn(scene, account, scene.start)
    ranked.push({ key, rank: expected.has(key) ? 0 : power === 'administrator' ? 1 : 2 })
  }
  return ranked
    .sort((a, b) => a.rank - b.rank || byText(a.key, b.key))
    .slice(0, most)
    .map(({ key }) => key)
}
