import type { Json, JsonObject } from '../../model/json.ts'
import { handleMaker, handleOf } from '../handles.ts'
import { documentText, fileText, manifest, present, sorted } from '../text.ts'
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

/** GitHub's permissions on a repository, the lowest first; each includes those before it. */
const permissions = ['read', 'triage', 'write', 'maintain', 'admin']

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

interface System {
  readonly name: string
  readonly organisation: Organisation
  /** Logins by their folded form, as org.yaml spells them. */
  readonly logins: ReadonlyMap<string, string>
  readonly admins: ReadonlySet<string>
}

interface Person {
  readonly handle: string
  readonly accounts: { readonly system: string; readonly login: string; readonly isOwner: boolean }[]
}

type People = ReadonlyMap<string, Person>

function systemsOf(organisations: readonly Organisation[]): System[] {
  const handle = handleMaker()
  return organisations.map((organisation) => {
    const { admins, members } = organisation
    return {
      name: handle(organisation.name),
      organisation,
      logins: new Map([...members, ...admins].map((login) => [fold(login), login])),
      admins: new Set(admins.map(fold)),
    }
  })
}

/** By folded login, sorted: GitHub takes logins that differ only in case for one. */
function peopleOf(systems: readonly System[]): People {
  const handle = handleMaker()
  const logins = sorted(systems.flatMap((system) => [...system.logins.keys()]))
  return new Map(
    logins.map((key) => {
      const accounts = systems.flatMap(({ name, logins: spelled, admins }) => {
        const login = spelled.get(key)
        return login === undefined ? [] : [{ system: name, login, isOwner: admins.has(key) }]
      })
      return [key, { handle: handle(key), accounts }] as const
    }),
  )
}

type Handles = (system: System, kind: 'Group' | 'Role', name: string) => string

/** A name in one system alone is the handle; one that several systems use gets the name of its system in front. */
function sharedHandles(systems: readonly System[]): Handles {
  const found = new Map<string, string>()
  for (const kind of ['Group', 'Role'] as const) {
    const names = systems.flatMap((system) =>
      (kind === 'Group' ? system.organisation.teams.map((team) => team.name) : rolesOf(system)).map(
        (name) => ({ system, name }),
      ),
    )
    const uses = groupBy(names, ({ name }) => handleOf(name))
    const handle = handleMaker()
    for (const { system, name } of names) {
      const plain = handleOf(name)
      const shared = new Set(uses.get(plain)?.map((use) => use.system.name)).size > 1
      found.set(`${kind} ${system.name} ${name}`, handle(shared ? `${system.name}.${plain}` : plain))
    }
  }
  return (system, kind, name) => found.get(`${kind} ${system.name} ${name}`) ?? handleOf(name)
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
      owners: { expected: owners },
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

/**
 * All of GitHub's permissions, whether they are given or not, so that what a team loses never takes a role along;
 * and whatever else the configuration gives.
 */
function rolesOf(system: System): string[] {
  const { teams } = system.organisation
  const given = teams.flatMap((team) => team.repositories.map(([, permission]) => permission))
  return [...permissions, ...sorted(given).filter((name) => !permissions.includes(name))]
}

function permissionOfAll({ organisation: { defaultPermission } }: System): string | undefined {
  return defaultPermission === 'none' ? undefined : defaultPermission
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

/** Folded logins of those who are in the organisation. */
function inside({ logins }: System, of: readonly string[]): string[] {
  return of.map(fold).filter((login) => logins.has(login))
}

function handlesOf(logins: readonly string[], people: People): string[] {
  return sorted(logins.flatMap((login) => people.get(login)?.handle ?? []))
}

/** `sig-auth/teams` and `sig-auth` are `access/teams/<system>/sig-auth.yaml`; the teams of org.yaml are `teams.yaml`. */
function fileOf({ name }: System, file: string): string {
  const place = file === 'org' ? 'teams' : file.replace(/\/teams$/, '')
  return `access/teams/${name}/${place}.yaml`
}

/** ASCII only: GitHub logins hold nothing else, and full folding makes two people one. */
function fold(login: string): string {
  return login.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return groups
}
