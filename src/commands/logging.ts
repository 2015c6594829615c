/** What the ledger remembers, told: the runs, one of them whole, and whether its audit log can be trusted. */
import { sentBy, type SentSteps } from '../apply/journal.ts'
import type { AuditRecord, LedgerReader, RunRecord } from '../ledger/ledger.ts'
import { openLedgerReader } from '../ledger/open.ts'
import { verifyAudit } from '../ledger/verify.ts'
import {
  logJson,
  renderLog,
  renderRun,
  renderVerdict,
  runJson,
  verdictJson,
  type LoggedRun,
} from '../render/log.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { ledgerSurroundings } from './ledger.ts'
import { findRun } from './runs.ts'
import type { Session } from './session.ts'
import { loadWorkspace } from './workspace.ts'

export interface LogOptions {
  readonly output: 'text' | 'json'
  readonly limit: string
  readonly system?: readonly string[]
}

export interface VerifyOptions {
  readonly output: 'text' | 'json'
  readonly expect?: string
}

export async function list(options: LogOptions, border: Border, session: Session): Promise<ExitCode> {
  const limit = limitOf(options.limit)
  const { system: systems = [] } = options
  const runs = await asking(border, session, async (ledger) => {
    const found: LoggedRun[] = []
    for (const record of await ledger.runs(systems.length === 0 ? limit : Number.MAX_SAFE_INTEGER)) {
      if (found.length === limit) break
      const run = logged(record, sentBy(await ledger.readJournal(record.run)))
      if (systems.length === 0 || run.systems.some((name) => systems.includes(name))) found.push(run)
    }
    return found
  })
  border.out(options.output === 'json' ? logJson(runs) : renderLog(runs, styleOf(border)))
  return exit.done
}

export async function show(
  name: string,
  options: LogOptions,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { run, audit } = await asking(border, session, async (ledger) => {
    const record = await findRun(ledger, name)
    const its: AuditRecord[] = []
    for await (const one of ledger.auditRecords()) if (isAbout(one, record.run)) its.push(one)
    return { run: logged(record, sentBy(await ledger.readJournal(record.run))), audit: its }
  })
  border.out(options.output === 'json' ? runJson(run, audit) : renderRun(run, audit, styleOf(border)))
  return exit.done
}

export async function verify(options: VerifyOptions, border: Border, session: Session): Promise<ExitCode> {
  const verdict = await asking(border, session, (ledger) => verifyAudit(ledger, options.expect))
  border.out(options.output === 'json' ? verdictJson(verdict) : renderVerdict(verdict, styleOf(border)))
  return verdict.whole ? exit.done : exit.unknown
}

/** Opens the ledger that the Settings name; no system is read. */
async function asking<T>(
  border: Border,
  { cwd }: Session,
  ask: (ledger: LedgerReader) => Promise<T>,
): Promise<T> {
  const { workspace } = await loadWorkspace({
    ...{ cwd, now: border.now(), connectors: descriptions },
    compare: 'declared',
  })
  const surroundings = ledgerSurroundings(workspace.root, border)
  const ledger = await openLedgerReader(workspace.settings.ledger, surroundings)
  return ask(ledger).finally(() => ledger.close())
}

function logged(record: RunRecord, sent: SentSteps): LoggedRun {
  const { systems, undoes, steps } = sent
  return { ...record, systems, steps, ...(undoes === undefined ? {} : { undoes }) }
}

function isAbout({ detail }: AuditRecord, run: string): boolean {
  return typeof detail === 'object' && detail !== null && 'run' in detail && detail['run'] === run
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Fault(exit.fault, `"${text}" is not a number of runs.`, 'Write it as --limit 20.')
}

function styleOf({ colour, width }: Border): { colour: boolean; width: number } {
  return { colour: colour.out, width }
}
