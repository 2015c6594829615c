/** Runs, one run and the verdict on the audit log, for a person and for a program (schemas/log.schema.json). */
import type { Write } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import { refKey } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import { terminal } from './encode.ts'
import { count, pad, width, wrapWords } from './layout.ts'
import { paint, type Paint } from './paint.ts'
import { stepLine } from './report.ts'

/** A step as the log shows it. */
interface LoggedStep {
  readonly id: string
  readonly write: Write
  readonly outcome?: {
    readonly result: 'done' | 'failed' | 'skipped' | 'waiting' | 'uncertain'
    readonly reason?: string
    readonly forWhom?: string
  }
  /** What a later run saw of it, where this one could not tell. */
  readonly found?: string
}

export interface LoggedRun {
  readonly run: string
  readonly startedAt: string
  readonly finishedAt?: string
  readonly actor: string
  readonly commit?: string
  readonly intent: string
  readonly digest: string
  readonly tool: string
  readonly state: string
  readonly systems: readonly string[]
  /** The run that this one took back. */
  readonly undoes?: string
  readonly steps: readonly LoggedStep[]
}

interface LoggedRecord {
  readonly sequence: number
  readonly at: string
  readonly event: string
  readonly detail: Json
}

interface Verified {
  readonly whole: boolean
  readonly records: number
  readonly head: string
  readonly last?: string
  readonly broken?: {
    readonly sequence: number
    readonly at: string
    readonly event: string
    readonly why: string
  }
  readonly problems: readonly string[]
}

interface Style {
  readonly colour: boolean
  readonly width: number
}

/** A line for each run. */
export function renderLog(runs: readonly LoggedRun[], { colour }: Style): string {
  if (runs.length === 0) return 'No run yet.\n'
  const pen = paint(colour)
  const rows = runs.map((run) => [
    terminal(run.run),
    run.startedAt.slice(0, 16).replace('T', ' '),
    terminal(run.actor),
    terminal(run.commit?.slice(0, 10) ?? '-'),
    run.intent.slice(0, 10),
    run.state,
    resultsOf(run) + (run.undoes === undefined ? '' : `; takes back ${terminal(run.undoes)}`),
  ])
  const heading = ['run', 'when', 'who', 'commit', 'intent', 'state', 'steps']
  const sizes = heading.map((title, at) =>
    Math.max(...[title, ...rows.map((row) => row[at] ?? '')].map(width)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => pad(cell, sizes[at] ?? 0))
      .join('  ')
      .trimEnd()
  return `${[pen.bold(line(heading)), ...rows.map(line)].join('\n')}\n`
}

/** `12 done, 1 failed`; what was in flight when its run was killed counts as what a later run found it to be. */
function resultsOf({ steps }: LoggedRun): string {
  const counts = new Map<string, number>()
  for (const step of steps) {
    const result = resultOf(step)
    counts.set(result, (counts.get(result) ?? 0) + 1)
  }
  const order = [
    'done',
    'failed',
    'uncertain',
    'waiting',
    'skipped',
    'in flight',
    'found done',
    'found not done',
  ]
  const known = [...order, ...[...counts.keys()].filter((result) => !order.includes(result))]
  const words = known
    .filter((result) => counts.has(result))
    .map((result) => `${counts.get(result) ?? 0} ${result}`)
  return words.length === 0 ? 'nothing sent' : words.join(', ')
}

function resultOf({ outcome, found }: LoggedStep): string {
  if (outcome !== undefined && outcome.result !== 'uncertain') return outcome.result
  return found === undefined ? (outcome?.result ?? 'in flight') : `found ${found}`
}

/** One run whole. */
export function renderRun(
  run: LoggedRun,
  audit: readonly LoggedRecord[],
  { colour, width: size }: Style,
): string {
  const pen = paint(colour)
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['who', run.actor],
    ['where', textIn(audit, 'run started', 'host')],
    ['with', run.tool],
    ['started', run.startedAt],
    ['finished', run.finishedAt],
    ['state', run.state],
    ['commit', run.commit],
    ['intent', run.intent],
    ['plan', run.digest],
    ['takes back', run.undoes],
  ]
  const head = facts.flatMap(([label, value]) =>
    value === undefined ? [] : [`  ${pad(label, 11)}${terminal(value)}`],
  )
  const systems = run.systems.map((name) => systemLines(run, name, pen))
  const spent = acceptanceLines(audit, size)
  return [[pen.bold(`Run ${terminal(run.run)}`), ...head], ...systems, spent, [`${resultsOf(run)}.`]]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function systemLines({ steps }: LoggedRun, name: string, pen: Paint): string[] {
  const here = steps.filter(({ write }) => write.ref.system === name)
  const lines = here.map(({ write, outcome, found }) => {
    const { ref, action } = write
    const cause = (write.cause as Cause | undefined)?.document
    const from = cause === undefined ? '' : pen.dim(`  ${terminal(cause)}`)
    if (outcome !== undefined && (outcome.result !== 'uncertain' || found === undefined))
      return `  ${stepLine({ ref, action, outcome }, pen)}${from}`
    const word = found === undefined ? 'in flight' : `found ${found}`
    return `  ${pen.yellow(pad(word, 9))} ${action} ${ref.kind} ${terminal(ref.key)}${from}`
  })
  return [pen.bold(terminal(name)), ...(lines.length === 0 ? ['  nothing was sent'] : lines)]
}

function acceptanceLines(audit: readonly LoggedRecord[], size: number): string[] {
  const accepted = listIn(audit, 'run started', 'accepted').map(
    (one) => `${textOf(one, 'system')} ${textOf(one, 'code')}, accepted by ${textOf(one, 'by')}`,
  )
  const spent = audit
    .filter(({ event }) => event === 'acceptance spent')
    .map(
      ({ detail }) =>
        `spent ${textOf(detail, 'amount')} of acceptance ${textOf(detail, 'acceptance').slice(0, 12)}`,
    )
  return [...accepted, ...spent].flatMap((line) => wrapWords(terminal(line), size))
}

/** Whether the audit log can be trusted, and how far. */
export function renderVerdict(verdict: Verified, { colour, width: size }: Style): string {
  const pen = paint(colour)
  const { broken, records, head, last, problems } = verdict
  if (broken !== undefined) {
    const what = `Record ${broken.sequence} (${terminal(broken.at)}, ${terminal(broken.event)}) does not fit: ${terminal(broken.why)}.`
    const before =
      records === 0 ? 'Nothing of the log can be trusted.' : `The ${count(records, 'record')} before it fit.`
    return `${pen.red('broken')}\n${[...wrapWords(what, size - 2), before].map((line) => `  ${line}\n`).join('')}`
  }
  const until = last === undefined ? '' : `, the last of ${terminal(last)}`
  const lines = [`${count(records, 'record')} in an unbroken chain${until}`, `head ${head}`]
  if (problems.length === 0) return `${pen.green('whole')}\n${lines.map((line) => `  ${line}\n`).join('')}`
  const told = problems.flatMap((problem) => wrapWords(terminal(problem), size - 2))
  return `${pen.red('not whole')}\n${[...lines, ...told].map((line) => `  ${line}\n`).join('')}`
}

export function logJson(runs: readonly LoggedRun[]): string {
  return json({
    format: 'rolecall/log/v1',
    runs: runs.map(({ steps, ...run }) => ({ ...run, results: tally(steps) })),
  })
}

export function runJson({ steps, ...run }: LoggedRun, audit: readonly LoggedRecord[]): string {
  const shown = steps.map(({ id, write, outcome, found }) => ({
    ...{ id, system: write.ref.system, action: write.action, resource: refKey(write.ref) },
    ...{
      outcome: outcome ?? null,
      found: found ?? null,
      cause: (write.cause as Cause | undefined)?.document ?? null,
    },
  }))
  return json({ format: 'rolecall/log-run/v1', ...run, steps: shown, audit })
}

export function verdictJson(verdict: Verified): string {
  return json({ format: 'rolecall/log-verify/v1', ...verdict })
}

function tally(steps: readonly LoggedStep[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const step of steps) counts[resultOf(step)] = (counts[resultOf(step)] ?? 0) + 1
  return counts
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function textIn(audit: readonly LoggedRecord[], event: string, key: string): string | undefined {
  const detail = audit.find((record) => record.event === event)?.detail
  const value = detail === undefined ? '' : textOf(detail, key)
  return value === '' ? undefined : value
}

function listIn(audit: readonly LoggedRecord[], event: string, key: string): readonly Json[] {
  const detail = audit.find((record) => record.event === event)?.detail
  const value = memberOf(detail, key)
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function textOf(detail: Json, key: string): string {
  const value = memberOf(detail, key)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function memberOf(detail: Json | undefined, key: string): unknown {
  return typeof detail === 'object' && detail !== null
    ? (detail as Readonly<Record<string, unknown>>)[key]
    : undefined
}
