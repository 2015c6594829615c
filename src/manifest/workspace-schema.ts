/**
 * A schema of one repository: the published language, closed around the systems, handles and connector settings
 * that are there. An editor that has it completes a group's name and marks a setting that a system does not know.
 */
import type { Description } from '../connector/describe.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { bundle, type SchemaFiles } from './bundle.ts'
import type { Connectors } from './document.ts'
import { unique, type WorkspaceNames } from './workspace-names.ts'

/**
 * The schema of a document of any kind in this repository: one object, draft 2020-12, that refers to nothing
 * outside itself. `files` are the published schemas by file name, `manifest.schema.json` among them. What belongs
 * to a system whose connector is not in `connectors` stays as open as it is in the published schemas.
 */
export function workspaceSchema(
  files: SchemaFiles,
  names: WorkspaceNames,
  connectors: Connectors,
): JsonObject {
  const { $defs, ...root } = bundle(files, 'manifest.schema.json')
  const base = $defs as Definitions
  const systems = [...names.systems].map(([name, connector]): System => {
    const description = Object.hasOwn(connectors, connector) ? connectors[connector] : undefined
    return { name, description, roles: rolesOf(description, names.roles.get(name) ?? []) }
  })
  return {
    ...root,
    $defs: {
      ...base,
      ...handles(base, names, systems),
      ...memberships(base),
      ...policies(base, systems),
      ...accounts(base, systems),
      ...groups(base, systems),
      ...settings(base, connectors),
    },
  }
}

type Schema = Readonly<Record<string, Json>>
/** The definitions of the bundle by name; that those spoken of here exist is proven by the tests. */
type Definitions = Readonly<Record<string, Schema>>

interface System {
  readonly name: string
  readonly description: Description | undefined
  /** The roles an account may have; undefined where live roles count too. */
  readonly roles: readonly string[] | undefined
}

function rolesOf(description: Description | undefined, declared: readonly string[]): System['roles'] {
  if (description === undefined || description.roles.length === 0) return undefined
  return unique([...description.roles, ...declared])
}

/** An editor shows every value of a list in its messages; beyond this it helps nobody. */
const longestList = 2000

/** The definition, of a value that is one of these. An empty list says nothing: then it stays as it is. */
function listed(schema: Schema | undefined, values: readonly string[], what: string): Schema {
  if (values.length === 0 || values.length > longestList) return schema ?? {}
  return {
    description: schema?.['description'] ?? '',
    type: 'string',
    enum: values,
    errorMessage: `This repository has no ${what} of this name.`,
  }
}

/** The definitions that name documents, as lists of what there is. */
function handles(base: Definitions, names: WorkspaceNames, systems: readonly System[]): Definitions {
  const roles = systems.every((system) => system.roles !== undefined)
    ? unique(systems.flatMap((system) => system.roles ?? []))
    : []
  const groups = names.groups.length === 0 ? [] : ['none', ...names.groups]
  return {
    systemHandle: listed(base['systemHandle'], [...names.systems.keys()], 'system'),
    userHandle: listed(base['userHandle'], names.users, 'user'),
    groupHandle: listed(base['groupHandle'], names.groups, 'group'),
    projectHandle: listed(base['projectHandle'], names.projects, 'project'),
    fallbackGroup: listed(base['fallbackGroup'], groups, 'group'),
    roleName: listed(base['roleName'], roles, 'role'),
  }
}

/** A handle or a map with one: two alternatives here, so that the list of handles reaches both. */
function memberships(base: Definitions): Definitions {
  return {
    personMembership: alternatives(base['personMembership'], 'groupHandle'),
    groupMembership: alternatives(base['groupMembership'], 'userHandle'),
  }
}

function alternatives(schema: Schema | undefined, handle: string): Schema {
  return { description: schema?.['description'] ?? '', anyOf: [reference(handle), mapOf(schema)] }
}

/** What `{"type": ["string", "object"]}` says of the object. */
function mapOf(schema: Schema | undefined): Schema {
  const {
    pattern: _pattern,
    patternErrorMessage: _message,
    maxLength: _length,
    examples: _examples,
    ...map
  } = schema ?? {}
  return { ...map, type: 'object' }
}

/** Subjects and resources of the types that some system here has. */
function policies(base: Definitions, systems: readonly System[]): Definitions {
  const known = systems.flatMap(({ description }) => description?.schemas ?? [])
  if (known.length === 0 || known.length < systems.length) return {}
  const subjects = ['group', 'user', ...known.flatMap(({ subjectTypes }) => subjectTypes)]
  const resources = ['all', 'group', 'project', ...known.flatMap(({ resourceTypes }) => resourceTypes)]
  const { oneOf: _oneOf, ...subject } = withOnly(base['subject'], [...subjects, 'from', 'until', 'reason'])
  const types = Object.keys(properties(subject)).filter((key) => subjects.includes(key))
  return {
    subject: { ...subject, oneOf: types.map((type) => ({ required: [type] })) },
    resource: withOnly(base['resource'], resources),
  }
}

function withOnly(schema: Schema | undefined, keys: readonly string[]): Schema {
  const kept = Object.entries(properties(schema)).filter(([key]) => keys.includes(key))
  return { ...schema, properties: Object.fromEntries(kept) }
}

/** An account for each system by its name, and further ones that say which system they are in. */
function accounts(base: Definitions, systems: readonly System[]): Definitions {
  if (systems.length === 0) return {}
  const description = base['account']?.['description'] ?? ''
  const second: Schema = {
    description: 'A further account of this person, in the system that it names.',
    type: 'object',
    properties: { system: reference('systemHandle') },
    required: ['system'],
    allOf: systems.map(({ name }) => ({
      if: { type: 'object', properties: { system: { const: name } }, required: ['system'] },
      then: reference(`account-${name}`),
    })),
  }
  return {
    ...definitionsOf(systems, 'account', (system) =>
      closed(mapOf(base['account']), system.description?.schemas.account, system.roles),
    ),
    user: inSpec(base['user'], 'accounts', (written) => ({
      ...written,
      properties: Object.fromEntries(
        systems.map(({ name }) => [
          name,
          { description, anyOf: [{ const: 'none' }, reference(`account-${name}`)] },
        ]),
      ),
      additionalProperties: second,
    })),
  }
}

/** A group is in the systems there are, with the settings that each knows. */
function groups(base: Definitions, systems: readonly System[]): Definitions {
  if (systems.length === 0) return {}
  return {
    ...definitionsOf(systems, 'values', (system) =>
      closed(base['accountValues'], system.description?.schemas.account, system.roles),
    ),
    ...definitionsOf(systems, 'group', (system) => {
      const group = closed(base['groupSystem'], system.description?.schemas.group)
      const account = { ...properties(base['groupSystem'])['account'], ...reference(`values-${system.name}`) }
      return { ...group, properties: { ...properties(group), account } }
    }),
    group: inSpec(base['group'], 'systems', ({ propertyNames: _names, ...written }) => ({
      ...written,
      properties: Object.fromEntries(systems.map(({ name }) => [name, reference(`group-${name}`)])),
      additionalProperties: false,
    })),
  }
}

/** A system of a connector has that connector's settings, and its account keys among the defaults. */
function settings(base: Definitions, connectors: Connectors): Definitions {
  if (Object.keys(connectors).length === 0) return {}
  const branches = Object.values(connectors).map(({ connector, schemas }) => ({
    if: { type: 'object', properties: { connector: { const: connector } }, required: ['connector'] },
    then: {
      properties: {
        settings: schemas.system,
        defaults: { properties: { account: closed(base['accountValues'], schemas.account) } },
      },
    },
  }))
  return {
    system: inSpec(
      inSpec(base['system'], 'connector', (written) =>
        listed(written, unique(Object.keys(connectors)), 'connector'),
      ),
      undefined,
      (spec) => ({ ...spec, allOf: branches }),
    ),
  }
}

/** An open object closed around its own keys and those of the connector; open where there is no connector's schema. */
function closed(open: Schema | undefined, more: JsonObject | undefined, roles?: readonly string[]): Schema {
  if (more === undefined) return open ?? {}
  const own = properties(open)
  const role =
    own['role'] !== undefined && roles !== undefined ? { role: listed(own['role'], roles, 'role') } : {}
  return {
    ...open,
    properties: { ...own, ...role, ...properties(more) },
    additionalProperties: false,
  }
}

function definitionsOf(
  systems: readonly System[],
  what: string,
  schema: (system: System) => Schema,
): Definitions {
  return Object.fromEntries(systems.map((system) => [`${what}-${system.name}`, schema(system)]))
}

/** The schema of a document with one key of its `spec` changed, or the whole of it. */
function inSpec(
  document: Schema | undefined,
  key: string | undefined,
  change: (schema: Schema) => Schema,
): Schema {
  const spec = properties(document)['spec'] ?? {}
  const changed =
    key === undefined
      ? change(spec)
      : { ...spec, properties: { ...properties(spec), [key]: change(properties(spec)[key] ?? {}) } }
  return { ...document, properties: { ...properties(document), spec: changed } }
}

function properties(schema: Schema | undefined): Definitions {
  return (schema?.['properties'] ?? {}) as Definitions
}

function reference(definition: string): Schema {
  return { $ref: `#/$defs/${definition}` }
}
