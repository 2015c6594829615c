/**
 * The plans of days to come: each as if those before had been carried out and nobody had written anything. They are
 * judged as a plan is, so that what will be refused is known before it is due.
 */
import {
  entriesOf,
  refusalsOf,
  type Forecast,
  type ForecastFault,
  type ForecastShortage,
  type Turn,
} from '../access/forecast.ts'
import { check, datedGuards } from '../guard/check.ts'
import { distinct, usable } from '../guard/owners.ts'
import { isWrite } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { Graph, type GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, refKey, type ResourceRef } from '../model/resource.ts'
import type { Workspace } from '../model/workspace.ts'
import { order } from '../plan/order.ts'
import { lastingOn } from '../plan/lasting.ts'
import { ownerContext, ownersIn } from '../plan/owners.ts'
import { simulate } from '../plan/simulate.ts'
import { differing } from './differing.ts'
import type { Compared, SystemCase } from './reconcile.ts'

/** From the day after the reading to `to`. Only days on which a date may turn something are worked out. */
export function forecast(compared: Compared, to: string): Forecast {
  const { at, cases, loaded } = compared
  const from = at.toISOString().slice(0, 10)
  const states = cases.map((one) => afterToday(one, from))
  const told = {
    entries: new Array<Forecast['entries'][number]>(),
    refusals: new Map<string, Refusal>(),
    shortages: new Array<ForecastShortage>(),
  }
  const faults = new Map<string, ForecastFault>()
  for (const day of loaded.turns().filter((each) => each > from && each <= to)) {
    const { workspace, diagnostics } = loaded.on(day)
    for (const fault of diagnostics.flatMap((one) => faultOf(one, day)))
      if (!faults.has(`${fault.code} ${fault.message}`)) faults.set(`${fault.code} ${fault.message}`, fault)
    if (workspace === undefined) continue
    for (const state of states) {
      const turn = turnOf(state, workspace, { day, compared })
      if (turn === undefined) continue
      told.entries.push(...entriesOf(turn))
      told.shortages.push(...shortageOf(state, workspace, day))
      for (const refusal of refusalsOf(turn)) {
        const rest = onceSaid.has(refusal.code) ? '' : `${day} ${refusal.message}`
        const name = `${refusal.system} ${refusal.code} ${rest}`
        if (!told.refusals.has(name)) told.refusals.set(name, refusal)
      }
    }
  }
  return {
    from,
    to,
    entries: told.entries,
    refusals: [...told.refusals.values()],
    shortages: told.shortages,
    faults: [...faults.values()],
  }
}

type Refusal = Forecast['refusals'][number]

/** A system without an owner stays one: what is said of the first day is not said of each day after it. */
const onceSaid: ReadonlySet<string> = new Set(['last-owner'])

function faultOf({ severity, code, message, span }: Diagnostic, date: string): ForecastFault[] {
  if (severity !== 'error') return []
  return [{ date, code, message, ...(span === undefined ? {} : { file: span.file, line: span.line }) }]
}

/** A system as it is on the way, with what would be ours by then. */
interface State {
  readonly one: SystemCase
  graph: GraphView
  desired: DesiredGraph
  inventory: readonly InventoryEntry[]
  owners: number
}

function afterToday(one: SystemCase, today: string): State {
  const { description } = one.connector
  const graph = flat(simulate(one.observation.graph, one.changes.filter(isWrite), description))
  const inventory = ours(one.inventory, one.desired, graph)
  const { people, desired } = one.guarded
  return { one, graph, desired, inventory, owners: ownersOn(one, { graph, desired, people }, today) }
}

/** How many different people own it on a day, if nothing but the dates decides. */
function ownersOn(
  { config, connector }: SystemCase,
  { graph, desired, people }: Pick<Workspace, 'people'> & Pick<State, 'graph' | 'desired'>,
  day: string,
): number {
  const { description, rules } = connector
  const context = ownerContext({ config, description, rules, desired, people }, graph, [], lastingOn(day))
  return distinct(usable(ownersIn(context, graph, (key) => key)))
}

/** Fewer than before, and fewer than there should be. */
function shortageOf(state: State, { people }: Workspace, date: string): ForecastShortage[] {
  const { config } = state.one
  const [before, owners] = [state.owners, ownersOn(state.one, { ...state, people }, date)]
  const { minimum } = config.owners
  state.owners = owners
  return owners < before && owners < minimum ? [{ date, system: config.name, owners, minimum }] : []
}

/** What is declared and there is ours from then on, as after an apply. */
function ours(
  inventory: readonly InventoryEntry[],
  { wishes }: DesiredGraph,
  graph: GraphView,
): readonly InventoryEntry[] {
  const known = new Set(inventory.map(refKey))
  const made = kinds.flatMap((kind) =>
    [...wishes[kind].values()].flatMap(({ ref, handle, state }) =>
      state === 'absent' || known.has(refKey(ref)) ? [] : entryOf(graph, ref, handle),
    ),
  )
  return made.length === 0 ? inventory : [...inventory, ...made]
}

function entryOf(graph: GraphView, ref: ResourceRef, handle: string): InventoryEntry[] {
  const live = graph.get(ref.kind, ref.key)
  if (live === undefined) return []
  return [{ ...ref, ...(live.id === undefined ? {} : { id: live.id }), handle, wish: '', run: '' }]
}

/** Undefined where nothing turns; otherwise the state moves on to that day. */
function turnOf(
  state: State,
  workspace: Workspace,
  { day, compared }: { readonly day: string; readonly compared: Compared },
): Turn | undefined {
  const { one, graph: before, desired: was, inventory } = state
  const { config, connector, observation } = one
  const { description, rules } = connector
  const wished = workspace.desired.get(config.name)
  if (wished === undefined) return undefined
  const { desired, changes } = differing(one, wished, { actual: before, inventory })
  const writes = changes.filter(isWrite)
  if (writes.length === 0) return undefined
  const now = `${day}T00:00:00.000Z`
  const owners = ownerContext(
    { config, description, rules, desired, people: workspace.people },
    before,
    writes,
    now,
  )
  const steps = order(changes, { actual: before, description, rules, system: config.name, owners })
  const seen = { ...observation, graph: before, readAt: now }
  const { memory: _memory, ...guarded } = one.guarded
  const findings = check(
    [{ ...guarded, observation: seen, desired, people: workspace.people, steps, inventory }],
    { ...compared.decided, guardrails: [], today: day, now },
    datedGuards,
  )
  const after = flat(simulate(before, writes, description))
  Object.assign(state, { graph: after, desired, inventory: ours(inventory, desired, after) })
  return { day, system: config.name, writes, before, after, was, desired, findings }
}

/** One state that remembers no steps: else the ninetieth day would ask through ninety. */
function flat(view: GraphView): Graph {
  return new Graph(
    view.system,
    kinds.flatMap((kind) => [...view.all(kind)]),
  )
}
