/** The steps of an apply: what is to run, whether it may, and running it. */
import { isExpected } from '../apply/expect.ts'
import { exitCodeOf } from '../guard/exit.ts'
import type { SecretSink } from '../apply/ports.ts'
import type { Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { Workspace } from '../model/workspace.ts'
import { terminal } from '../render/encode.ts'
import { editedWords } from '../render/text.ts'
import { enumerate } from '../render/layout.ts'
import { confirm } from './ask.ts'
import type { Border } from './border.ts'
import { onlyDue } from './due.ts'
import { execution, type Running } from './execution.ts'
import { exit, Fault, worst, type ExitCode } from './exit.ts'
import { aroundOf, rendered } from './plan.ts'
import { openProgress } from './progress.ts'
import { compareAll, firstWave, judge, judgeAgain, type Compared, type JudgedAgain } from './reconcile.ts'
import { loadSaved } from './saved.ts'
import { noteRefusal } from './refusal.ts'
import { takingBackRun } from './taking-back.ts'
import { duration, reading, type NarrowOptions, type Session } from './session.ts'
import { asOfNow, ledgerReader, refuseAnother, refuseOld } from './still.ts'
import { showWarnings } from './warnings.ts'
import { rootOf, type Loaded } from './workspace.ts'

export interface ApplyOptions extends NarrowOptions {
  readonly output: 'text' | 'json'
  readonly autoApprove?: boolean
  readonly expect?: string
  readonly for?: string
  readonly secretsTo?: string
  readonly allowDirty?: boolean
  readonly due?: boolean
}

export async function apply(
  file: string | undefined,
  options: ApplyOptions,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const limits = await limitsOf(options, border, session)
  return file === undefined
    ? await applyFresh(options, border, session, limits)
    : await applySaved(file, options, border, session, limits)
}

/** What the operator gives a run on its way: until when, and where its secrets go. */
export type Limits = Pick<Running, 'deadline' | 'secrets'>

export async function limitsOf(
  { for: time, secretsTo }: Pick<ApplyOptions, 'for' | 'secretsTo'>,
  border: Border,
  { cwd }: Session,
): Promise<Limits> {
  const deadline = time === undefined ? undefined : new Date(border.now().getTime() + duration(time))
  const secrets = secretsTo === undefined ? undefined : await sinkFor(secretsTo, cwd)
  return { ...(deadline === undefined ? {} : { deadline }), ...(secrets === undefined ? {} : { secrets }) }
}

async function sinkFor(secretsTo: string, cwd: string): Promise<SecretSink> {
  const { openSink } = await import('./sink.ts')
  return await openSink(secretsTo, { cwd, root: await rootOf(cwd) })
}

/** What was a hint while the plan was made refuses it now: there is no place for the passwords it needs. */
export function withSink(findings: readonly Finding[], { secrets }: Limits): readonly Finding[] {
  if (secrets !== undefined) return findings
  return findings.map((finding) =>
    finding.code === 'no-secret-sink' ? { ...finding, severity: 'refuse' } : finding,
  )
}

async function applySaved(
  file: string,
  options: ApplyOptions,
  border: Border,
  session: Session,
  limits: Limits,
): Promise<ExitCode> {
  refuseMeaningless(options)
  const { plan, loaded } = await loadSaved(file, { border, session, options })
  const { workspace } = loaded
  refuseOld(plan, border.now())
  const again = await judgedAgain(plan, loaded, border, session)
  const { unread, pasts } = again
  const findings = withSink(again.findings, limits)
  const refused = worst([
    exitCodeOf(plan.findings),
    exitCodeOf(findings),
    ...(unread.length > 0 ? [exit.unknown] : []),
  ])
  // Another plan than this would have another verdict.
  await refuseAnother(plan, workspace, again, border)
  if (refused !== exit.done) {
    await noteRefusal(findings, again, loaded, border)
    const shown = exitCodeOf(findings) === exit.done ? plan : { ...plan, findings }
    border.err(await rendered(shown, { unread, afterMerge: [] }, 'text', forStderr(border)))
    if (plan.systems.some(({ steps }) => steps.some(({ first }) => first === true)))
      border.err(`${savedWave}\n`)
    return refused
  }
  const frozen = freezeOf(workspace, border)
  if (frozen !== undefined) {
    border.err(`${await rendered(plan, { unread, afterMerge: [] }, 'text', forStderr(border))}\n`)
    throw frozen
  }
  return await execution(
    { plan: asOfNow(plan, again), findings, workspace, observations: new Map(), pasts, ...limits },
    options.output,
    border,
    session,
  )
}

/** A saved plan is carried out as it is or not at all; a part of it is another plan. */
const savedWave =
  'It stops people who are compromised, and a saved plan is carried out as a whole or not at all: rolecall apply without a plan file stops them now.'

async function judgedAgain(
  plan: Plan,
  loaded: Loaded,
  border: Border,
  session: Session,
): Promise<JudgedAgain> {
  const progress = await openProgress(border, session.quiet)
  const { env, now, sleep } = border
  const onReading = (system: string): void => {
    progress.doing(`reading ${system}`)
  }
  return await judgeAgain(
    plan,
    loaded,
    { env, now, sleep, log: session.log, onReading },
    takingBackRun,
  ).finally(progress.end)
}

/** What was reviewed and what a date brings are two things: nobody has reviewed the part that is due today. */
function withoutDue(what: string, why: string): Fault {
  return new Fault(
    exit.fault,
    `--due does not go with ${what}, which ${why}.`,
    'rolecall apply --due --auto-approve works out by itself what is due, and is guarded as any apply.',
  )
}

/** A saved plan is what it is: an option that would make it another one is a misunderstanding, not a wish to ignore. */
function refuseMeaningless({ system, expect, due }: ApplyOptions): void {
  const [option] = [
    ...(system === undefined ? [] : ['--system']),
    ...(expect === undefined ? [] : ['--expect']),
    ...(due === true ? ['--due'] : []),
  ]
  if (option === undefined) return
  if (option === '--due') throw withoutDue('a saved plan', 'is carried out as it is')
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
  if (options.due === true && options.expect !== undefined)
    throw withoutDue('--expect', 'names a whole plan that was reviewed')
  refuseUnasked(options, border)
  const compared = await (options.due === true ? compareDue : compareDeclared)(options, border, session)
  const { workspace } = compared.loaded
  const made = judge(compared)
  const plan = { ...made, findings: withSink(made.findings, limits) }
  await show(plan, compared, options, border, session)
  const stopped = worst([exitCodeOf(plan.findings), ...(compared.unread.length > 0 ? [exit.unknown] : [])])
  if (stopped !== exit.done)
    await noteRefusal(
      plan.findings,
      { ...compared, observations: observationsOf(compared) },
      compared.loaded,
      border,
    )
  const frozen = freezeOf(workspace, border)
  if (stopped !== exit.done) {
    const wave =
      frozen === undefined ? applyFirstWave(plan, compared, options, border, session, limits) : exit.done
    return worst([stopped, await wave])
  }
  if (frozen !== undefined) throw frozen
  await refuseUnexpected(plan, workspace, options, border)
  if (!(await isWanted(plan, workspace, options))) {
    border.err('Nothing was sent.\n')
    return exit.done
  }
  return await execution(running(plan, compared, limits), options.output, border, session)
}

async function compareDeclared(options: ApplyOptions, border: Border, session: Session): Promise<Compared> {
  const compared = await compareAs('declared', options, border, session)
  refuseDirty(compared.loaded.uncommitted, options)
  return compared
}

/** What the working tree says does not count: a date that is due stands on the protected branch. */
async function compareDue(options: ApplyOptions, border: Border, session: Session): Promise<Compared> {
  return await onlyDue(await compareAs('protected', options, border, session))
}

async function compareAs(
  compare: 'declared' | 'protected',
  options: ApplyOptions,
  border: Border,
  session: Session,
): Promise<Compared> {
  const progress = await openProgress(border, session.quiet)
  return await compareAll({
    ...reading(border, session, options),
    compare,
    onReading: (system) => {
      progress.doing(`reading ${system}`)
    },
  }).finally(progress.end)
}

/**
 * What of a refused plan goes on: who is compromised is stopped. With --expect that is what was reviewed, as a whole or as
 * the first wave alone; only where a system could not be read nobody can tell the whole, and the wave goes on by itself.
 */
async function applyFirstWave(
  plan: Plan,
  compared: Compared,
  options: ApplyOptions,
  border: Border,
  session: Session,
  limits: Limits,
): Promise<ExitCode> {
  const wave = firstWave(compared)
  if (wave === undefined) return exit.done
  const { workspace } = compared.loaded
  const isReviewed =
    compared.unread.length > 0 ||
    (await isAsExpected(plan, workspace, options, border)) ||
    (await isAsExpected(wave, workspace, options, border))
  if (!isReviewed) {
    border.err('The first wave was not sent either: neither it nor the whole plan is what was reviewed.\n')
    return exit.done
  }
  border.err('\nThe first wave by itself, which is carried out whatever refuses the rest:\n\n')
  border.err(`${await rendered(wave, { unread: [], afterMerge: [] }, 'text', forStderr(border))}\n`)
  if (!(await isWanted(wave, workspace, options))) {
    border.err('Nothing was sent.\n')
    return exit.done
  }
  return await execution(running(wave, compared, limits), options.output, border, session)
}

export function running(plan: Plan, compared: Compared, limits: Limits): Running {
  const { loaded, cases } = compared
  return {
    plan,
    findings: plan.findings,
    workspace: loaded.workspace,
    observations: observationsOf(compared),
    pasts: new Map(
      cases.flatMap(({ config, past }) => (past === undefined ? [] : [[config.name, past] as const])),
    ),
    ...limits,
  }
}

function observationsOf({ cases }: Compared): Running['observations'] {
  return new Map(cases.map(({ config, observation }) => [config.name, observation]))
}

/** The plan stands on stderr: stdout is for the report. `-q` leaves it out where nobody is asked and nothing refuses. */
async function show(
  plan: Plan,
  compared: Compared,
  options: ApplyOptions,
  border: Border,
  { quiet }: Session,
): Promise<void> {
  const { next: _next, ...around } = aroundOf(plan, compared, options, {
    command: options.due === true ? 'apply --due' : 'apply',
  })
  const refused = around.unread.length > 0 || exitCodeOf(plan.findings) !== exit.done
  if (quiet && !refused && (options.autoApprove === true || options.expect !== undefined)) return
  showWarnings(compared.loaded.diagnostics, border)
  border.err(`${await rendered(plan, around, 'text', forStderr(border))}\n`)
}

export function forStderr(border: Border): Pick<Border, 'colour' | 'width'> {
  return { colour: { out: border.colour.err, err: border.colour.err }, width: border.width }
}

/** Why nothing is applied for now; the plan was made and shown. */
export function freezeOf({ settings }: Workspace, { env }: Border): Fault | undefined {
  const variable = env['ROLECALL_FREEZE'] ?? ''
  const [where, reason] =
    variable === '' ? ['Settings.freeze', settings.freeze ?? ''] : ['ROLECALL_FREEZE', variable]
  if (reason === '') return undefined
  return new Fault(
    exit.refused,
    `Applies are frozen by ${where}: ${reason}`,
    'Nothing was sent. plan and drift still work; lift the freeze to apply.',
  )
}

/** Where nobody can answer, silence is not consent. */
export function refuseUnasked(
  { autoApprove, expect }: Pick<ApplyOptions, 'autoApprove' | 'expect'>,
  border: Border,
): void {
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
  if (expect === undefined || (await isAsExpected(plan, workspace, { expect }, border))) return
  border.err(`expected intent  ${terminal(expect)}\nintent now       ${plan.intent}\n\n`)
  if (plan.withoutIntent !== undefined) throw withoutIntent(plan.withoutIntent)
  throw new Fault(
    exit.stale,
    'This is not the plan that was reviewed: manifests or systems have changed since.',
    'Review the plan above, and apply with its intent.',
  )
}

function withoutIntent(systems: readonly string[]): Fault {
  return new Fault(
    exit.stale,
    `There is no intent to expect for ${enumerate(systems.map(terminal))}: ${editedWords}.`,
    'Merge it, plan afresh, and review that plan.',
  )
}

/** Whether the plan is what `--expect` names, or what is left of it; without the option any plan is. */
async function isAsExpected(
  plan: Plan,
  workspace: Workspace,
  { expect }: Pick<ApplyOptions, 'expect'>,
  border: Border,
): Promise<boolean> {
  if (expect === undefined) return true
  const ledger = await ledgerReader(workspace, border)
  return await isExpected(plan, expect, ledger).finally(() => ledger.close())
}

export async function isWanted(
  plan: Plan,
  workspace: Workspace,
  { autoApprove, expect }: Pick<ApplyOptions, 'autoApprove' | 'expect'>,
): Promise<boolean> {
  const sends = plan.systems.some(({ steps }) =>
    steps.some(({ change }) => !['keep', 'manual'].includes(change.action)),
  )
  if (!sends || autoApprove === true || expect !== undefined) return true
  return await confirm(plan, workspace.settings.name)
}
