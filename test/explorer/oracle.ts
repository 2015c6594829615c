/** Knows the true state and nothing of rolecall: who can run a system, and whether that held all along. */
import type { Resource } from '../../src/model/resource.ts'
import type { Truth } from './plain-system.ts'

/** Who can really run the system: an active person, or a break-glass account, whose own role is Owner everywhere. */
export function ownersOf({ things }: Pick<Truth, 'things'>): readonly string[] {
  return Object.values(things)
    .filter(canRunIt)
    .map(({ ref }) => ref.key)
    .sort()
}

function canRunIt({ ref, fields, links }: Resource): boolean {
  const isHuman = fields['type'] === 'person' || fields['type'] === 'break-glass'
  const role = links['role'] ?? []
  const scope = links['scope'] ?? []
  return (
    ref.kind === 'account' &&
    isHuman &&
    fields['status'] === 'active' &&
    role[0] === 'role:Owner' &&
    scope.length === 0
  )
}

/** What is broken in the true state of a system; undefined when nothing is. */
export function brokenIn(before: Truth, now: Truth, anchors: readonly string[]): string | undefined {
  const [were, are] = [ownersOf(before), ownersOf(now)]
  if (were.length > 0 && are.length === 0) return `${now.system} has no owner`
  const lowered = anchors.filter((anchor) => were.includes(anchor) && !are.includes(anchor))
  if (lowered.length > 0) return `the anchor ${lowered.join(', ')} of ${now.system} is lowered`
  return now.twins.length > 0 ? `${now.system} has ${now.twins.join(', ')} twice` : undefined
}
