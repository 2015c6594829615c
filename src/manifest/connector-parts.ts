/**
 * The parts of a manifest that belong to a connector: settings of a system, of a group in it, of an account in
 * it. A key that the connector lacks is an error and never left out: whoever wrote it relies on it.
 */
import type { Description } from '../connector/describe.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Connectors, Manifest, Path, Problem, RawDocument } from './document.ts'
import { nearest, suggest } from './nearest.ts'
import { unknownKey } from './schema-words.ts'
import { schemaProblems, type Written } from './schema-faults.ts'
import { connectorValidator, schemaOf } from './schemas.ts'

interface Surroundings {
  readonly connectors: Connectors
  /** System handle → connector name, of the systems that are declared. */
  readonly connectorOf: ReadonlyMap<string, string>
  readonly written: Written
}

/** Problems of one document with what the connectors of its systems know. */
export function connectorProblems(manifest: Manifest, around: Surroundings): Problem[] {
  if (manifest.kind === 'User')
    return partsOfUser(manifest, around).flatMap((part) => check(part, manifest.raw, around))
  if (manifest.kind === 'Group')
    return partsOfGroup(manifest, around).flatMap((part) => check(part, manifest.raw, around))
  if (manifest.kind === 'Role' || manifest.kind === 'Project')
    return partsOfThing(manifest, around).flatMap((part) => check(part, manifest.raw, around))
  if (manifest.kind !== 'System') return []
  const { connector } = manifest.spec
  if (!Object.hasOwn(around.connectors, connector)) return [unknownConnector(manifest.raw, connector, around)]
  return partsOfSystem(manifest, around).flatMap((part) => check(part, manifest.raw, around))
}

/** A stretch of a document that a schema of a connector describes. */
interface Part {
  readonly system: string
  readonly description: Description
  readonly what: keyof Description['schemas'] & ('system' | 'group' | 'account' | 'role' | 'project')
  readonly at: Path
  readonly value: JsonObject
  /** Keys of `value` that the manifest language itself knows, in every system. */
  readonly portable: readonly string[]
}

type Of<Kind extends Manifest['kind']> = Extract<Manifest, { kind: Kind }>

function partsOfUser({ spec }: Of<'User'>, around: Surroundings): Part[] {
  const parts: Part[] = []
  for (const [name, account] of Object.entries(spec.accounts ?? {})) {
    if (typeof account === 'string') continue
    const system = account.system ?? name
    const description = descriptionOf(system, around)
    if (description === undefined) continue
    const value = account as JsonObject
    parts.push({
      system,
      description,
      what: 'account',
      at: ['spec', 'accounts', name],
      value,
      portable: accountKeys(),
    })
  }
  return parts
}

function partsOfGroup({ spec }: Of<'Group'>, around: Surroundings): Part[] {
  const parts: Part[] = []
  for (const [system, settings] of Object.entries(spec.systems ?? {})) {
    const description = descriptionOf(system, around)
    if (description === undefined) continue
    const at = ['spec', 'systems', system]
    parts.push({
      system,
      description,
      what: 'group',
      at,
      value: settings as JsonObject,
      portable: groupKeys(),
    })
    if (settings.account === undefined) continue
    parts.push(accountDefaults(system, description, [...at, 'account'], settings.account as JsonObject))
  }
  return parts
}

function partsOfThing({ kind, spec }: Of<'Role'> | Of<'Project'>, around: Surroundings): Part[] {
  const description = descriptionOf(spec.system, around)
  if (description === undefined || spec.settings === undefined) return []
  const what = kind === 'Role' ? 'role' : 'project'
  const value = spec.settings as JsonObject
  return [{ system: spec.system, description, what, at: ['spec', 'settings'], value, portable: [] }]
}

function partsOfSystem({ metadata: { name }, spec }: Of<'System'>, around: Surroundings): Part[] {
  const description = around.connectors[spec.connector]
  if (description === undefined) return []
  const settings = (spec.settings ?? {}) as JsonObject
  const parts: Part[] = [
    { system: name, description, what: 'system', at: ['spec', 'settings'], value: settings, portable: [] },
  ]
  const account = spec.defaults?.account
  if (account === undefined) return parts
  return [
    ...parts,
    accountDefaults(name, description, ['spec', 'defaults', 'account'], account as JsonObject),
  ]
}

function accountDefaults(system: string, description: Description, at: Path, value: JsonObject): Part {
  return { system, description, what: 'account', at, value, portable: ['role', 'authentication'] }
}

function descriptionOf(system: string, { connectors, connectorOf }: Surroundings): Description | undefined {
  const connector = connectorOf.get(system)
  return connector !== undefined && Object.hasOwn(connectors, connector) ? connectors[connector] : undefined
}

/** Groups and accounts are put together from several places, so that nothing is missing before the last of them. */
function check(part: Part, raw: RawDocument, { written }: Surroundings): Problem[] {
  const own = part.portable.length === 0 ? part.value : without(part.value, part.portable)
  if (part.what !== 'system' && Object.keys(own).length === 0) return []
  const schema = part.description.schemas[part.what] ?? noSettings
  const validate = connectorValidator(schema)
  if (validate(own)) return []
  const errors = validate.errors ?? []
  const lacking = errors.filter(
    ({ keyword, instancePath }) => keyword === 'additionalProperties' && instancePath === '',
  )
  const misspelled = lacking.map(({ params }) =>
    nearest(String(params['additionalProperty']), keysOf(schema)),
  )
  const others = errors.filter(
    (error) =>
      !lacking.includes(error) &&
      (error.keyword !== 'required' ||
        (part.what === 'system' && !misspelled.includes(String(error.params['missingProperty'])))),
  )
  const checked = { raw, at: part.at, value: own, written }
  return [
    ...lacking.map(({ params }) => lackingKey(String(params['additionalProperty']), part, raw)),
    ...schemaProblems(others, checked),
  ]
}

/** A key of the language that this system lacks, or one that nobody knows. */
function lackingKey(key: string, part: Part, raw: RawDocument): Problem {
  const { system, description, what, at } = part
  const known = [...part.portable, ...keysOf(description.schemas[what] ?? noSettings)]
  const sort = `system "${system}" (${description.connector})`
  const isKnownElsewhere = Object.hasOwn(plainWords, key) && nearest(key, known) === undefined
  const place = {
    source: raw.source,
    index: raw.index,
    severity: 'error',
    path: [...at, key],
    mark: 'key',
  } as const
  if (isKnownElsewhere) {
    const message = `The ${sort} has no ${plainWords[key] ?? key}.`
    return {
      ...place,
      code: 'unsupported',
      message,
      fix: 'Take it out: what the system cannot do is not approximated.',
    }
  }
  const noun = {
    ...{ system: 'the settings of', group: 'groups of', account: 'accounts of' },
    ...{ role: 'the settings of a role of', project: 'the settings of a project of' },
  }[what]
  const { path: _, ...told } = unknownKey(key, known, `${noun} ${sort}`)
  return { ...place, ...told, fix: told.fix ?? '' }
}

const noSettings: JsonObject = { type: 'object', additionalProperties: false }

/** What keys of the manifest language that only some connectors have are called in a sentence. */
const plainWords: Readonly<Record<string, string>> = {
  ipWhitelist: 'per-user IP whitelist',
  timeZone: 'time zone of an account',
  userType: 'user types',
  scope: 'scope of an account',
  enterprise: 'enterprises',
  reseller: 'resellers',
  resellerAccount: 'reseller accounts',
  sharedTicket: 'shared tickets',
  subnets: 'subnets of a group',
  regions: 'regions of a group',
  internetAccess: 'internet access setting of a group',
  connectAuth: 'connect authentication of a group',
  maxDevices: 'limit of devices in a group',
  locationContext: 'location context of a group',
  devicePosture: 'device posture of a group',
  permissions: 'permissions of a group',
}

function unknownConnector(raw: RawDocument, connector: string, { connectors }: Surroundings): Problem {
  const fix = suggest(connector, Object.keys(connectors), 'connectors')
  return {
    code: 'unknown-connector',
    severity: 'error',
    source: raw.source,
    index: raw.index,
    path: ['spec', 'connector'],
    mark: 'value',
    message: `There is no connector "${connector}" in this version.`,
    ...(fix === undefined ? {} : { fix }),
  }
}

function without(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}

/** Keys that every system knows for an account and for a group, as the published schema lists them. */
function accountKeys(): string[] {
  return definedKeys('User', 'account')
}

function groupKeys(): string[] {
  return definedKeys('Group', 'groupSystem')
}

function definedKeys(kind: 'User' | 'Group', name: string): string[] {
  const definitions = schemaOf(kind)['$defs'] as Readonly<Record<string, JsonObject>> | undefined
  return keysOf(definitions?.[name] ?? {})
}

function keysOf(schema: JsonObject): string[] {
  const properties: Json | undefined = schema['properties']
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}
