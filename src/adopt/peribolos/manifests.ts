import type { Json, JsonObject } from '../../model/json.ts'
import { handleOf } from '../handles.ts'
import { documentText, fileText, manifest, present, sorted } from '../text.ts'
import {
  fold,
  groupBy,
  handlesOf,
  inside,
  peopleOf,
  permissionOfAll,
  permissions,
  rolesOf,
  sharedHandles,
  systemsOf,
  type Handles,
  type People,
  type Person,
  type System,
} from './names.ts'
import type { Organisation, Team } from './organisation.ts'

/**
 * Organisations → the files of a repository. Each organisation is one system; a person is one document, whatever
 * organisations the login is in and however it is spelled; a team and its permissions stand in a file like the one
 * they came from.
 */
export interface Imported {
  /** Texts by path in the repository. */
  readonly files: ReadonlyMap<string, string>
  readonly systems: readonly ImportedSystem[]
  readonly people: number
}

export interface ImportedSystem {
  readonly name: string
  readonly organisation: string
  readonly owners: number
  readonly members: number
  readonly groups: number
  readonly managers: number
  /** Pairs of a person and a group, managers included. */
  readonly memberships: number
  readonly grants: number
  /** Logins in teams that are not in the organisation: they get no account, and their memberships are left out. */
  readonly strangers: readonly { readonly login: string; readonly team: string }[]
}

export function importManifests(organisations: readonly Organisation[], repository: string): Imported {
  const systems = systemsOf(organisations)
  const people = peopleOf(systems)
  const handles = sharedHandles(systems)
  const files = new Map<string, string>()
  files.set('rolecall.yaml', rootText(repository, systems, people))
  for (const person of people.values()) {
    const file = `access/people/${person.handle}.yaml`
    files.set(file, fileText(file, [personDocument(person)]))
  }
  for (const system of systems) {
    const file = `access/roles/${system.name}.yaml`
    const roles = [...roleDocuments(system, handles), ...everyone(system, handles)]
    files.set(file, fileText(file, roles))
    for (const [path, teams] of groupBy(system.organisation.teams, ({ file: from }) =>
      fileOf(system, from),
    )) {
      const documents = teams.flatMap((team) => teamDocuments(system, team, people, handles))
      files.set(path, fileText(path, documents))
    }
  }
  return { files, systems: systems.map((system) => counted(system)), people: people.size }
}

function rootText(repository: string, systems: readonly System[], people: People): string {
  const file = 'rolecall.yaml'
  const settings = manifest(
    'Settings',
    { name: handleOf(repository) },
    { ledger: { file: '.rolecall/ledger.db' } },
  )
  const texts = systems.map((system) => {
    const { title, description } = system.organisation
    const about = [title, description].filter((line) => line !== undefined).join(': ')
    const note = 'As in peribolos, accounts and groups that no manifest declares are removed.'
    return documentText(file, systemDocument(system, people), about === '' ? [note] : [oneLine(about), note])
  })
  return [documentText(file, settings), ...texts].join('---\n')
}

function systemDocument({ name, admins }: System, people: People): JsonObject {
  const owners = handlesOf([...admins], people)
  return manifest(
    'System',
    { name },
    {
      connector: 'directory',
      profile: 'flat',
      settings: { file: `.rolecall/${name}.db` },
      stage: 'full',
      exclusive: ['accounts', 'groups'],
      defaults: { account: { role: 'Member' } },
      ...(owners.length === 0 ? {} : { owners: { expected: owners } }),
    },
  )
}

function personDocument({ handle, accounts }: Person): JsonObject {
  const entries = accounts.map(({ system, login, isOwner }): [string, Json] => [
    system,
    present({ username: login === handle ? undefined : login, role: isOwner ? 'Owner' : undefined }),
  ])
  return manifest('User', { name: handle }, { accounts: Object.fromEntries(entries) })
}

/** The permissions as roles, each implying the next lower one. */
function roleDocuments(system: System, handles: Handles): JsonObject[] {
  const roles = rolesOf(system)
  return roles.map((role) => {
    const lower = roles.filter((other) => isLower(other, role)).at(-1)
    const handle = handles(system, 'Role', role)
    return manifest(
      'Role',
      { name: handle },
      {
        system: system.name,
        ...(role === handle ? {} : { name: role }),
        ...(lower === undefined ? {} : { implies: [handles(system, 'Role', lower)] }),
      },
    )
  })
}

function isLower(role: string, than: string): boolean {
  return (
    permissions.includes(than) &&
    permissions.includes(role) &&
    permissions.indexOf(role) < permissions.indexOf(than)
  )
}

/** What every member may do in every repository. */
function everyone(system: System, handles: Handles): JsonObject[] {
  const permission = permissionOfAll(system)
  if (permission === undefined) return []
  return [
    manifest(
      'AccessPolicy',
      { name: `${system.name}.default-repository-permission` },
      {
        systems: [system.name],
        subjects: [{ everyone: true }],
        roles: [handles(system, 'Role', permission)],
        resources: [{ all: true }],
      },
    ),
  ]
}

/** A team and, behind it, one policy for each permission that it has on repositories. */
function teamDocuments(system: System, team: Team, people: People, handles: Handles): JsonObject[] {
  const handle = handles(system, 'Group', team.name)
  const managers = handlesOf(inside(system, team.maintainers), people)
  const group = manifest(
    'Group',
    present({ name: handle, previously: team.previously.length > 0 ? sorted(team.previously) : undefined }),
    {
      ...(team.name === handle ? {} : { name: team.name }),
      ...(team.description === undefined ? {} : { description: team.description }),
      ...(team.parent === undefined ? {} : { parent: handles(system, 'Group', team.parent) }),
      members: handlesOf(inside(system, team.members), people).filter((member) => !managers.includes(member)),
      managers,
      systems: { [system.name]: {} },
    },
  )
  const byPermission = groupBy(team.repositories, ([, permission]) => permission)
  const policies = [...byPermission].sort().map(([permission, repositories]) =>
    manifest(
      'AccessPolicy',
      { name: `${handle}-${handleOf(permission)}` },
      {
        systems: [system.name],
        subjects: [{ group: handle }],
        roles: [handles(system, 'Role', permission)],
        resources: sorted(repositories.map(([repository]) => repository)).map((repository) => ({
          repository,
        })),
      },
    ),
  )
  return [group, ...policies]
}

function counted(system: System): ImportedSystem {
  const { name, logins, admins, organisation } = system
  const pairs = (of: (team: Team) => readonly string[]): number =>
    organisation.teams.reduce((sum, team) => sum + new Set(inside(system, of(team))).size, 0)
  return {
    name,
    organisation: organisation.name,
    owners: admins.size,
    members: logins.size - admins.size,
    groups: organisation.teams.length,
    managers: pairs((team) => team.maintainers),
    memberships: pairs((team) => [...team.members, ...team.maintainers]),
    grants:
      organisation.teams.reduce((sum, team) => sum + team.repositories.length, 0) +
      everyone(system, () => '').length,
    strangers: organisation.teams.flatMap((team) =>
      [...team.members, ...team.maintainers]
        .filter((login) => !logins.has(fold(login)))
        .map((login) => ({ login, team: team.name })),
    ),
  }
}

/** `sig-auth/teams` and `sig-auth` are `access/teams/<system>/sig-auth.yaml`; the teams of org.yaml are `teams.yaml`. */
function fileOf({ name }: System, file: string): string {
  const place = file === 'org' ? 'teams' : file.replace(/\/teams$/, '')
  return `access/teams/${name}/${place}.yaml`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
