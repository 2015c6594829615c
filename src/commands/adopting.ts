/** `rolecall adopt --system NAME`: reads one live system and writes what is there into the manifests. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { handleOf } from '../adopt/handles.ts'
import { adopt, type Adopted } from '../adopt/live/adopt.ts'
import { refusedBy } from '../adopt/live/refused.ts'
import { commonRole, profileOf, systemDocument, type NewSystem, type Seen } from '../adopt/live/system.ts'
import { documentText, manifest } from '../adopt/text.ts'
import type { Connector, Observation } from '../connector/contract.ts'
import { withProfile } from '../connector/describe.ts'
import { openLedgerReader } from '../ledger/open.ts'
import type { Source } from '../manifest/document.ts'
import { findRoot, loadSources, rootFile } from '../manifest/load.ts'
import { parseSources } from '../manifest/parse.ts'
import { readManifests } from '../manifest/read.ts'
import type { Change } from '../model/change.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import { diff } from '../plan/diff.ts'
import { connectors, descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault, InvalidManifests } from './exit.ts'
import { ledgerSurroundings } from './ledger.ts'
import { connectorOf } from './connector.ts'
import type { Session } from './session.ts'
import { adoptionSummary } from './adoption.ts'
import { targetOf } from './target.ts'
import { loadWorkspace } from './workspace.ts'

/** What was read and from what it is worked out. */
interface Scene {
  readonly root: string
  readonly sources: readonly Source[]
  readonly config: SystemConfig
  readonly connector: Connector
  readonly observation: Observation
  /** The System to be written, where the manifests have none. */
  readonly created?: NewSystem
}

/** Reads, writes files, and says what it did. `created`: how to reach a system that has no System document. */
export async function adoptLive(
  name: string,
  created: Omit<NewSystem, 'name'> | undefined,
  border: Border,
  session: Session,
): Promise<void> {
  const scene = await look(name, created && { name, ...created }, border, session)
  const today = dayOf(border.now())
  const { adopted, sources, workspace } = await attempt(scene, today, new Map(), border)
  const left = await compared(scene, workspace, border)
  const changed = sources.filter(
    ({ file, text }) => scene.sources.find((old) => old.file === file)?.text !== text,
  )
  for (const { file, text } of changed) await write(join(scene.root, file), text)
  border.out(adoptionSummary({ system: name, adopted, files: changed.map(({ file }) => file), left }))
}

interface Attempt {
  readonly adopted: Adopted
  readonly sources: readonly Source[]
  readonly workspace: Workspace
}

/** The manifests as they would be, without what the language refuses of what is live. Nothing is written here. */
async function attempt(
  scene: Scene,
  today: string,
  refused: ReadonlyMap<string, string>,
  border: Border,
): Promise<Attempt> {
  const seen = scene.created && seenIn(scene)
  const adopted = await adoptFrom(scene, withSystem(scene, seen), today, refused, border)
  const owners = scene.created && ownersOf(scene, adopted)
  const sources = merged(withSystem(scene, seen && { ...seen, ...(owners && { owners }) }), adopted)
  const { workspace, diagnostics } = readManifests(sources, {
    root: scene.root,
    today,
    connectors: descriptions,
  })
  if (workspace !== undefined) return { adopted, sources, workspace }
  const more = refusedBy(diagnostics, parseSources(sources).documents, adopted)
  if (more.size === 0) throw new InvalidManifests(diagnostics)
  return await attempt(scene, today, new Map([...refused, ...more]), border)
}

async function look(
  name: string,
  created: NewSystem | undefined,
  border: Border,
  session: Session,
): Promise<Scene> {
  const root = (await findRoot(session.cwd)) ?? session.cwd
  const sources = existsSync(join(root, rootFile)) ? (await loadSources(root)).sources : []
  const isKnown = systemNames(sources).includes(name)
  if (!isKnown && created === undefined) throw unknownSystem(name, systemNames(sources))
  const now = border.now()
  const found = isKnown
    ? await declared(root, sources, now)
    : valid(root, withSystem({ root, sources, ...(created && { created }) }), dayOf(now))
  const config = found.systems.get(name)
  if (config === undefined) throw unknownSystem(name, [...found.systems.keys()])
  const connector = connectorOf(config)
  const target = await targetOf(config, { ...border, root, log: session.log })
  const reader = await connector.openReader(target)
  try {
    const observation = await reader.observe()
    return { root, sources, config, connector, observation, ...(!isKnown && created && { created }) }
  } finally {
    await reader.close()
  }
}

/** A System counts as the protected branch has it. Without any document beside it there is nothing wrong yet. */
async function declared(root: string, sources: readonly Source[], now: Date): Promise<Workspace> {
  try {
    return (await loadWorkspace({ cwd: root, now, connectors: descriptions, compare: 'declared' })).workspace
  } catch (error) {
    const isBare =
      error instanceof InvalidManifests && error.diagnostics.every(({ code }) => code === 'no-manifests')
    if (isBare) return valid(root, sources, dayOf(now))
    throw error
  }
}

function unknownSystem(name: string, known: readonly string[]): Fault {
  const systems = known.length === 0 ? 'There are none yet' : `The systems are ${known.join(', ')}`
  return new Fault(
    exit.fault,
    `There is no system "${name}" in the manifests.`,
    `${systems}. To begin with it, say how it is reached: --connector ${Object.keys(connectors).join('|')} --setting KEY=VALUE.`,
  )
}

/** The files with the System document that is to be written, and Settings where there are none. */
function withSystem(
  { root, sources, created }: Pick<Scene, 'root' | 'sources' | 'created'>,
  seen?: Seen,
): readonly Source[] {
  if (created === undefined) return sources
  const system = documentText(rootFile, systemDocument(created, seen))
  const old = sources.find(({ file }) => file === rootFile)
  const settings = manifest(
    'Settings',
    { name: handleOf(basename(root)) },
    { ledger: { file: '.rolecall/ledger.db' } },
  )
  const before = old === undefined ? documentText(rootFile, settings) : old.text.replace(/\n*$/, '\n')
  return [...sources.filter((source) => source !== old), { file: rootFile, text: `${before}---\n${system}` }]
}

function seenIn({ connector: { description }, observation: { graph } }: Scene): Seen {
  const [profile, role] = [profileOf(description, graph), commonRole(description, graph)]
  return { ...(profile !== undefined && { profile }), ...(role !== undefined && { role }) }
}

async function adoptFrom(
  scene: Scene,
  sources: readonly Source[],
  today: string,
  refused: ReadonlyMap<string, string>,
  border: Border,
): Promise<Adopted> {
  const workspace = valid(scene.root, sources, today)
  const { documents } = parseSources(sources)
  const { name } = scene.config
  const desired = workspace.desired.get(name)
  if (desired === undefined) throw new Error(`no desired graph for system ${name}`)
  const system = documents.find(
    ({ value }) => value['kind'] === 'System' && nameOf(value['metadata']) === name,
  )
  const profile = textAt(system?.value['spec'], 'profile')
  const plain = scene.connector.description
  const description = (profile === undefined ? undefined : withProfile(plain, profile)) ?? plain
  const changes = await compared(scene, workspace, border)
  const input = {
    system: name,
    description,
    actual: scene.observation.graph,
    desired,
    changes,
    documents,
    refused,
  }
  return adopt(input, sources, workspace.settings.access)
}

/** The full difference, whatever the system's stage and whatever would be removed. */
async function compared(scene: Scene, workspace: Workspace, border: Border): Promise<readonly Change[]> {
  const { connector, observation } = scene
  const { description, rules } = connector
  const { name } = scene.config
  const desired = workspace.desired.get(name)
  if (desired === undefined) throw new Error(`no desired graph for system ${name}`)
  const config: SystemConfig = { ...scene.config, stage: 'full', exclusive: [] }
  const ledger = await openLedgerReader(workspace.settings.ledger, ledgerSurroundings(scene.root, border))
  try {
    const inventory = await ledger.inventory(name)
    return diff({ desired, actual: observation.graph, description, rules, config, inventory })
  } finally {
    await ledger.close()
  }
}

function valid(root: string, sources: readonly Source[], today: string): Workspace {
  const { workspace, diagnostics } = readManifests(sources, { root, today, connectors: descriptions })
  if (workspace === undefined) throw new InvalidManifests(diagnostics)
  return workspace
}

function merged(sources: readonly Source[], { files }: Adopted): readonly Source[] {
  const kept = sources.filter(({ file }) => !files.has(file))
  return [...kept, ...[...files].map(([file, text]) => ({ file, text }))]
}

/** Handles of those who own the system now: nobody else may be given that right from here on. */
function ownersOf({ connector, observation }: Scene, { handle }: Adopted): readonly string[] {
  const { graph } = observation
  return [...graph.all('account')]
    .filter((account) => connector.rules.ownership(account, graph).owner)
    .flatMap(({ ref }) => handle(`account:${ref.key}`) ?? [])
    .sort()
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFileAtomic(path, text)
}

function systemNames(sources: readonly Source[]): readonly string[] {
  const { documents } = parseSources(sources)
  return documents
    .flatMap(({ value }) => (value['kind'] === 'System' ? (nameOf(value['metadata']) ?? []) : []))
    .sort()
}

function nameOf(metadata: unknown): string | undefined {
  return textAt(metadata, 'name')
}

function textAt(value: unknown, key: string): string | undefined {
  const found: unknown =
    typeof value === 'object' && value !== null
      ? Object.entries(value).find(([name]) => name === key)?.[1]
      : undefined
  return typeof found === 'string' ? found : undefined
}

function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10)
}
