import type { Change, Write } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import { kinds, refKey, type Resource } from '../../src/model/resource.ts'

/**
 * Walks through every state that a run can reach, the long way: it carries writes out one by one on copies of a
 * fake system, and at each step goes on with the step done and with the step not done. It shares no code with the
 * guards, with simulate or with the executor, so that it can judge them.
 */
export interface World {
  readonly live: readonly Resource[]
  readonly steps: readonly Step[]
  /** Who really owns the system and can be counted on, by key. */
  usable(state: GraphView): ReadonlySet<string>
}

/** The shortest way to a state without a usable owner, as the ids of the steps done; undefined when there is none. */
export function wayToLockout(world: World, { barrier }: { barrier: boolean }): readonly string[] | undefined {
  const visit = (state: Graph, place: number, done: readonly string[]): readonly string[] | undefined => {
    const step = world.steps[place]
    if (!step) return undefined
    const skipped = visit(state, place + 1, done)
    if (skipped) return skipped
    if (step.change.action === 'keep' || step.change.action === 'manual') return undefined
    if (!step.needs.every((id) => done.includes(id))) return undefined
    if (barrier && step.lowers.length > 0 && !confirmed(world, state, step)) return undefined
    const next = carryOut(state, step.change)
    if (!next) return undefined
    const way = [...done, step.id]
    return world.usable(next).size === 0 ? way : visit(next, place + 1, way)
  }
  const start = new Graph('vpn', world.live)
  return world.usable(start).size === 0 ? [] : visit(start, 0, [])
}

/** Whether some part of the writes, in whatever order, leaves nobody. Renames aside, the order makes no state. */
export function someSubsetLocksOut(world: World): boolean {
  return (
    wayToLockout(
      { ...world, steps: world.steps.map((step) => ({ ...step, needs: [] })) },
      { barrier: false },
    ) !== undefined
  )
}

/** The state in which everything is done that can be. */
export function allDone({ live, steps }: World): GraphView {
  return steps.reduce(
    (state, { change }) => {
      if (change.action === 'keep' || change.action === 'manual') return state
      return carryOut(state, change) ?? state
    },
    new Graph('vpn', live),
  )
}

/** What apply sees when it looks before a reduction: somebody else, under any name, owns the system at this moment. */
function confirmed(world: World, state: GraphView, step: Step): boolean {
  const renames = world.steps.flatMap(({ change }) =>
    change.action === 'rename' && change.ref.kind === 'account' ? [change] : [],
  )
  const going = new Set(step.lowers)
  // under any name on the way to the one that the step says, and from there on
  for (const { from, ref } of renames.toReversed()) if (going.has(ref.key)) going.add(from)
  for (const { from, ref } of renames) if (going.has(from)) going.add(ref.key)
  return [...world.usable(state)].some((key) => !going.has(key))
}

/** The system after one write, or undefined where a real one would refuse it. */
export function carryOut(state: Graph, write: Write): Graph | undefined {
  const all = kinds.flatMap((kind) => [...state.all(kind)])
  const from = write.action === 'rename' ? write.from : write.ref.key
  const exists = state.get(write.ref.kind, from) !== undefined
  if (exists !== (write.action !== 'create')) return undefined
  switch (write.action) {
    case 'create':
      return new Graph(state.system, [...all, write.after])
    case 'delete':
      return new Graph(
        state.system,
        all
          .filter((one) => refKey(one.ref) !== refKey(write.ref))
          .map((one) => relink(one, refKey(write.ref), undefined)),
      )
    case 'update':
      return new Graph(
        state.system,
        all.map((one) => (refKey(one.ref) === refKey(write.ref) ? patched(one, write) : one)),
      )
    case 'rename': {
      const old = refKey({ ...write.ref, key: from })
      if (state.get(write.ref.kind, write.ref.key)) return undefined
      return new Graph(
        state.system,
        all
          .map((one) => (refKey(one.ref) === old ? patched({ ...one, ref: write.ref }, write) : one))
          .map((one) => relink(one, old, refKey(write.ref))),
      )
    }
  }
}

export function patched(
  one: Resource,
  { before, after }: Extract<Write, { before: unknown; after: unknown }>,
): Resource {
  const links = { ...one.links }
  for (const name of new Set([...Object.keys(before.links), ...Object.keys(after.links)])) {
    const gone = before.links[name] ?? []
    const kept = (links[name] ?? []).filter((target) => !gone.includes(target))
    links[name] = [...new Set([...kept, ...(after.links[name] ?? [])])].sort()
  }
  return { ...one, fields: { ...one.fields, ...after.fields }, links }
}

export function relink(one: Resource, from: string, to: string | undefined): Resource {
  if (!Object.values(one.links).some((targets) => targets.includes(from))) return one
  const links = Object.entries(one.links).map(([name, targets]) => [
    name,
    targets.flatMap((target) => (target !== from ? [target] : to === undefined ? [] : [to])),
  ])
  return { ...one, links: Object.fromEntries(links) as Resource['links'] }
}

/** Steps in an order of one's own, each saying whom it would lower if it were the only one. */
export function inOrder(
  changes: readonly Change[],
  lowers: (change: Change) => readonly string[],
): readonly Step[] {
  return changes.map((change, index) => ({
    id: `vpn/${index + 1}`,
    change,
    needs: [],
    lowers: lowers(change),
    fingerprint: '',
  }))
}
