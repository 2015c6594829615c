/**
 * A small organisation for a test: the documents that matter to it, and defaults for the rest. There is one system,
 * `dir`, whose accounts are Members unless they say otherwise, until the test declares systems of its own.
 */
import { stringify } from 'yaml'
import { ruleReader } from '../src/cel/read.ts'
import type { Description } from '../src/connector/describe.ts'
import type { Connectors, Source } from '../src/manifest/document.ts'
import type {
  WrittenAcceptance,
  WrittenAccessPolicy,
  WrittenGroup,
  WrittenGroupMapping,
  WrittenGuardrail,
  WrittenProject,
  WrittenRole,
  WrittenScope,
  WrittenSettings,
  WrittenSystem,
  WrittenUser,
} from '../src/manifest/generated/types.ts'
import { readManifests, type ReadOptions } from '../src/manifest/read.ts'
import type { ManifestKind } from '../src/manifest/schemas.ts'
import type { DesiredGraph, Wish } from '../src/model/desired.ts'
import type { Diagnostic } from '../src/model/diagnostic.ts'
import type { Kind } from '../src/model/resource.ts'
import type { Workspace } from '../src/model/workspace.ts'
import { descriptions } from '../src/systems/registry.ts'

interface Written {
  System: WrittenSystem
  User: WrittenUser
  Group: WrittenGroup
  Role: WrittenRole
  Project: WrittenProject
  Scope: WrittenScope
  AccessPolicy: WrittenAccessPolicy
  GroupMapping: WrittenGroupMapping
  Acceptance: WrittenAcceptance
  Guardrail: WrittenGuardrail
}

type Add<K extends keyof Written> = (
  name: string,
  spec?: Partial<Written[K]['spec']>,
  metadata?: Partial<Written[K]['metadata']>,
) => World

/** Each call gives a new world, so that one can be the beginning of several. */
export interface World {
  readonly settings: (spec: WrittenSettings['spec']) => World
  /** The connector is `directory` unless said otherwise; the file and the default role are there. */
  readonly system: Add<'System'>
  readonly user: Add<'User'>
  /** Exists in `dir`, without an account for its members, unless `systems` says otherwise. */
  readonly group: Add<'Group'>
  readonly role: Add<'Role'>
  readonly project: Add<'Project'>
  readonly scope: Add<'Scope'>
  readonly policy: Add<'AccessPolicy'>
  readonly mapping: Add<'GroupMapping'>
  readonly acceptance: Add<'Acceptance'>
  readonly guardrail: Add<'Guardrail'>
  /** Files as they would be read: Settings and Systems in `rolecall.yaml`, one file under `access/` for each other kind. */
  readonly manifests: () => Source[]
}

interface Doc {
  readonly kind: ManifestKind
  readonly name: string
  readonly spec: object
  readonly metadata: object
}

export function world(docs: readonly Doc[] = []): World {
  const add =
    (kind: ManifestKind, defaults: object = {}) =>
    (name: string, spec: object = {}, metadata: object = {}): World =>
      world([...docs, { kind, name, spec: { ...defaults, ...spec }, metadata }])
  return {
    settings: (spec) => world([...docs, { kind: 'Settings', name: 'acme', spec, metadata: {} }]),
    system: (name, spec, metadata) => add('System', systemDefaults(name))(name, spec, metadata),
    user: add('User'),
    group: add('Group', { systems: { dir: {} } }),
    role: add('Role', { system: 'dir' }),
    project: add('Project', { system: 'dir' }),
    scope: add('Scope', { system: 'dir' }),
    policy: add('AccessPolicy', { systems: ['dir'] }),
    mapping: add('GroupMapping', { systems: ['dir'] }),
    acceptance: add('Acceptance', { systems: ['dir'], reason: 'It is right', until: '2027-01-01' }),
    guardrail: add('Guardrail'),
    manifests: () => sources(docs),
  }
}

/** The day on which tests judge dates, unless they say another. */
const today = '2026-11-22'

interface Read {
  readonly workspace: Workspace | undefined
  readonly diagnostics: readonly Diagnostic[]
}

const rules = ruleReader(Object.values(descriptions))

/** The whole way from the world's files to a workspace. */
export function read(from: World | readonly Source[], options: Partial<ReadOptions> = {}): Read {
  const files = 'manifests' in from ? from.manifests() : from
  return readManifests(files, { root: '/acme', today, connectors: descriptions, rules, ...options })
}

/** The codes of all errors of a world, in order of place. */
export function codes(from: World | readonly Source[], options?: Partial<ReadOptions>): string[] {
  return read(from, options)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code)
}

/** The codes of warnings and hints. */
export function lints(from: World | readonly Source[], options?: Partial<ReadOptions>): string[] {
  return read(from, options)
    .diagnostics.filter(({ severity }) => severity !== 'error')
    .map(({ code }) => code)
}

/** Connectors whose `directory` differs: what another system will be like, before there is one. */
export function describing(differs: Partial<Description>): Connectors {
  const { directory } = descriptions
  if (!directory) throw new Error('there is no directory')
  return { directory: { ...directory, ...differs } }
}

/** The desired graph of one system; a world with an error fails the test with what is wrong. */
export function desired(
  from: World | readonly Source[],
  system = 'dir',
  options?: Partial<ReadOptions>,
): DesiredGraph {
  const { workspace, diagnostics } = read(from, options)
  const graph = workspace?.desired.get(system)
  if (graph) return graph
  const said = diagnostics.map(({ code, span, message }) => `${span?.file}:${span?.line} ${code} ${message}`)
  throw new Error(`no graph of "${system}":\n${said.join('\n')}`)
}

/** One wish, which must be there. */
export function wish(
  from: World | readonly Source[],
  kind: Kind,
  key: string,
  system = 'dir',
  options?: Partial<ReadOptions>,
): Wish {
  const { wishes } = desired(from, system, options)
  const found = wishes[kind].get(key)
  if (found) return found
  throw new Error(`no ${kind} "${key}" among ${[...wishes[kind].keys()].join(', ')}`)
}

function systemDefaults(name: string): object {
  return {
    connector: 'directory',
    settings: { file: `.rolecall/${name}.db` },
    stage: 'full',
    defaults: { account: { role: 'Member' } },
  }
}

function sources(docs: readonly Doc[]): Source[] {
  const all = [...docs]
  if (!all.some(({ kind }) => kind === 'System'))
    all.unshift({ kind: 'System', name: 'dir', spec: systemDefaults('dir'), metadata: {} })
  if (!all.some(({ kind }) => kind === 'Settings'))
    all.unshift({ kind: 'Settings', name: 'acme', spec: {}, metadata: {} })
  const files = new Map<string, string[]>()
  for (const { kind, name, spec, metadata } of all) {
    const file =
      kind === 'Settings' || kind === 'System' ? 'rolecall.yaml' : `access/${kind.toLowerCase()}s.yaml`
    const text = stringify(
      { apiVersion: 'rolecall/v1', kind, metadata: { name, ...metadata }, spec },
      { compat: 'yaml-1.1' },
    )
    files.set(file, [...(files.get(file) ?? []), text])
  }
  return [...files].map(([file, texts]) => ({ file, text: texts.join('---\n') }))
}
