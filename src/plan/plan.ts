import type { Observation, Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Impact } from '../model/access.ts'
import { isWrite, type Change, type Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { Finding } from '../model/finding.ts'
import type { Plan, PlannedDocument, Step, SystemPlan } from '../model/plan.ts'
import type { Person, SystemConfig } from '../model/workspace.ts'
import { sha256 } from './digest.ts'
import { digestOf, intentOf } from './intent.ts'
import { assumedOf, ownerContext, ownerViews } from './owners.ts'
import { byText } from './sets.ts'
import { simulate } from './simulate.ts'

/** One system of a plan: what was wished, what was read, and the steps between. */
export interface PlannedSystem {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly observation: Observation
  readonly desired: DesiredGraph
  readonly steps: readonly Step[]
  readonly people: ReadonlyMap<string, Person>
  /** The account behind the credentials, where the system says. */
  readonly identity?: string
}

export interface PlanInput {
  /** Name and version of the tool: `rolecall 0.1.0`. */
  readonly tool: string
  /** RFC 3339, UTC; the plan expires 60 minutes later. */
  readonly now: string
  readonly commit?: string
  /** The run that the plan takes back. */
  readonly undoes?: string
  readonly systems: readonly PlannedSystem[]
  /** Systems for which other documents will count once the change at hand is merged; others than those of the plan do not matter. */
  readonly edited?: readonly string[]
  readonly findings: readonly Finding[]
  readonly impact: Impact
  /** `Workspace.document`. */
  readonly document: (name: string) => PlannedDocument | undefined
}

/** The one value that is shown, saved and run. Systems and findings are sorted, so the order of input does not matter. */
export function assemble(input: PlanInput): Plan {
  const systems = input.systems.map((system) => systemPlan(system, input.now))
  const edited = new Set(input.edited)
  const withoutIntent = systems.map(({ name }) => name).filter((name) => edited.has(name))
  const content = {
    format: 'rolecall/plan/v1',
    tool: input.tool,
    createdAt: input.now,
    expiresAt: expiryOf(input.now).toISOString(),
    ...(input.commit === undefined ? {} : { commit: input.commit }),
    ...(input.undoes === undefined ? {} : { undoes: input.undoes }),
    systems: systems.sort((a, b) => byText(a.name, b.name)),
    ...(withoutIntent.length === 0 ? {} : { withoutIntent: withoutIntent.sort(byText) }),
    findings: [...input.findings].sort(byFinding),
    impact: input.impact,
    documents: documentsOf(input),
  } as const
  const plan = { ...content, intent: intentOf(content) }
  return { ...plan, digest: digestOf(plan) }
}

/** A plan is carried out within an hour, or made anew. */
export function expiryOf(createdAt: string): Date {
  return new Date(Date.parse(createdAt) + 3_600_000)
}

function systemPlan(system: PlannedSystem, now: string): SystemPlan {
  const { config, description, observation, steps } = system
  const writes = steps.map((step) => step.change).filter(isWrite)
  const context = ownerContext(system, observation.graph, writes, now)
  const owners = {
    before: ownerViews(context, observation.graph, (key) => context.coming('account', key)),
    after: ownerViews(context, simulate(observation.graph, writes, description), (key) => key),
  }
  return {
    name: config.name,
    connector: config.connector,
    stage: config.stage,
    ...(system.identity === undefined ? {} : { identity: system.identity }),
    readAt: observation.readAt,
    proofs: observation.proofs,
    owners,
    assumed: assumedOf(description),
    ownersFingerprint: sha256(owners.before),
    steps,
    estimate: estimateOf(system),
    irreversible: steps.flatMap((step) => {
      const because = irreversible(step.change, description)
      return because === undefined ? [] : [{ step: step.id, because }]
    }),
  }
}

/** Calls: the writes in their batches, each owner reduction alone after a fresh look, and a last look. */
function estimateOf({ steps, description, observation }: PlannedSystem): SystemPlan['estimate'] {
  const writes = steps.map(({ change }) => change).filter(isWrite)
  if (writes.length === 0) return { calls: 0, seconds: 0 }
  const reductions = steps.filter(({ change, lowers }) => isWrite(change) && lowers.length > 0).length
  const looks = reductions + 1
  const calls = sendingOf(writes, reductions, description) + looks * observation.calls
  const perSecond = observation.callsPerSecond ?? description.callsPerSecond
  const sending = perSecond > 0 ? calls / perSecond : 0
  return { calls, seconds: Math.ceil(sending + looks * description.lagSeconds) }
}

/** Calls of the writes alone: one for each batch, or as many as each sort of write takes. */
function sendingOf(writes: readonly Write[], reductions: number, { batch, kinds }: Description): number {
  if (batch > 1) return Math.ceil((writes.length - reductions) / batch) + reductions
  return writes.reduce((sum, { action, ref }) => sum + (kinds[ref.kind]?.calls?.[action] ?? 1), 0)
}

function irreversible(change: Change, description: Description): string | undefined {
  if (change.action === 'manual') return 'done by hand, and taken back by hand'
  return isWrite(change) ? description.kinds[change.ref.kind]?.irreversible?.[change.action] : undefined
}

/** The documents that changes come from, and the systems' own: what is removed has no document left. */
function documentsOf({ systems, document }: PlanInput): PlannedDocument[] {
  const names = systems.flatMap(({ config, steps }) => [
    config.cause.document,
    ...steps.flatMap(({ change }) => causeOf(change)),
  ])
  return [...new Set(names)].sort(byText).flatMap((name) => document(name) ?? [])
}

function causeOf(change: Change): string[] {
  return change.action === 'keep' || change.cause.document === '' ? [] : [change.cause.document]
}

function byFinding(a: Finding, b: Finding): number {
  return byText(a.system, b.system) || byText(a.code, b.code) || byText(a.message, b.message)
}
