/** Whether a saved plan is still one that would be made now: its file says what was true an hour ago, if that. */
import { movedSincePlan } from '../apply/stale.ts'
import type { Moved } from '../apply/report.ts'
import type { Observation } from '../connector/contract.ts'
import type { LedgerReader } from '../ledger/ledger.ts'
import type { Plan, Step, SystemPlan } from '../model/plan.ts'
import type { Workspace } from '../model/workspace.ts'
import { withinAlong } from '../plan/fingerprint.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { faultOf } from './ending.ts'
import { exit, Fault } from './exit.ts'
import { ledgerSurroundings } from './ledger.ts'
import { connectorOf } from './connector.ts'
import { type JudgedAgain } from './reconcile.ts'

/** Two clocks may differ by so much; a plan from further ahead was not made by one that can be relied on. */
const skew = 5 * 60_000

export function refuseOld({ createdAt, expiresAt }: Plan, now: Date): void {
  if (now.getTime() >= Date.parse(expiresAt)) throw faultOf({ how: 'expired', at: expiresAt })
  if (Date.parse(createdAt) <= now.getTime() + skew) return
  throw new Fault(
    exit.stale,
    `This plan was made at ${createdAt}, and here it is ${now.toISOString()}.`,
    'Nothing was sent. Set the clocks right, make a new plan, and review that.',
  )
}

/** Throws the plainest reason why this plan is not one that would be made now: it was carried out, or something moved. */
export async function refuseAnother(
  plan: Plan,
  workspace: Workspace,
  { observations, unfounded }: JudgedAgain,
  border: Border,
): Promise<void> {
  const moved = movedSince(plan, workspace, observations)
  const phrases = [...unfounded.values()].flat()
  const [first] = phrases
  if (moved.length === 0 && first === undefined) return
  if (await wasUsed(plan, workspace, border)) throw faultOf({ how: 'used' })
  if (moved.length > 0) throw faultOf({ how: 'stale', moved })
  const more = phrases.length > 1 ? `; and ${phrases.length - 1} more` : ''
  throw new Fault(
    exit.stale,
    `This plan is not one that would be made now: ${first}${more}.`,
    'Nothing was sent. Make a new plan, and review that.',
  )
}

function movedSince(
  plan: Plan,
  workspace: Workspace,
  observations: ReadonlyMap<string, Observation>,
): readonly Moved[] {
  return plan.systems.flatMap((system) => {
    const config = workspace.systems.get(system.name)
    const desired = workspace.desired.get(system.name)
    const observation = observations.get(system.name)
    if (config === undefined || desired === undefined || observation === undefined) return []
    const known = { config, connector: connectorOf(config), desired, people: workspace.people }
    return movedSincePlan(system, observation, known, plan.createdAt)
  })
}

async function wasUsed(plan: Plan, workspace: Workspace, border: Border): Promise<boolean> {
  const ledger = await ledgerReader(workspace, border)
  const runs = await ledger.runs(100, { intent: plan.intent }).finally(() => ledger.close())
  return runs.some(({ digest }) => digest === plan.digest)
}

export async function ledgerReader(workspace: Workspace, border: Border): Promise<LedgerReader> {
  const { openLedgerReader } = await import('../ledger/open.ts')
  return openLedgerReader(workspace.settings.ledger, ledgerSurroundings(workspace.root, border))
}

/**
 * The plan with what is not taken from its file. Whom the credentials belong to is asked anew: a file that leaves it out
 * would let our own account count as an owner. And what goes along with a removal is what does now, or fewer: whoever a
 * file names besides could come in after this read without anybody being told.
 */
export function asOfNow(plan: Plan, { identities, observations }: JudgedAgain): Plan {
  const systems = plan.systems.map(({ identity: _saved, ...system }) => {
    const identity = identities.get(system.name)
    const observation = observations.get(system.name)
    const steps = observation === undefined ? system.steps : stillAlong(system, observation)
    return { ...system, steps, ...(identity === undefined ? {} : { identity }) }
  })
  return { ...plan, systems }
}

function stillAlong({ connector, steps }: SystemPlan, { graph }: Observation): readonly Step[] {
  const description = descriptions[connector]
  return description === undefined ? steps : withinAlong(steps, graph, description)
}
