/**
 * What of a difference is due: a date has come that stood on the protected branch before its day. An edit that nobody has
 * applied yet is not, though it may name a date, and neither is what somebody changed in a system.
 */
import { dayAfter } from '../manifest/dates.ts'
import { parseOnce } from '../manifest/parse.ts'
import { manifestsOf } from '../manifest/read.ts'
import { atOnce } from '../manifest/steps.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { splitTarget } from '../model/resource.ts'
import { didMove } from '../plan/drift.ts'
import { byResource, part, standingAlone, together } from '../plan/due.ts'
import { held } from '../plan/stage.ts'
import { descriptions } from '../systems/registry.ts'
import { differing } from './differing.ts'
import { withChanges, type Compared, type SystemCase } from './reconcile.ts'
import { revisions, type Revision } from './revisions.ts'
import type { Loaded, ProtectedBranch } from './workspace.ts'

/** The same reading, with only what is due to be sent; all else is told and left alone. */
export async function onlyDue(compared: Compared): Promise<Compared> {
  const { at, loaded } = compared
  const parted = await dueIn(compared)
  const cases = compared.cases.map((one) => {
    const { due, left } = parted.get(one) ?? { due: [], left: [] }
    const others = one.changes.filter((change) => change.action === 'keep')
    const byHand = one.changes.flatMap((change) =>
      change.action === 'manual' ? [held(change, 'undated')] : [],
    )
    const changes = [...due, ...left.map((write) => held(write, 'undated')), ...byHand, ...others]
    const { past } = one
    // What was merged and not applied stays to be asked of git: this run carries out nothing of it.
    return { ...withChanges(one, changes, loaded.workspace, at), past: past && { ...past, whole: false } }
  })
  return { ...compared, cases }
}

interface Due {
  readonly due: readonly Write[]
  readonly left: readonly Write[]
}

/** By case, its writes in two: what is due, and what is not or not yet to be done. */
export async function dueIn({ at, cases, loaded }: Compared): Promise<ReadonlyMap<SystemCase, Due>> {
  const today = at.toISOString().slice(0, 10)
  const partings = cases.map((one) => openParting(one))
  const asked = new Set(partings.flatMap((parting) => [...parting.documents]))
  const turns = asked.size === 0 ? [] : loaded.turns((document) => asked.has(document))
  const history = loaded.branch && historyOf(loaded.branch, loaded, { today, now: at })
  for (const turn of turns.filter((day) => day <= today).reverse()) {
    if (partings.every(({ open }) => open.size === 0)) break
    const eve = loaded.on(dayAfter(turn, -1)).workspace
    for (const parting of partings) {
      const then = eve?.desired.get(parting.one.config.name)
      if (then === undefined || parting.open.size === 0) continue
      settle(parting, then, (await history?.(turn, parting.one.config.name)) ?? 'as now')
    }
  }
  return new Map(partings.map((parting) => [parting.one, closed(parting)]))
}

/** The writes of one system on the way to be told apart. */
interface Parting {
  readonly one: SystemCase
  /** What is not known to be due of each. */
  readonly open: Map<Write, Write>
  readonly due: Map<Write, Write>
  /** Whose dates can have to do with them. */
  readonly documents: ReadonlySet<string>
}

function openParting(one: SystemCase): Parting {
  const moved = didMove(one)
  const writes = one.changes.filter(isWrite).filter((write) => moved(write))
  return {
    one,
    open: new Map(writes.map((write) => [write, write])),
    due: new Map(),
    documents: new Set(writes.flatMap((write) => documentsOf(write, one.desired))),
  }
}

/** Documents whose dates may make this change: its own, and those of the people, groups and policies it links. */
function documentsOf(write: Write, desired: DesiredGraph): string[] {
  const targets = [
    `${write.ref.kind}:${write.ref.key}`,
    ...('before' in write ? Object.values(write.before.links).flat() : []),
    ...('after' in write ? Object.values(write.after.links).flat() : []),
  ]
  const linked = targets.flatMap((target) => {
    const { type, name } = splitTarget(target)
    if (type === 'account') return `User/${desired.wishes.account.get(name)?.person ?? name}`
    return type === 'group' ? `Group/${desired.wishes.group.get(name)?.handle ?? name}` : []
  })
  return [write.cause.document, ...linked]
}

/** `then`: the wishes of the eve of a turn. `before`: those of today by what the branch said when that turn came. */
function settle(parting: Parting, then: DesiredGraph, before: Before): void {
  const { one, open, due } = parting
  const eve = byResource(differing(one, then).changes)
  const said =
    before === 'as now' ? undefined : byResource(before === 'unknown' ? [] : differing(one, before).changes)
  for (const [write, still] of [...open]) {
    const kind = one.connector.description.kinds[write.ref.kind]
    const name = `${write.ref.kind}:${write.ref.key}`
    const { shared, rest } = part(still, eve.get(name) ?? [], kind)
    if (rest === undefined) continue
    const { shared: known, rest: edited } =
      said === undefined ? { shared: rest, rest: undefined } : part(rest, said.get(name) ?? [], kind)
    if (known !== undefined) due.set(write, together(known, due.get(write), kind))
    const left = shared === undefined ? edited : together(shared, edited, kind)
    if (left === undefined) open.delete(write)
    else open.set(write, left)
  }
}

type Before = DesiredGraph | 'as now' | 'unknown'

/** What is due, without what needs something that is left out; and the rest of all writes. */
function closed({ one, open, due }: Parting): Due {
  const writes = one.changes.filter(isWrite)
  const isOpen = (write: Write): readonly Write[] => {
    const still = open.get(write)
    return still === undefined ? (due.has(write) ? [] : [write]) : [still]
  }
  const left = writes.flatMap(isOpen)
  const alone = standingAlone([...due.values()], left, {
    actual: one.observation.graph,
    description: one.connector.description,
  })
  const waits = [...due.values()].filter((write) => !alone.has(write))
  return { due: [...alone], left: [...left, ...waits] }
}

/**
 * What the branch said when a day began, asked what it wishes today. `as now` where it said then what it says now, which
 * is nearly always: the merge that named the date is older than the date. To be asked from the newest day to the oldest.
 */
function historyOf(
  branch: ProtectedBranch,
  { workspace }: Loaded,
  { today, now }: { readonly today: string; readonly now: Date },
): (day: string, system: string) => Promise<Before> {
  const states = revisions(branch, { wanted: new Set(), now })
  let state: Awaited<ReturnType<typeof states.next>> | undefined
  const readings = new Map<string, ReadonlyMap<string, DesiredGraph> | undefined>()
  const desiredIn = ({ commit, sources }: Revision): ReadonlyMap<string, DesiredGraph> | undefined => {
    if (readings.has(commit.id)) return readings.get(commit.id)
    const found = sources()
    const options = { root: workspace.root, connectors: descriptions, parse: parseOnce }
    const reading = found && atOnce(manifestsOf(found, { ...options, protectedSources: found })).on(today)
    readings.set(commit.id, reading?.workspace?.desired)
    return reading?.workspace?.desired
  }
  return async (day, system) => {
    state ??= await states.next()
    while (state.done === false && state.value.from >= `${day}T00:00:00.000Z`) state = await states.next()
    if (state.done === true) return 'unknown'
    return state.value.endedBy === undefined ? 'as now' : (desiredIn(state.value)?.get(system) ?? 'unknown')
  }
}
