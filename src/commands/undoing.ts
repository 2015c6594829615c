/** The steps of an undo: what a run did, what takes it back, whether that may be, and running it. */
import { sentBy, type SentSteps } from '../apply/journal.ts'
import { exitCodeOf } from '../guard/exit.ts'
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts'
import { isWrite } from '../model/change.ts'
import type { Plan } from '../model/plan.ts'
import type { Left } from '../plan/inverse.ts'
import { renderUndo, undoJson } from '../render/undo.ts'
import {
  forStderr,
  freezeOf,
  isWanted,
  limitsOf,
  refuseUnasked,
  running,
  withSink,
  type Limits,
} from './applying.ts'
import type { Border } from './border.ts'
import { execution } from './execution.ts'
import { exit, Fault, worst, type ExitCode } from './exit.ts'
import { writeOut } from './files.ts'
import { aroundOf, rendered } from './plan.ts'
import { openProgress } from './progress.ts'
import { compareAll, judge, narrowed, type Compared, type Errand } from './reconcile.ts'
import { prepareBranch, type Reverting } from './reverting.ts'
import { findRun } from './runs.ts'
import { reading, type NarrowOptions, type Session } from './session.ts'
import { takingBack } from './taking-back.ts'
import { showUnread } from './warnings.ts'
import type { Loaded } from './workspace.ts'

export interface UndoOptions extends NarrowOptions {
  readonly output: 'text' | 'json'
  readonly plan?: boolean
  readonly out?: string
  readonly autoApprove?: boolean
  readonly branch?: string
  readonly for?: string
  readonly secretsTo?: string
}

/** What takes the run back, beside what does not. */
interface Undoing {
  readonly record: RunRecord
  readonly compared: Compared
  readonly plan: Plan
  readonly left: readonly Left[]
  readonly branch: Reverting | undefined
}

export async function undo(
  name: string,
  options: UndoOptions,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const limits = await limitsOf(options, border, session)
  const undoing = await work(name, options, border, session)
  return isOnlyShown(options)
    ? await show(undoing, options, border)
    : await carryOut(placed(undoing, limits), options, border, session, limits)
}

function isOnlyShown({ plan, out }: UndoOptions): boolean {
  return plan === true || out !== undefined
}

/** Reads what the run did and what is live, and works out what takes it back. */
async function work(name: string, options: UndoOptions, border: Border, session: Session): Promise<Undoing> {
  const progress = await openProgress(border, session.quiet)
  const left: Left[] = []
  let record: RunRecord | undefined
  let branch: Reverting | undefined
  const errandOf = async (loaded: Loaded, ledger: LedgerReader): Promise<Errand> => {
    record = await findRun(ledger, name)
    // a name that is none is told first: with it nothing would be asked
    if (!isOnlyShown(options)) refuseUnasked(options, border)
    const sent = sentBy(await ledger.readJournal(record.run))
    if (options.branch !== undefined) {
      const systems = options.system ?? []
      const now = border.now()
      branch = await prepareBranch(options.branch, { record, sent, loaded, ledger, systems, now })
    }
    left.push(...undeclared(sent, loaded))
    return {
      systems: touched(sent, loaded, options),
      changesIn: takingBack(sent, left),
    }
  }
  const compared = await compareAll(
    {
      ...reading(border, session, options),
      compare: 'declared',
      onReading: (system) => {
        progress.doing(`reading ${system}`)
      },
    },
    errandOf,
  ).finally(progress.end)
  if (record === undefined) throw new Error('no run was looked for')
  return { record, compared, plan: judge(compared, record.run), left, branch }
}

/** The systems to which the run sent something, of those asked for and declared. */
function touched(sent: SentSteps, loaded: Loaded, { system: asked = [] }: UndoOptions): Errand['systems'] {
  const strange = asked.find((one) => !sent.systems.includes(one))
  if (strange !== undefined) {
    throw new Fault(
      exit.fault,
      `The run was not about the system "${strange}".`,
      `It was about ${sent.systems.join(', ')}.`,
    )
  }
  const names = new Set(sent.steps.map(({ write }) => write.ref.system))
  return narrowed(loaded, asked).filter(({ name: one }) => names.has(one))
}

/** What the run did where nothing can be reached any more. */
function undeclared({ steps }: SentSteps, { workspace }: Loaded): Left[] {
  return steps
    .filter(({ write }) => !workspace.systems.has(write.ref.system))
    .map(({ id, write }) => ({
      ...{ step: id, action: write.action, ref: write.ref },
      reason: 'the manifests do not declare its system any more',
    }))
}

/** `--plan` and `--out`: nothing is sent. */
async function show(undoing: Undoing, options: UndoOptions, border: Border): Promise<ExitCode> {
  const { plan, compared, record, left, branch } = undoing
  const told = options.output === 'json' ? undoJson(record, left, plan) : await text(undoing, options, border)
  if (options.output === 'json') showUnread(compared.unread, border)
  border.out(told)
  if (options.out !== undefined) {
    if (compared.unread.length > 0) border.err('Not saved: not every system of the run could be read.\n')
    else {
      await writeOut(options.out, await rendered(plan, noneAround, 'json', border))
      border.err(`Wrote ${options.out}; it can be applied until ${plan.expiresAt}.\n`)
    }
  }
  const reverted = await branch?.write(left, border)
  return worst([codeOf(undoing), reverted ?? exit.done])
}

const noneAround = { unread: [], afterMerge: [] }

async function carryOut(
  undoing: Undoing,
  options: UndoOptions,
  border: Border,
  session: Session,
  limits: Limits,
): Promise<ExitCode> {
  const { plan, compared, left, branch } = undoing
  const { workspace } = compared.loaded
  border.err(`${await text(undoing, options, { ...border, ...forStderr(border) })}\n`)
  const refused = codeOf(undoing)
  if (refused !== exit.done) return refused
  const frozen = freezeOf(workspace, border)
  if (frozen !== undefined) throw frozen
  const partly = left.length > 0 ? [exit.partial] : []
  if (!sends(plan)) return worst([...partly, (await branch?.write(left, border)) ?? exit.done])
  if (!(await isWanted(plan, workspace, options))) {
    border.err('Nothing was sent.\n')
    return exit.done
  }
  const code = await execution(running(plan, compared, limits), options.output, border, session)
  const reverted = await branch?.write(left, border)
  if (reverted === undefined && code !== exit.stale && code !== exit.unknown)
    border.err(`\n${again(undoing)}`)
  return worst([code, ...partly, reverted ?? exit.done])
}

function placed({ plan, ...rest }: Undoing, limits: Limits): Undoing {
  return { ...rest, plan: { ...plan, findings: withSink(plan.findings, limits) } }
}

/** The next plan follows the manifests, and they still say what the run did. */
function again({ record }: Undoing): string {
  return [
    'The manifests still say what this run carried out, so the next plan would do it again.',
    `Take it out of them first; rolecall undo ${record.run} --plan --branch NAME writes them as they were.\n`,
  ].join('\n')
}

function codeOf({ plan, compared }: Undoing): ExitCode {
  return worst([exitCodeOf(plan.findings), ...(compared.unread.length > 0 ? [exit.unknown] : [])])
}

function sends({ systems }: Plan): boolean {
  return systems.some(({ steps }) => steps.some(({ change }) => isWrite(change)))
}

async function text(
  { plan, compared, record, left }: Undoing,
  options: UndoOptions,
  border: Pick<Border, 'colour' | 'width'>,
): Promise<string> {
  const { next: _next, ...around } = aroundOf(plan, compared, options, { command: `undo ${record.run}` })
  const empty = plan.systems.every(({ steps }) => steps.length === 0) && compared.unread.length === 0
  const whole = empty ? undefined : await rendered(plan, around, 'text', border)
  return renderUndo(record, left, whole, { colour: border.colour.out, width: border.width })
}
