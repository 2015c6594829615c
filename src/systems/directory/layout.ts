import { description } from './describe.ts'
import type { Kind } from '../../model/resource.ts'

/**
 * Where each field and link of each kind stands in the tables. Reading, writing and converting all follow this one
 * table, so a new column is one line here, one in `describe.ts` and one in the schema.
 */
interface Layout {
  readonly table: string
  /** The column of the natural key. */
  readonly key: string
  /** The key is made up of other columns by the table itself. */
  readonly derivedKey?: true
  /** The column that keeps when rolecall made it. */
  readonly madeAt?: string
  readonly fields: Readonly<Record<string, Column>>
  readonly links: Readonly<Record<string, LinkColumns>>
}

export interface Column {
  readonly name: string
  /** `list` and `json` are JSON text; `flag` is 0 or 1. */
  readonly holds: 'text' | 'whole' | 'flag' | 'list' | 'json'
  /** The version of the schema that it came with: in an older file, which a reader may not bring forward, it is empty. */
  readonly since?: number
  /** What it is made of, where it is no column of the table. */
  readonly is?: string
}

export interface LinkColumns {
  /** The table that holds one row a link, and its column that names the resource; absent: the resource's own row. */
  readonly beside?: { readonly table: string; readonly owner: string }
  /** The column for each type of target, with the target's name. */
  readonly byType: Readonly<Record<string, string>>
  /** The column for targets of every other type, with type and name. */
  readonly native?: string
}

export const layouts: Readonly<Record<Kind, Layout>> = {
  role: {
    table: 'roles',
    key: 'name',
    fields: {
      description: text('description'),
      privileges: list('privileges'),
      directoryGroups: list('directory_groups'),
      sealed: flag('sealed'),
    },
    links: {
      implies: { beside: { table: 'role_implies', owner: 'role' }, byType: { role: 'implies' } },
    },
  },
  project: {
    table: 'projects',
    key: 'name',
    fields: { description: text('description'), type: text('type') },
    links: {},
  },
  scope: {
    table: 'scopes',
    key: 'name',
    fields: { datacenters: list('datacenters') },
    links: {
      enterprises: {
        beside: { table: 'scope_enterprises', owner: 'scope' },
        byType: { project: 'project' },
        native: 'native',
      },
    },
  },
  group: {
    table: 'groups',
    key: 'name',
    fields: {
      description: text('description'),
      subnets: list('subnets'),
      regions: list('regions'),
      internetAccess: text('internet_access'),
      connectAuth: text('connect_auth'),
      maxDevices: whole('max_devices'),
      locationContext: text('location_context'),
      devicePosture: text('device_posture'),
    },
    links: { parent: { byType: { group: 'parent' } } },
  },
  account: {
    table: 'accounts',
    key: 'user_name',
    madeAt: 'created_at',
    fields: {
      username: text('user_name'),
      email: text('email'),
      givenName: text('given_name'),
      familyName: text('family_name'),
      employment: text('employment'),
      type: text('type'),
      status: text('status'),
      labels: json('labels'),
      sealed: flag('sealed'),
      lastSignIn: { ...text('last_sign_in'), since: 2 },
      // max() of nothing is nothing: without a record, or without a day on which the account was made, nobody knows
      signInsFrom: {
        ...text('sign_ins_from'),
        ...{ since: 2, is: '(SELECT max(since, created_at) FROM sign_in_record)' },
      },
    },
    links: {
      role: { byType: { role: 'role' } },
      primaryGroup: { byType: { group: 'primary_group' } },
      groups: { beside: { table: 'memberships', owner: 'account' }, byType: { group: 'in_group' } },
      manages: { beside: { table: 'managers', owner: 'account' }, byType: { group: 'of_group' } },
      scope: { byType: { scope: 'scope' } },
    },
  },
  policy: {
    table: 'policies',
    key: 'name',
    fields: { description: text('description') },
    links: {
      subjects: {
        beside: { table: 'policy_subjects', owner: 'policy' },
        byType: { group: 'group', account: 'account' },
        native: 'native',
      },
      resources: {
        beside: { table: 'policy_resources', owner: 'policy' },
        byType: { group: 'group', project: 'project' },
        native: 'native',
      },
    },
  },
  grant: {
    table: 'grants',
    key: 'name',
    derivedKey: true,
    fields: {},
    links: {
      subject: { byType: { group: 'subject_group', account: 'subject_account' }, native: 'subject_native' },
      role: { byType: { role: 'role' } },
      resource: {
        byType: { group: 'resource_group', project: 'resource_project' },
        native: 'resource_native',
      },
    },
  },
  mapping: {
    table: 'mappings',
    key: 'name',
    fields: { mode: text('mode'), fallback: text('fallback'), rules: json('rules') },
    links: {
      groups: { beside: { table: 'mapping_groups', owner: 'mapping' }, byType: { group: 'in_group' } },
    },
  },
}

/** Rows of the table that are not resources: the built-in roles are there for the foreign keys. */
export const builtIn: Readonly<Partial<Record<Kind, readonly string[]>>> = { role: description.roles }

function text(name: string): Column {
  return { name, holds: 'text' }
}

function whole(name: string): Column {
  return { name, holds: 'whole' }
}

function flag(name: string): Column {
  return { name, holds: 'flag' }
}

function list(name: string): Column {
  return { name, holds: 'list' }
}

function json(name: string): Column {
  return { name, holds: 'json' }
}
