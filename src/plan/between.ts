import type { Description } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, type Resource } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import { declaredGraph } from './declared.ts'
import { canonical } from './digest.ts'
import { renamesWished } from './match.ts'
import { seenThrough, settle } from './renaming.ts'

/** Two declared states of one system, both by the names that things have in the second, and what differs between them. */
interface Between {
  readonly before: GraphView
  readonly after: GraphView
  readonly writes: readonly Write[]
}

/**
 * What one set of manifests declares and another one does. Nothing live is looked at: a thing that is no longer
 * managed is gone here, though a plan would leave it alone.
 */
export function between(
  was: DesiredGraph,
  is: DesiredGraph,
  { description, cause }: { readonly description: Description; readonly cause: Cause },
): Between {
  const first = declaredGraph(was)
  const renames = renamesWished({ desired: is, actual: first, description, inventory: [] })
  const before = seenThrough(first, settle(renames, first))
  const after = declaredGraph(is)
  const writes = kinds.flatMap((kind) => [
    ...[...before.all(kind)].flatMap((live): Write[] => {
      const next = after.get(kind, live.ref.key)
      if (next === undefined) return [{ action: 'delete', ref: live.ref, before: live, cause }]
      if (canonical(content(live)) === canonical(content(next))) return []
      return [{ action: 'update', ref: live.ref, before: live, after: next, patch: [], cause }]
    }),
    ...[...after.all(kind)].flatMap((next): Write[] =>
      before.get(kind, next.ref.key) === undefined
        ? [{ action: 'create', ref: next.ref, after: next, cause }]
        : [],
    ),
  ])
  return { before, after, writes }
}

function content({ fields, links }: Resource): Pick<Resource, 'fields' | 'links'> {
  return { fields, links }
}
