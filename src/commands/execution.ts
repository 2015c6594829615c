/** Carries a plan out through the executor: opens what it needs, shows how it goes, and tells how it ended. */
import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import process from 'node:process'
import { execute } from '../apply/driver.ts'
import type { AppliedSystem, Ports, Progress as Event, SecretSink } from '../apply/ports.ts'
import { exitOf, type RunReport } from '../apply/report.ts'
import type { Observation } from '../connector/contract.ts'
import { spending } from '../guard/acceptance.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { hostName } from '../ledger/host.ts'
import { openLedger } from '../ledger/open.ts'
import type { Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { Past } from '../plan/past.ts'
import type { Workspace } from '../model/workspace.ts'
import { terminal } from '../render/encode.ts'
import { paint } from '../render/paint.ts'
import { renderReport, stepLine } from '../render/report.ts'
import { writesOf } from '../render/summary.ts'
import { toolName } from '../version.ts'
import type { Border } from './border.ts'
import { endingOf } from './ending.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { showFault } from './faults.ts'
import { ledgerSurroundings } from './ledger.ts'
import { openProgress, type Progress } from './progress.ts'
import { connectorOf } from './connector.ts'
import type { Session } from './session.ts'
import { targetOf } from './target.ts'

export interface Running {
  readonly plan: Plan
  /** What the guards say of it now: what is accepted is spent. */
  readonly findings: readonly Finding[]
  readonly workspace: Workspace
  /** What was read to make the plan, where that was just now. */
  readonly observations: ReadonlyMap<string, Observation>
  /** What the protected branch says of each system. */
  readonly pasts: ReadonlyMap<string, Past>
  readonly deadline?: Date
  /** Where the passwords of new accounts go. */
  readonly secrets?: SecretSink
}

/** Runs the plan and writes the report to stdout; resolves to the exit code. */
export async function execution(
  running: Running,
  output: 'text' | 'json',
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { plan, workspace } = running
  const progress = await openProgress(border, session.quiet)
  const interrupt = interruptible(progress)
  try {
    const ledger = await openLedger(workspace.settings.ledger, ledgerSurroundings(workspace.root, border))
    const around = { ledger, progress, border, session, interrupt: interrupt.signal }
    const report = await execute(plan, ports(running, around)).finally(() => ledger.close())
    progress.end()
    tell(report, output, border)
    return exitOf(report)
  } finally {
    progress.end()
    interrupt.release()
  }
}

interface Around {
  readonly ledger: Ledger
  readonly progress: Progress
  readonly border: Border
  readonly session: Session
  readonly interrupt: AbortSignal
}

function ports(running: Running, { ledger, progress, border, session, interrupt }: Around): Ports {
  const { plan, workspace, deadline, secrets } = running
  return {
    ledger,
    systems: new Map(
      plan.systems.map(({ name }) => [name, applied(name, running, { border, session, interrupt })]),
    ),
    people: workspace.people,
    spends: spendsOf(running),
    run: runName(border.now()),
    actor: actorOf(border.env),
    host: hostName(),
    pid: process.pid,
    tool: toolName(),
    now: border.now,
    sleep: border.sleep,
    progress: shown(plan, progress, border),
    interrupt,
    ...(deadline === undefined ? {} : { deadline }),
    ...(secrets === undefined ? {} : { secrets }),
  }
}

/** A system as the executor reaches it; credentials are resolved when it is opened. */
function applied(
  name: string,
  { workspace, observations, pasts, deadline }: Running,
  {
    border: { env, now, sleep },
    session: { log },
    interrupt,
  }: Pick<Around, 'border' | 'session' | 'interrupt'>,
): AppliedSystem {
  const config = workspace.systems.get(name)
  if (config === undefined) throw new Fault(exit.stale, `The manifests do not declare the system "${name}".`)
  const connector = connectorOf(config)
  const target = (): ReturnType<typeof targetOf> =>
    targetOf(config, { env, now, sleep, root: workspace.root, log })
  const wishes = workspace.desired.get(name)
  if (wishes === undefined) throw new Error(`no desired graph for system ${name}`)
  const observation = observations.get(name)
  const past = pasts.get(name)
  return {
    config,
    connector,
    openReader: async () => connector.openReader(await target()),
    // Only a writer stops: what was sent is looked at after the end of a run too.
    openWriter: async () =>
      connector.openWriter({
        ...(await target()),
        stop: interrupt,
        ...(deadline === undefined ? {} : { deadline }),
      }),
    desired: wishes,
    ...(observation === undefined ? {} : { observation }),
    ...(past === undefined ? {} : { past }),
  }
}

/** `20261122T150000Z-4f3a9c1b`: sorts by time, and is unique. */
export function runName(at: Date): string {
  return `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`
}

/** In a pipeline the person who started it, elsewhere the user of the machine. */
export function actorOf(env: Border['env']): string {
  return env['GITHUB_ACTOR'] ?? env['GITLAB_USER_LOGIN'] ?? userInfo().username
}

/** What the accepted findings of some systems use up, under the names by which the guards ask the ledger: digests of content. */
function spendsOf({ findings, workspace }: Running): Ports['spends'] {
  return (systems) =>
    [...spending(findings.filter(({ system }) => systems.has(system)))].flatMap(([name, amount]) => {
      const document = workspace.document(`Acceptance/${name}`)
      return document === undefined ? [] : [{ acceptance: document.digest, amount }]
    })
}

/** Ctrl-C stops between two steps; a second one stops at once, and the next run reads back what was in flight. */
function interruptible(progress: Progress): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exit.interrupted)
    progress.line('Stopping after what is in flight; press Ctrl-C again to stop at once.')
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    },
  }
}

/** A moving line for a person; in CI a line now and then. What is not done is a line of its own, in both. */
function shown(plan: Plan, progress: Progress, border: Border): (event: Event) => void {
  const pen = paint(border.colour.err)
  const totals = new Map(plan.systems.map((system) => [system.name, writesOf({ systems: [system] })]))
  const settled = new Map<string, number>()
  return (event) => {
    if (event.type === 'stopping') {
      progress.line(stopping[event.why])
      return
    }
    const name = terminal(event.system)
    if (event.type !== 'step') {
      progress.doing(`${name}: ${doing[event.type]}`)
      return
    }
    const [number, total] = [(settled.get(event.system) ?? 0) + 1, totals.get(event.system) ?? 0]
    settled.set(event.system, number)
    const text = `${name}: ${number} of ${total} steps`
    progress.doing(text)
    if (event.outcome.result !== 'done') progress.line(`${name}: ${stepLine(event, pen)}`)
    else if (!border.sees.err && (number % often === 0 || number === total)) progress.line(text)
  }
}

/** Steps between two lines of progress in CI. */
const often = 500

const doing = {
  reading: 'reading',
  confirming: 'looking again who still owns it',
  verifying: 'reading again what was touched',
} as const

const stopping = {
  interrupted: 'Interrupted: nothing more is sent.',
  deadline: 'The time is over: nothing more is sent.',
  ledger: 'The ledger was lost: nothing more is sent.',
} as const

/** The report is the result; what ended the run before anything was sent is a fault as any other. */
function tell(report: RunReport, output: 'text' | 'json', border: Border): void {
  const ending = endingOf(report)
  if (output === 'json') border.out(`${JSON.stringify(report, null, 2)}\n`)
  if (ending.fault !== undefined) border.err(showFault(ending.fault))
  else if (output === 'text') {
    border.out(renderReport(report, ending.sentence, { colour: border.colour.out, width: border.width }))
  }
}
