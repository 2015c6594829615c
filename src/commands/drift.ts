/** `rolecall drift`: what is live beside what the protected branch (or, without one, the working tree) declares. */
import { Option, type Command } from 'commander'
import { refKey } from '../model/resource.ts'
import type { Border } from './border.ts'
import { exit, worst, type ExitCode } from './exit.ts'
import type { SystemCase } from './reconcile.ts'
import { collect, openSession, reading, type NarrowOptions, type Session } from './session.ts'
import type { UnprovenRead } from './warnings.ts'

const examples = `Examples:
  rolecall drift                  what differs, and who has to do something about it
  rolecall drift -o json          for a nightly job; ends with 2 when something differs
  rolecall drift --system vpn     of this system only
`

interface DriftOptions extends NarrowOptions {
  readonly output: 'text' | 'json' | 'markdown'
  readonly out?: string
}

export function registerDrift(program: Command, border: Border): void {
  program
    .command('drift')
    .description("say what was changed behind the repository's back; sends nothing")
    .addHelpText('before', examples)
    .addOption(
      new Option('-o, --output <format>', 'what to write')
        .choices(['text', 'json', 'markdown'])
        .default('text'),
    )
    .option('--out <file>', 'write it to a file')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--protected-ref <ref>', 'compare with this ref')
    .action(async (options: DriftOptions, command: Command) => {
      process.exitCode = await drift(options, border, await openSession(command, border))
    })
}

async function drift(options: DriftOptions, border: Border, session: Session): Promise<ExitCode> {
  const { compareAll } = await import('./reconcile.ts')
  const { classify } = await import('../plan/drift.ts')
  const { openProgress } = await import('./progress.ts')
  const progress = await openProgress(border, session.quiet)
  const compared = await compareAll({
    ...reading(border, session, options),
    compare: 'protected',
    onReading: (system) => {
      progress.doing(`reading ${system}`)
    },
  }).finally(progress.end)
  const { at, cases, unread, loaded } = compared
  const parted = await (await import('./due.ts')).dueIn(compared)
  const waiting = await (await import('./waiting.ts')).waitingIn(cases, loaded.workspace, border)
  const report = classify({
    now: at.toISOString(),
    meaning: await meaningIn(cases),
    systems: cases.map((one) => ({
      ...{ name: one.config.name, changes: one.changes, desired: one.desired, inventory: one.inventory },
      due: wholly(parted.get(one)),
      waiting: waiting.filter(({ ref }) => ref.system === one.config.name),
    })),
  })
  const text = await rendered(
    report,
    options,
    border,
    new Map(cases.map(({ config }) => [config.name, config.connector])),
  )
  if (options.out === undefined) border.out(text)
  else await (await import('./files.ts')).writeOut(options.out, text)
  if (unread.length > 0) (await import('./warnings.ts')).showUnread(unread, border)
  const unproven = await withoutProof(cases)
  if (unproven.length > 0) (await import('./warnings.ts')).showUnproven(unproven, border)
  await sayStanding(cases, border)
  return worst([
    ...(report.differs ? [exit.differences] : []),
    ...(unread.length + unproven.length > 0 ? [exit.unknown] : []),
  ])
}

async function meaningIn(cases: readonly SystemCase[]): Promise<Parameters<Classify>[0]['meaning']> {
  const { driftedImpact } = await import('../guard/drifted.ts')
  const { together } = await import('../access/impact.ts')
  const { personBehind } = await import('../guard/person.ts')
  return (changes) =>
    together(
      cases.flatMap(({ config, connector: { description, rules }, observation, guarded }) => {
        const own = changes.get(config.name)
        if (own === undefined) return []
        return driftedImpact({
          ...{ rules, description, system: config.name, actual: observation.graph, changes: own },
          person: (coming, live) => personBehind(guarded, () => live)(coming),
        })
      }),
    )
}

type Classify = typeof import('../plan/drift.ts').classify

async function sayStanding(cases: readonly SystemCase[], border: Border): Promise<void> {
  const { standing } = await import('../guard/standing.ts')
  const wrong = new Map(
    cases.map((one) => [one.config.name, standing(one.guarded, one.observation.graph)] as const),
  )
  if ([...wrong.values()].some((violations) => violations.length > 0))
    (await import('./warnings.ts')).showStanding(wrong, border)
}

/** By `kind:key`; a change of which a part is something else is an edit to be applied. */
function wholly({ due, left }: Parts = { due: [], left: [] }): ReadonlySet<string> {
  const others = new Set(left.map(({ ref }) => refKey(ref)))
  return new Set(due.map(({ ref }) => refKey(ref)).filter((name) => !others.has(name)))
}

type Parts = NonNullable<ReturnType<Awaited<ReturnType<typeof import('./due.ts').dueIn>>['get']>>

/** What was compared and may not be all there is: neither equal nor different is sure of it. */
async function withoutProof(cases: readonly SystemCase[]): Promise<UnprovenRead[]> {
  const { unprovenCompared } = await import('../guard/proof.ts')
  return cases.flatMap(({ config, connector: { description }, ...read }) =>
    unprovenCompared({ ...read, config, description }).map((one) => ({ system: config.name, ...one })),
  )
}

type Report = Parameters<typeof import('../render/drift.ts').renderDrift>[0]

async function rendered(
  report: Report,
  { output, out }: DriftOptions,
  border: Border,
  connectors: ReadonlyMap<string, string>,
): Promise<string> {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const { renderDrift, renderDriftMarkdown } = await import('../render/drift.ts')
  const { shapesOf } = await import('./shapes.ts')
  const { descriptions } = await import('../systems/registry.ts')
  const colour = border.colour.out && out === undefined
  const style = { colour, width: border.width, shapes: shapesOf(descriptions), connectors }
  return output === 'text' ? renderDrift(report, style) : renderDriftMarkdown(report, style)
}
