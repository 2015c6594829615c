/**
 * From manifests to a judged plan, the same way for plan, apply and drift: what is shown is what is applied.
 * Each step is one function of this list; effects are only in reading.
 */
import type { Connector, Observation } from '../connector/contract.ts'
import { together } from '../access/impact.ts'
import { check, type GuardCase, type GuardContext } from '../guard/check.ts'
import { meaningOf } from '../guard/meaning.ts'
import { refusals } from '../guard/exit.ts'
import type { LedgerReader } from '../ledger/ledger.ts'
import { withLiveNames } from '../manifest/natives.ts'
import { isWrite, type Change } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Finding } from '../model/finding.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { Plan, Step } from '../model/plan.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import { diff } from '../plan/diff.ts'
import { unfounded } from '../plan/founded.ts'
import { inventoryWith, type Past } from '../plan/past.ts'
import { order } from '../plan/order.ts'
import { ownerContext } from '../plan/owners.ts'
import { assemble } from '../plan/plan.ts'
import { descriptions } from '../systems/registry.ts'
import { toolName } from '../version.ts'
import { lapsed, withFormerPeople } from './acceptances.ts'
import { readingAhead, type ReadingAhead } from './ahead.ts'
import { exit, Fault, InvalidManifests } from './exit.ts'
import { recall, withLedger, type Memory } from './memory.ts'
import { observe, type Read, type ReadingOptions, type UnreadSystem } from './observe.ts'
import { desiredOf, withMemory, type Remembered } from './remembered.ts'
import { loadWorkspace, type Loaded } from './workspace.ts'

export interface ReconcileOptions extends ReadingOptions {
  readonly cwd: string
  /** Only these; empty is all. */
  readonly systems: readonly string[]
  readonly protectedRef?: string
  readonly compare: 'declared' | 'protected'
}

/** One system that was read, and what is to be done there. */
export interface SystemCase {
  readonly config: SystemConfig
  readonly connector: Connector
  readonly observation: Observation
  readonly desired: DesiredGraph
  /** As ledger and git have it together. */
  readonly inventory: readonly InventoryEntry[]
  /** What git says of what is undeclared; absent without a protected branch. */
  readonly past: Past | undefined
  readonly changes: readonly Change[]
  readonly guarded: GuardCase
}

export interface Compared {
  readonly at: Date
  readonly loaded: Loaded
  readonly cases: readonly SystemCase[]
  readonly unread: readonly UnreadSystem[]
  readonly decided: Decided
}

/** The Acceptances as they count now and what is left of them, and whether there is a ledger to count it. */
type Decided = Pick<GuardContext, 'acceptances' | 'spent' | 'lapsed'> & Required<Pick<GuardContext, 'ledger'>>

/** What is to be changed: as the manifests wish it, unless another errand is given. */
export interface Errand {
  /** The systems that are read for it. */
  readonly systems: readonly SystemConfig[]
  /** What is to be done in a system that was read. Where it is absent, what makes actual as desired. */
  readonly changesIn?: (read: Read) => readonly Change[]
}

type ErrandOf = (loaded: Loaded, ledger: LedgerReader) => Promise<Errand> | Errand

/**
 * Reads the manifests, the ledger and every system, side by side, and says what differs.
 * Throws Fault, InvalidManifests or LedgerUnreachable; a system that cannot be read is in `unread` instead.
 */
export async function compareAll(options: ReconcileOptions, errandOf?: ErrandOf): Promise<Compared> {
  // What a run of the past touched is not known before the ledger is asked.
  const asked = (system: string): boolean =>
    errandOf === undefined && (options.systems.length === 0 || options.systems.includes(system))
  const ahead = readingAhead(asked, options)
  return await compareRead(options, errandOf, ahead).finally(ahead.end)
}

async function compareRead(
  options: ReconcileOptions,
  errandOf: ErrandOf | undefined,
  ahead: ReadingAhead,
): Promise<Compared> {
  const at = options.now()
  const written = await loadWorkspace({
    ...{ ...options, now: at, connectors: descriptions },
    onSystems: ahead.begin,
  })
  const { workspace } = written
  const { errand, memory } = await withLedger(workspace, options, async (ledger) => {
    const found = await (errandOf?.(written, ledger) ?? { systems: narrowed(written, options.systems) })
    return { errand: found, memory: await recall(ledger, workspace, found.systems, options) }
  })
  const read = await Promise.all(errand.systems.map((config) => ahead.read(config, workspace.root)))
  const { loaded, problems } = withNames(written, read)
  if (problems.length > 0 && options.compare === 'declared' && errand.changesIn === undefined)
    throw new InvalidManifests(problems, true)
  const whole = await withMemory(read, loaded, memory, { at, compare: options.compare })
  const cases = whole.map((one) => compare(one, loaded.workspace, { at, ...errand }))
  const unread = read.flatMap((one) => ('message' in one ? [one] : []))
  return { at, loaded, cases, unread, decided: await decidedNow(loaded, memory, whole, at) }
}

/** The plan over what was compared, with what the guards say of it. */
export function judge({ at, loaded, cases, decided }: Compared, undoes?: string): Plan {
  const { workspace, commit } = loaded
  const guarded = cases.map((one) => one.guarded)
  const findings = check(guarded, contextOf(workspace, decided, at))
  return assemble({
    tool: toolName(),
    now: at.toISOString(),
    systems: guarded,
    findings,
    impact: together(guarded.map(meaningOf)),
    document: workspace.document,
    edited: loaded.edited,
    ...(commit === undefined ? {} : { commit }),
    ...(undoes === undefined ? {} : { undoes }),
  })
}

/**
 * What of a refused plan goes on, as a plan of its own: the steps that stop who is compromised, in every system where
 * they by themselves pass the guards. Neither a system that cannot be read nor a finding on anything else speaks
 * against them. Undefined where there are none.
 */
export function firstWave(compared: Compared): Plan | undefined {
  const waves = compared.cases
    .map((one) => ({ ...one, guarded: { ...one.guarded, steps: one.guarded.steps.filter(isFirst) } }))
    .filter(({ guarded }) => guarded.steps.length > 0)
  if (waves.length === 0) return undefined
  const refused = new Set(refusals(judge({ ...compared, cases: waves }).findings).map(({ system }) => system))
  const able = waves.filter(({ config }) => !refused.has(config.name))
  return able.length === 0 ? undefined : judge({ ...compared, cases: able })
}

function isFirst({ first }: Step): boolean {
  return first === true
}

/** What the guards say now of a plan that was made before. */
export interface JudgedAgain {
  readonly findings: readonly Finding[]
  readonly unread: readonly UnreadSystem[]
  readonly observations: ReadonlyMap<string, Observation>
  /** By system, what of its steps has no ground any more, or never had one. */
  readonly unfounded: ReadonlyMap<string, readonly string[]>
  /** By system, whose the credentials are now: they need not be those that the plan was made with. */
  readonly identities: ReadonlyMap<string, string>
  readonly pasts: ReadonlyMap<string, Past>
  readonly decided: Decided
}

/**
 * The guards over the steps of a saved plan, on a fresh read, by the rules of now and by what is left of each
 * Acceptance: what its file says of them is an hour old, and another plan may have used the same Acceptance since.
 * What its steps are founded on is the manifests, and of an undo the journal of the run: `takingBack`.
 */
export async function judgeAgain(
  plan: Plan,
  written: Pick<Loaded, 'workspace' | 'branch' | 'commit'>,
  options: ReadingOptions,
  takingBack: (run: string, ledger: LedgerReader) => Promise<NonNullable<Errand['changesIn']>>,
): Promise<JudgedAgain> {
  const { workspace } = written
  const configs = plan.systems.flatMap(({ name }) => workspace.systems.get(name) ?? [])
  const { changesIn, ...memory } = await withLedger(workspace, options, async (ledger) => ({
    ...(await recall(ledger, workspace, configs, options)),
    changesIn: plan.undoes === undefined ? undefined : await takingBack(plan.undoes, ledger),
  }))
  const read = await Promise.all(configs.map((config) => observe(config, workspace, options)))
  const { loaded, problems } = withNames(written, read)
  if (problems.length > 0 && changesIn === undefined) throw new InvalidManifests(problems, true)
  const whole = await withMemory(read, loaded, memory, { at: options.now(), compare: 'declared' })
  const decided = await decidedNow(loaded, memory, whole, options.now())
  const cases = whole.map((one) => {
    const steps = plan.systems.find(({ name }) => name === one.config.name)?.steps ?? []
    return guardCase(one, loaded.workspace, steps)
  })
  const reads = new Map(whole.map((one) => [one.config.name, one]))
  const founded = cases.map(({ steps, inventory: known = [], ...one }): [string, readonly string[]] => {
    const system = one.config.name
    const actual = one.observation.graph
    const here = reads.get(system)
    const wanted = (here && changesIn?.(here)) ?? diff({ ...one, actual, inventory: known })
    const writes = steps.map(({ change }) => change).filter(isWrite)
    const owners = ownerContext(one, actual, writes, plan.createdAt)
    return [system, unfounded(steps, { ...one, system, actual, wanted, owners })]
  })
  return {
    unfounded: new Map(founded),
    identities: new Map(
      whole.flatMap(({ config, identity }) => (identity === undefined ? [] : [[config.name, identity]])),
    ),
    findings: check(cases, contextOf(loaded.workspace, decided, options.now())),
    decided,
    pasts: new Map(
      whole.flatMap(({ config, past }) => (past === undefined ? [] : [[config.name, past] as const])),
    ),
    unread: read.flatMap((one) => ('message' in one ? [one] : [])),
    observations: new Map(whole.map(({ config, observation }) => [config.name, observation])),
  }
}

function contextOf(
  { guardrails, settings: { dormantAfter } }: Workspace,
  decided: Decided,
  at: Date,
): GuardContext {
  const now = at.toISOString()
  return { ...decided, guardrails, dormantAfter, today: now.slice(0, 10), now }
}

/** With a protected branch an Acceptance has an age, and reaches people whom nobody declares any more. */
async function decidedNow(
  { workspace, branch }: Pick<Loaded, 'workspace' | 'branch'>,
  { spent, since, ledger }: Memory,
  whole: readonly Remembered[],
  now: Date,
): Promise<Decided> {
  const { acceptances } = workspace
  if (branch === undefined || acceptances.length === 0) return { acceptances, spent, ledger }
  const gone = whole.flatMap(({ recorded, past, ...one }) =>
    inventoryWith(recorded, past).flatMap(({ kind, key, handle }) =>
      kind === 'account' && !desiredOf(workspace, one.config).wishes.account.has(key) ? [handle] : [],
    ),
  )
  return {
    ...{ spent, ledger },
    acceptances: await withFormerPeople(acceptances, new Set(gone), { branch, now }),
    lapsed: await lapsed(workspace, since, { branch, now }),
  }
}

/** The systems asked for, by name; all of them where none is. */
export function narrowed(
  { workspace, afterMerge }: Pick<Loaded, 'workspace' | 'afterMerge'>,
  names: readonly string[],
): SystemConfig[] {
  const unknown = names.find((name) => !workspace.systems.has(name))
  if (unknown !== undefined) {
    const known = [...workspace.systems.keys()].sort().join(', ')
    const message = afterMerge.includes(unknown)
      ? `The system "${unknown}" is read after merge: the protected ref does not have it yet.`
      : `There is no system "${unknown}".`
    throw new Fault(exit.fault, message, `The systems are ${known === '' ? 'none yet' : known}.`)
  }
  return [...workspace.systems.values()]
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The wishes with the full names of what was read: from here on, what is compared is what is live. */
function withNames<L extends Pick<Loaded, 'workspace'>>(
  loaded: L,
  read: readonly (Read | UnreadSystem)[],
): { readonly loaded: L; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = []
  const desired = new Map(loaded.workspace.desired)
  for (const one of read) {
    if (!('observation' in one) || one.observation.natives === undefined) continue
    const named = withLiveNames(
      desiredOf(loaded.workspace, one.config),
      one.observation.natives,
      one.connector.description,
    )
    problems.push(...named.problems)
    desired.set(one.config.name, named.desired)
  }
  return { loaded: { ...loaded, workspace: { ...loaded.workspace, desired } }, problems }
}

/** Desired beside actual: what differs, and in which order it is done. */
function compare(
  read: Remembered,
  workspace: Workspace,
  { at, changesIn }: { readonly at: Date } & Pick<Errand, 'changesIn'>,
): SystemCase {
  const { config, connector, observation, recorded, past, former } = read
  const { description, rules } = connector
  const desired = desiredOf(workspace, config)
  const actual = observation.graph
  const inventory = inventoryWith(recorded, past)
  const known = {
    ...(past === undefined ? {} : { grounds: past.grounds }),
    ...(former === undefined ? {} : { former }),
  }
  const changes =
    changesIn?.(read) ?? diff({ desired, actual, description, rules, config, inventory, ...known })
  const guarded = guardCase(read, workspace, [])
  const one = { config, connector, observation, desired, inventory, past, changes, guarded }
  return withChanges(one, changes, workspace, at)
}

/** The case with these changes, in their order, in place of all that differs. */
export function withChanges(
  one: SystemCase,
  changes: readonly Change[],
  { people }: Pick<Workspace, 'people'>,
  at: Date,
): SystemCase {
  const { config, connector, desired, observation } = one
  const { description, rules } = connector
  const actual = observation.graph
  const around = { config, description, rules, desired, people }
  const owners = ownerContext(around, actual, changes.filter(isWrite), at.toISOString())
  const steps = order(changes, { actual, description, rules, system: config.name, owners })
  return { ...one, changes, guarded: { ...one.guarded, steps } }
}

function guardCase(
  {
    config,
    connector: { description, rules },
    observation,
    identity,
    recorded,
    lastSeen,
    past,
    former,
  }: Remembered,
  workspace: Workspace,
  steps: readonly Step[],
): GuardCase {
  return {
    ...{ config, description, rules, observation, steps },
    desired: desiredOf(workspace, config),
    people: workspace.people,
    inventory: inventoryWith(recorded, past),
    memory: { inventory: recorded, lastSeen, past },
    ...(former === undefined ? {} : { former }),
    ...(identity === undefined ? {} : { identity }),
  }
}
