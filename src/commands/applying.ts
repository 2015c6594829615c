/** The steps of an apply: what is to run, whether it may, and running it. */
import { isExpected } from '../apply/expect.ts'
import { movedSincePlan } from '../apply/stale.ts'
import type { Observation } from '../connector/contract.ts'
import { exitCodeOf } from '../guard/exit.ts'
import type { Plan } from '../model/plan.ts'
import type { Workspace } from '../model/workspace.ts'
import { terminal } from '../render/encode.ts'
import { confirm } from './ask.ts'
import type { Border } from './border.ts'
import { execution, type Running } from './execution.ts'
import { faultOf } from './ending.ts'
import { exit, Fault, worst, type ExitCode } from './exit.ts'
import { ledgerSurroundings } from './ledger.ts'
import { aroundOf, rendered } from './plan.ts'
import { openProgress } from './progress.ts'
import { compareAll, connectorOf, judge, judgeAgain, type Compared, type JudgedAgain } from './reconcile.ts'
import { loadSaved } from './saved.ts'
import { duration, reading, type NarrowOptions, type Session } from './session.ts'
import { showWarnings } from './warnings.ts'

export interface ApplyOptions extends NarrowOptions {
  readonly output: 'text' | 'json'
  readonly autoApprove?: boolean
  readonly expect?: string
  readonly for?: string
  readonly allowDirty?: boolean
}

export async function apply(
  file: string | undefined,
  options: ApplyOptions,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  refuseFreeze(border.env['ROLECALL_FREEZE'], 'ROLECALL_FREEZE')
  const deadline =
    options.for === undefined ? undefined : new Date(border.now().getTime() + duration(options.for))
  const limits = { ...(deadline === undefined ? {} : { deadline }) }
  return file === undefined
    ? await applyFresh(options, border, session, limits)
    : await applySaved(file, options, border, session, limits)
}

type Limits = Pick<Running, 'deadline'>

async function applySaved(
  file: string,
  options: ApplyOptions,
  border: Border,
  session: Session,
  limits: Limits,
): Promise<ExitCode> {
  refuseMeaningless(options)
  const { plan, workspace } = await loadSaved(file, { border, session, options })
  refuseFreeze(workspace.settings.freeze, 'Settings.freeze')
  refuseExpired(plan, border.now())
  const { findings, unread, observations } = await judgedAgain(plan, workspace, border, session)
  const refused = worst([
    exitCodeOf(plan.findings),
    exitCodeOf(findings),
    ...(unread.length > 0 ? [exit.unknown] : []),
  ])
  if (refused !== exit.done) {
    // What moved since is the plainer reason, and its verdict would be about another state.
    refuseMoved(plan, workspace, observations)
    const shown = exitCodeOf(findings) === exit.done ? plan : { ...plan, findings }
    border.err(await rendered(shown, { unread, afterMerge: [] }, 'text', forStderr(border)))
    return refused
  }
  return await execution(
    { plan, findings, workspace, observations: new Map(), ...limits },
    options.output,
    border,
    session,
  )
}

async function judgedAgain(
  plan: Plan,
  workspace: Workspace,
  border: Border,
  session: Session,
): Promise<JudgedAgain> {
  const progress = await openProgress(border, session.quiet)
  const { env, now } = border
  const onReading = (system: string): void => {
    progress.doing(`reading ${system}`)
  }
  return await judgeAgain(plan, workspace, { env, now, log: session.log, onReading }).finally(progress.end)
}

function refuseExpired({ expiresAt }: Plan, now: Date): void {
  if (now.getTime() >= Date.parse(expiresAt)) throw faultOf({ how: 'expired', at: expiresAt })
}

function refuseMoved(plan: Plan, workspace: Workspace, observations: ReadonlyMap<string, Observation>): void {
  const moved = plan.systems.flatMap((system) => {
    const config = workspace.systems.get(system.name)
    const desired = workspace.desired.get(system.name)
    const observation = observations.get(system.name)
    if (config === undefined || desired === undefined || observation === undefined) return []
    return movedSincePlan(
      system,
      observation,
      { config, connector: connectorOf(config), desired, people: workspace.people },
      plan.createdAt,
    )
  })
  if (moved.length > 0) throw faultOf({ how: 'stale', moved })
}

/** A saved plan is what it is: an option that would make it another one is a misunderstanding, not a wish to ignore. */
function refuseMeaningless({ system, expect }: ApplyOptions): void {
  const option = system === undefined ? (expect === undefined ? undefined : '--expect') : '--system'
  if (option === undefined) return
  throw new Fault(
    exit.fault,
    `${option} does not go with a saved plan, which is carried out as it is.`,
    `Give ${option} to rolecall plan, or apply without a plan file.`,
  )
}

async function applyFresh(
  options: ApplyOptions,
  border: Border,
  session: Session,
  limits: Limits,
): Promise<ExitCode> {
  refuseUnasked(options, border)
  const progress = await openProgress(border, session.quiet)
  const compared = await compareAll({
    ...reading(border, session, options),
    compare: 'declared',
    onReading: (system) => {
      progress.doing(`reading ${system}`)
    },
  }).finally(progress.end)
  const { workspace, uncommitted } = compared.loaded
  refuseFreeze(workspace.settings.freeze, 'Settings.freeze')
  refuseDirty(uncommitted, options)
  const plan = judge(compared)
  await show(plan, compared, options, border, session)
  const stopped = worst([exitCodeOf(plan.findings), ...(compared.unread.length > 0 ? [exit.unknown] : [])])
  if (stopped !== exit.done) return stopped
  await refuseUnexpected(plan, workspace, options, border)
  if (!(await isWanted(plan, workspace, options))) {
    border.err('Nothing was sent.\n')
    return exit.done
  }
  return await execution(running(plan, compared, limits), options.output, border, session)
}

function running(plan: Plan, { loaded, cases }: Compared, limits: Limits): Running {
  return {
    plan,
    findings: plan.findings,
    workspace: loaded.workspace,
    observations: new Map(cases.map(({ config, observation }) => [config.name, observation])),
    ...limits,
  }
}

/** The plan stands on stderr: stdout is for the report. `-q` leaves it out where nobody is asked and nothing refuses. */
async function show(
  plan: Plan,
  compared: Compared,
  options: ApplyOptions,
  border: Border,
  { quiet }: Session,
): Promise<void> {
  const { next: _next, ...around } = aroundOf(plan, compared, options, { command: 'apply' })
  const refused = around.unread.length > 0 || exitCodeOf(plan.findings) !== exit.done
  if (quiet && !refused && (options.autoApprove === true || options.expect !== undefined)) return
  showWarnings(compared.loaded.diagnostics, border)
  border.err(`${await rendered(plan, around, 'text', forStderr(border))}\n`)
}

function forStderr(border: Border): Pick<Border, 'colour' | 'width'> {
  return { colour: { out: border.colour.err, err: border.colour.err }, width: border.width }
}

function refuseFreeze(reason: string | undefined, where: string): void {
  if (reason === undefined || reason === '') return
  throw new Fault(
    exit.refused,
    `Applies are frozen by ${where}: ${reason}`,
    'plan and drift still work; lift the freeze to apply.',
  )
}

/** Where nobody can answer, silence is not consent. */
function refuseUnasked({ autoApprove, expect }: ApplyOptions, border: Border): void {
  if (border.answers || autoApprove === true || expect !== undefined) return
  throw new Fault(
    exit.fault,
    'There is no terminal to ask for confirmation.',
    'Apply a saved plan, name what was reviewed with --expect INTENT, or say --auto-approve.',
  )
}

function refuseDirty(files: readonly string[], { allowDirty }: ApplyOptions): void {
  if (files.length === 0 || allowDirty === true) return
  const shown = files.slice(0, 5).map(terminal).join(', ')
  throw new Fault(
    exit.fault,
    `Not committed: ${shown}${files.length > 5 ? ` and ${files.length - 5} more` : ''}.`,
    'Commit them, so that it can be seen later what was applied, or say --allow-dirty.',
  )
}

async function refuseUnexpected(
  plan: Plan,
  workspace: Workspace,
  { expect }: ApplyOptions,
  border: Border,
): Promise<void> {
  if (expect === undefined) return
  const { openLedgerReader } = await import('../ledger/open.ts')
  const ledger = await openLedgerReader(workspace.settings.ledger, ledgerSurroundings(workspace.root, border))
  const expected = await isExpected(plan, expect, ledger).finally(() => ledger.close())
  if (expected) return
  border.err(`expected intent  ${terminal(expect)}\nintent now       ${plan.intent}\n\n`)
  throw new Fault(
    exit.stale,
    'This is not the plan that was reviewed: manifests or systems have changed since.',
    'Review the plan above, and apply with its intent.',
  )
}

async function isWanted(
  plan: Plan,
  workspace: Workspace,
  { autoApprove, expect }: ApplyOptions,
): Promise<boolean> {
  const sends = plan.systems.some(({ steps }) =>
    steps.some(({ change }) => !['keep', 'manual'].includes(change.action)),
  )
  if (!sends || autoApprove === true || expect !== undefined) return true
  return await confirm(plan, workspace.settings.name)
}
