/** `rolecall plan`: what would change, and what refuses it. Reads, and sends nothing. */
import { Option, type Command } from 'commander'
import type { Plan } from '../model/plan.ts'
import type { Around } from '../render/text.ts'
import type { Border } from './border.ts'
import { exit, worst, type ExitCode } from './exit.ts'
import type { Compared } from './reconcile.ts'
import { collect, openSession, reading, type NarrowOptions, type Session } from './session.ts'

const examples = `Examples:
  rolecall plan                               show the plan of every system
  rolecall plan --system vpn --system cloud   of these only
  rolecall plan --out plan.json               keep it, to run exactly that with rolecall apply plan.json
  rolecall plan -o markdown --out comment.md  for a comment on a pull request
  rolecall plan -o html --out plan.html       as a page, to look around in
  rolecall plan --detailed-exitcode           end with 2 when something would change
`

interface PlanOptions extends NarrowOptions {
  readonly output?: 'text' | 'json' | 'markdown' | 'html'
  readonly out?: string
  readonly detailedExitcode?: boolean
  readonly owners?: boolean
}

export function registerPlan(program: Command, border: Border): void {
  program
    .command('plan')
    .description('show what would change, and what refuses it; sends nothing')
    .addHelpText('before', examples)
    .addOption(
      new Option('-o, --output <format>', 'what to write').choices(['text', 'json', 'markdown', 'html']),
    )
    .option('--out <file>', 'write it to a file; without -o the plan file for apply')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--owners', 'list each owner of every system, and why one is not counted')
    .option('--detailed-exitcode', 'end with 2 when something would change')
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (options: PlanOptions, command: Command) => {
      process.exitCode = await plan(options, border, await openSession(command, border))
    })
}

async function plan(options: PlanOptions, border: Border, session: Session): Promise<ExitCode> {
  const { compareAll, judge } = await import('./reconcile.ts')
  const { openProgress } = await import('./progress.ts')
  const progress = await openProgress(border, session.quiet)
  const compared = await compareAll({
    ...reading(border, session, options),
    compare: 'declared',
    onReading: (system) => {
      progress.doing(`reading ${system}`)
    },
  }).finally(progress.end)
  const made = judge(compared)
  await show(made, compared, options, border)
  return await codeOf(made, compared, options.detailedExitcode === true)
}

async function show(made: Plan, compared: Compared, options: PlanOptions, border: Border): Promise<void> {
  const saved = options.out !== undefined && options.output === undefined
  const { firstWave } = await import('./reconcile.ts')
  const file = saved ? options.out : undefined
  const around = aroundOf(made, compared, options, { command: 'plan', file, wave: firstWave(compared) })
  const { showUnread, showWarnings } = await import('./warnings.ts')
  showWarnings(compared.loaded.diagnostics, border)
  if (options.output === 'json') showUnread(compared.unread, border)
  if (options.out === undefined || saved) {
    border.out(await rendered(made, around, options.output ?? 'text', border, options.owners === true))
  }
  if (options.out === undefined) return
  const { writeOut } = await import('./files.ts')
  if (saved && compared.unread.length > 0) {
    border.err(
      `Not saved: a plan without ${compared.unread.map(({ system }) => system).join(', ')} is not the whole plan.\n`,
    )
    return
  }
  await writeOut(
    options.out,
    await rendered(made, around, options.output ?? 'json', border, options.owners === true),
  )
  const until = saved ? `; it can be applied until ${made.expiresAt}` : ''
  border.err(`Wrote ${options.out}${until}.\n`)
}

/** The same plan value in the format asked for. */
export async function rendered(
  made: Plan,
  around: Around,
  output: 'text' | 'json' | 'markdown' | 'html',
  border: Pick<Border, 'colour' | 'width'>,
  eachOwner = false,
): Promise<string> {
  if (output === 'json') {
    const { renderJson } = await import('../render/json.ts')
    return renderJson(made)
  }
  const { shapesOf } = await import('./shapes.ts')
  const { descriptions } = await import('../systems/registry.ts')
  const shapes = shapesOf(descriptions)
  if (output === 'markdown') {
    const { renderMarkdown } = await import('../render/markdown.ts')
    return renderMarkdown(made, around, shapes)
  }
  if (output === 'html') {
    const { planPage } = await import('../render/page/plan.ts')
    return planPage(made, around, shapes)
  }
  const { renderText } = await import('../render/text.ts')
  return renderText(made, around, { colour: border.colour.out, width: border.width, shapes, eachOwner })
}

/** What is not in the plan itself: systems that were not read, and what to type next. */
export function aroundOf(
  made: Plan,
  { unread, loaded }: Pick<Compared, 'unread' | 'loaded'>,
  options: NarrowOptions,
  {
    command,
    file,
    wave,
  }: {
    readonly command: string
    readonly file?: string | undefined
    readonly wave?: Plan | undefined
  },
): Around {
  const refusing = new Set(made.findings.filter(isRefusing).map(({ system }) => system))
  const stopped = refusing.size + unread.length > 0
  const able = made.systems
    .filter(({ name, steps }) => !refusing.has(name) && steps.some(isSent))
    .map(({ name }) => name)
  const flags = (options.protectedRef === undefined ? [] : ['--protected-ref', options.protectedRef]).join(
    ' ',
  )
  const run = (words: string): string => ['rolecall', words, flags].filter((word) => word !== '').join(' ')
  const narrow = (options.system ?? []).map((name) => ` --system ${name}`).join('')
  const next = file === undefined ? run(`apply${narrow}`) : `rolecall apply ${file}`
  return {
    unread,
    afterMerge: loaded.afterMerge,
    ...(stopped && wave !== undefined ? { firstWave: wave } : {}),
    ...(!stopped && able.length > 0 ? { next } : {}),
    ...(stopped && able.length > 0
      ? { narrowed: run(`${command}${able.map((name) => ` --system ${name}`).join('')}`) }
      : {}),
  }
}

function isRefusing({ severity, acceptedBy }: Plan['findings'][number]): boolean {
  return severity === 'refuse' && acceptedBy === undefined
}

function isSent({ change }: Plan['systems'][number]['steps'][number]): boolean {
  return change.action !== 'keep' && change.action !== 'manual'
}

/** Every reason to end with something else than 0; the gravest is told. */
async function codeOf(
  made: Plan,
  { unread }: Pick<Compared, 'unread'>,
  detailed: boolean,
): Promise<ExitCode> {
  const { exitCodeOf } = await import('../guard/exit.ts')
  const differs = made.systems.some(({ steps }) => steps.some(({ change }) => change.action !== 'keep'))
  return worst([
    exitCodeOf(made.findings),
    ...(unread.length > 0 ? [exit.unknown] : []),
    ...(detailed && differs ? [exit.differences] : []),
  ])
}
