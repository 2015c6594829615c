import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Change, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import { lowered, ownersTouchedBy, simulate, usableOwners } from './simulate.ts'

/**
 * Which steps take a usable owner away, so that each of them runs alone after a fresh look: by write, the keys of the
 * accounts, under the names they will have. Each write is judged alone, whatever the others do; and where only several
 * together take one away, each of those that touch what it hangs on counts.
 */
export function loweredByEach(
  writes: readonly Write[],
  { actual, description, rules }: { actual: GraphView; description: Description; rules: Rules },
): ReadonlyMap<Change, readonly string[]> {
  const renames = settle(renamesIn(writes), actual)
  const seen = seenThrough(actual, renames)
  const byWrite = new Map<Change, string[]>()
  for (const write of writes) {
    // The name is new already in this view; what is left of a rename is what else it changes.
    const alone: Write = write.action === 'rename' ? { ...write, action: 'update' } : write
    const keys = lowered(alone, seen, description, rules)
    if (keys.length > 0) byWrite.set(write, keys)
  }
  const known = new Set([...byWrite.values()].flat())
  const newName = (key: string): string => renames.get('account')?.get(key) ?? key
  const start = usableOwners(actual, rules)
  const end = usableOwners(simulate(actual, writes, description), rules).keys
  const lost = new Set([...start.keys].map(newName).filter((key) => !end.has(key) && !known.has(key)))
  if (lost.size === 0) return byWrite
  for (const write of writes) {
    const touched = [
      ...ownersTouchedBy(write, start).map(newName),
      ...ownersTouchedBy(write, usableOwners(seen, rules)),
    ]
    const together = [...new Set(touched)].filter((key) => lost.has(key))
    if (together.length > 0 && write.action !== 'create')
      byWrite.set(write, [...(byWrite.get(write) ?? []), ...together].sort())
  }
  return byWrite
}
