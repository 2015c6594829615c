/** Looks, just before an owner is lowered, at who else owns the system. */
import type { Observation, Reader, Rules } from '../connector/contract.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Step, SystemPlan } from '../model/plan.ts'
import { firm } from '../guard/owners.ts'
import { ownerContext, ownersIn, standsAlone, type Owner } from '../plan/owners.ts'
import { byText } from '../plan/sets.ts'
import { simulate } from '../plan/simulate.ts'
import type { Reservation } from '../ledger/ledger.ts'
import { isBeside as isBesideHere, isGone as isGoneHere } from '../ledger/host.ts'
import type { Confirmation } from './barrier.ts'
import { ownersLeft, ownersSeen } from './checker.ts'
import type { AppliedSystem, Ports } from './ports.ts'
import { overByNow } from './recovery.ts'

interface Look {
  readonly confirmation: Confirmation
  readonly observation: Observation
  /** Reservations of others that are shown to be over: the effect is there, or is not there and cannot come any more. */
  readonly settled: readonly Reservation[]
}

/**
 * Two fresh reads: the whole state, judged by the rules after this step alone, and the owners' payloads. Before
 * them, what earlier runs were about to lower is read directly: an owner who is then still seen is one.
 *
 * @param lockedAt since when this run has held the lock of the system; without it, nothing of others is over
 */
export async function lookAtOwners(
  ports: Ports,
  plan: SystemPlan,
  step: Step,
  reader: Reader,
  lockedAt?: Date,
): Promise<Look> {
  const system = systemOf(ports, plan.name)
  const { description } = system.connector
  const { isGone = isGoneHere, isBeside = isBesideHere } = ports
  const others = (await ports.ledger.reservations(plan.name)).filter(({ run }) => run !== ports.run)
  const shows = hasShown(ports.now(), description.lagSeconds, lockedAt)
  const over = shows ? await overByNow(others, ports.ledger, reader, description, isBeside) : none

  const began = ports.now().getTime()
  const observation = await reader.observe()
  const payloads = await reader.ownerPayloads()
  const write = writeOf(step)

  const at = ports.now().toISOString()
  const context = ownerContext(
    {
      config: system.config,
      description,
      rules: system.connector.rules,
      desired: system.desired,
      people: ports.people,
    },
    observation.graph,
    [write],
    at,
  )
  const before = ownersIn(context, observation.graph, (key) => context.coming('account', key))
  const then = ownersIn(context, simulate(observation.graph, [write], description), (key) => key)
  const now = new Set(firm(before).map(({ coming }) => coming))
  const byRules = firm(then)
    .map(({ coming }) => coming)
    .filter((account) => now.has(account) && !step.lowers.includes(account))
  const { floor, rules } = system.connector
  const byFloor = ownersLeft(payloads, floor, write, step.lowers, at)
  const differing = compared(ownersByRules(observation.graph, rules, at), ownersSeen(payloads, floor, at))

  const owners = new Set([...now, ...byFloor])
  const settled = shows
    ? others.filter((one) => !owners.has(one.account) || over.has(one) || isGone(one))
    : []
  const open = others.filter((one) => !settled.includes(one))
  return {
    observation,
    settled,
    confirmation: {
      byRules: byRules.sort(),
      byFloor,
      differing,
      reserved: [...new Set(open.map(({ account }) => account))].sort(),
      age: (ports.now().getTime() - began) / 1000,
      pending: pendingOwners(then.values(), plan, step),
    },
  }
}

/** Who owns the system by what it shows itself: what the manifests know besides is nothing that a floor can see. */
function ownersByRules(graph: GraphView, rules: Rules, now: string): readonly string[] {
  const keys: string[] = []
  for (const account of graph.all('account'))
    if (standsAlone(rules.ownership(account, graph), now)) keys.push(account.ref.key)
  return keys.sort()
}

function compared(byRules: readonly string[], byFloor: readonly string[]): Confirmation['differing'] {
  const [rules, floor] = [new Set(byRules), new Set(byFloor)]
  return {
    onlyByRules: byRules.filter((account) => !floor.has(account)),
    onlyByFloor: byFloor.filter((account) => !rules.has(account)),
  }
}

const none: ReadonlySet<Reservation> = new Set()

/**
 * Whether a read shows by now what was sent before the lock was taken, and nothing of it can come any more. Until then
 * a request may land a second time, and undo what has been put right meanwhile.
 */
export function hasShown(now: Date, lagSeconds: number, lockedAt: Date | undefined): boolean {
  return lockedAt !== undefined && now.getTime() - lockedAt.getTime() >= lagSeconds * 1000
}

/**
 * Owners to be who cannot be counted on yet: a person has to do something. They are those to whom this plan gives something,
 * and those who were invited before. Not whom the step itself lowers: nobody waits for them.
 */
function pendingOwners(owners: Iterable<Owner>, plan: SystemPlan, { lowers }: Step): Confirmation['pending'] {
  const given = new Set<string>()
  for (const { change } of plan.steps)
    if (change.ref.kind === 'account' && (change.action === 'create' || change.action === 'update'))
      given.add(change.ref.key)
  return [...owners]
    .filter((owner) => owner.because.length > 0 && (owner.pending || given.has(owner.coming)))
    .filter(({ coming }) => !lowers.includes(coming))
    .map(({ coming, because }) => ({ account: coming, because: because.join(' and ') }))
    .sort((a, b) => byText(a.account, b.account))
}

/** Reservations whose effect a read shows: the account is no owner that anybody could count on any more. */
export function shownBy(
  { graph }: Observation,
  { connector: { rules } }: AppliedSystem,
  reservations: readonly Reservation[],
): readonly Reservation[] {
  return reservations.filter(({ account }) => {
    const live = graph.get('account', account)
    if (live === undefined) return true
    const { owner, unusable } = rules.ownership(live, graph)
    return !owner || unusable.length > 0
  })
}

export function systemOf(ports: Ports, name: string): AppliedSystem {
  const system = ports.systems.get(name)
  if (system === undefined) throw new Error(`The plan has a system "${name}" that apply was not given.`)
  return system
}

function writeOf({ id, change }: Step): Write {
  if (!isWrite(change)) throw new Error(`Step ${id} is never sent.`)
  return change
}
