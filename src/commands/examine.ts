/** What doctor looks at, each thing by itself, so that one that fails hides no other. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { resolveSecret, showReference } from '../connector/secrets.ts'
import { openRepository } from '../git/repository.ts'
import { openLedgerReader } from '../ledger/open.ts'
import { daysBetween } from '../manifest/dates.ts'
import { kinds } from '../model/resource.ts'
import type { LedgerConfig, SystemConfig, Workspace } from '../model/workspace.ts'
import { countDiagnostics } from '../render/diagnostics.ts'
import { count } from '../render/layout.ts'
import { descriptions } from '../systems/registry.ts'
import { version } from '../version.ts'
import type { Border } from './border.ts'
import { InvalidManifests } from './exit.ts'
import { expected } from './faults.ts'
import { ledgerSurroundings } from './ledger.ts'
import { connectorOf } from './connector.ts'
import type { Session } from './session.ts'
import { targetOf } from './target.ts'
import { loadWorkspace, rootOf, type Loaded } from './workspace.ts'

/** One thing looked at. `wrong` makes the command end with 1. */
export interface Check {
  readonly topic: string
  readonly text: string
  readonly state: 'good' | 'wrong' | 'note'
  readonly fix?: string
}

interface ExamineOptions {
  readonly system?: string
  readonly protectedRef?: string
}

/** All checks, in the order in which a person would mend them. */
export async function examine(options: ExamineOptions, border: Border, session: Session): Promise<Check[]> {
  const checks: Check[] = [
    good('rolecall', `${version()}, node ${process.versions.node}, ${process.platform} ${process.arch}`),
  ]
  const loaded = await attempt(checks, 'workspace', () => workspace(options, border, session, checks))
  if (loaded === undefined) return [...checks, ...(await gitState(session.cwd, undefined))]
  const { root, settings, systems } = loaded.workspace
  checks.push(...(await gitState(root, settings.protectedRef ?? options.protectedRef)))
  checks.push(...(await ledger(settings.ledger, root, border)))
  if (settings.freeze !== undefined) checks.push(note('freeze', `applies are frozen: ${settings.freeze}`))
  if (systems.size === 0) checks.push(note('systems', 'none yet: write a System document'))
  for (const config of [...systems.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    checks.push(...(await system(config, border, root)))
  }
  if (options.system !== undefined)
    checks.push(...(await reads(options.system, loaded.workspace, border, session)))
  return checks
}

async function workspace(
  options: ExamineOptions,
  border: Border,
  { cwd }: Session,
  checks: Check[],
): Promise<Loaded> {
  const root = await rootOf(cwd)
  checks.push(good('workspace', root))
  const { protectedRef } = options
  const loaded = await loadWorkspace({
    cwd,
    now: border.now(),
    connectors: descriptions,
    compare: 'declared',
    ...(protectedRef === undefined ? {} : { protectedRef }),
  })
  const { people, systems } = loaded.workspace
  const words = countDiagnostics(loaded.diagnostics.filter(({ severity }) => severity !== 'hint'))
  checks.push(
    good(
      'manifests',
      `valid: ${people.size} people, ${systems.size} systems${words === undefined ? '' : `; ${words}, see rolecall validate`}`,
    ),
  )
  for (const name of loaded.afterMerge)
    checks.push(note('manifests', `the system ${name} is read after merge`))
  return loaded
}

async function gitState(root: string, protectedRef: string | undefined): Promise<Check[]> {
  const repository = await openRepository(root)
  if (repository === undefined) {
    return [
      protectedRef === undefined
        ? note('git', 'not a git repository, or no git program; none is needed without protectedRef')
        : wrong(
            'git',
            'not a git repository, or no git program',
            `protectedRef ${protectedRef} cannot be read.`,
          ),
    ]
  }
  const ref =
    protectedRef === undefined ? 'no protectedRef: nothing is read from git' : `protectedRef ${protectedRef}`
  const shallow = repository.shallow ? ', a shallow clone' : ''
  return [good('git', `${repository.root}${shallow}; ${ref}`)]
}

async function ledger(config: LedgerConfig, root: string, border: Border): Promise<Check[]> {
  const checks: Check[] = []
  await attempt(checks, 'ledger', async () => {
    const open = await openLedgerReader(config, ledgerSurroundings(root, border))
    try {
      const [last] = await open.runs(1)
      const run = last === undefined ? 'no run yet' : `last run ${last.run}: ${last.state}`
      checks.push(
        open.created
          ? note('ledger', `${placeOf(config)} is not there yet: the first apply creates it`)
          : good('ledger', `${placeOf(config)}; ${run}`),
      )
    } finally {
      await open.close()
    }
  })
  return checks
}

/** How a person finds it; a URL holds a password. */
function placeOf(config: LedgerConfig): string {
  switch (config.type) {
    case 'file':
      return config.path
    case 'git':
      return `${config.ref} of ${config.remote}`
    case 'postgres':
      return `schema ${config.schema} in PostgreSQL, ${showReference(config.url)}`
  }
}

async function system(config: SystemConfig, { env, now }: Border, root: string): Promise<Check[]> {
  const topic = `system ${config.name}`
  const where = config.endpoint === undefined ? '' : `, ${config.endpoint}`
  const checks = [good(topic, `${config.connector}${where}, stage ${config.stage}`)]
  const { file } = config.settings
  if (typeof file === 'string' && !existsSync(resolve(root, file))) {
    checks.push(note(topic, `${file} is not there yet: the first apply creates it`))
  }
  for (const [name, reference] of Object.entries(config.credentials)) {
    const resolved = await resolveSecret(reference, { env, root })
    if ('problem' in resolved)
      checks.push(wrong(topic, `credential ${name}: ${resolved.problem}`, resolved.fix))
    else {
      checks.push(good(topic, `credential ${name}: ${showReference(reference)} is set`))
      for (const warning of resolved.warnings) checks.push(note(topic, warning))
    }
  }
  if (config.expires !== undefined) checks.push(lasting(topic, config.expires, now()))
  return checks
}

/** Days before the end from which on it is time to make new ones: a holiday may lie between. */
const soon = 14

/** No system tells when its credentials end, so a person writes it down, and this is who remembers. */
function lasting(topic: string, expires: string, now: Date): Check {
  const days = daysBetween(now.toISOString().slice(0, 10), expires)
  const fix =
    'Make new ones, put them where the System says, and write their last day in credentials.expires.'
  if (days < 0) return wrong(topic, `the credentials ended on ${expires}`, fix)
  const left = days === 0 ? 'today' : `in ${count(days, 'day')}, on ${expires}`
  return days <= soon
    ? wrong(topic, `the credentials end ${left}`, fix)
    : good(topic, `the credentials end ${left}`)
}

/** A read as plan would do it. */
async function reads(
  name: string,
  { systems, root }: Workspace,
  border: Border,
  { log }: Session,
): Promise<Check[]> {
  const topic = `read ${name}`
  const config = systems.get(name)
  if (config === undefined) {
    return [
      wrong(
        topic,
        `there is no system "${name}"`,
        `The systems are ${[...systems.keys()].sort().join(', ')}.`,
      ),
    ]
  }
  const checks: Check[] = []
  await attempt(checks, topic, async () => {
    const reader = await connectorOf(config).openReader(await targetOf(config, { ...border, root, log }))
    try {
      const identity = await reader.whoami()
      checks.push(
        good(
          topic,
          identity === undefined ? 'the system does not say who reads it' : `signed in as ${identity}`,
        ),
      )
      const { graph, proofs } = await reader.observe()
      const counts = kinds.map((kind) => ({ number: [...graph.all(kind)].length, kind }))
      const words = counts.filter(({ number }) => number > 0).map(({ number, kind }) => count(number, kind))
      checks.push(good(topic, words.length === 0 ? 'empty' : words.join(', ')))
      for (const [kind, proof] of Object.entries(proofs)) {
        if (!proof.complete) checks.push(wrong(topic, `${kind} not read whole: ${proof.reason}`))
      }
    } finally {
      await reader.close()
    }
  })
  return checks
}

/** Runs one look; an expected fault becomes a check, a bug stays a bug. */
async function attempt<T>(checks: Check[], topic: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof InvalidManifests) {
      const words = countDiagnostics(error.diagnostics) ?? 'errors'
      checks.push(wrong('manifests', words, 'See them with rolecall validate.'))
      return undefined
    }
    const fault = expected(error)
    if (fault === undefined) throw error
    checks.push(wrong(topic, fault.message, fault.fix))
    return undefined
  }
}

function good(topic: string, text: string): Check {
  return { topic, text, state: 'good' }
}

function note(topic: string, text: string): Check {
  return { topic, text, state: 'note' }
}

function wrong(topic: string, text: string, fix?: string): Check {
  return { topic, text, state: 'wrong', ...(fix === undefined ? {} : { fix }) }
}
