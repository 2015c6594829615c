import { handleMaker, handleOf } from '../handles.ts'
import { sorted } from '../text.ts'
import type { Organisation } from './organisation.ts'

/** Who and what the organisations hold together, and the handles under which manifests speak of it. */

export interface System {
  readonly name: string
  readonly organisation: Organisation
  /** Logins by their folded form, as org.yaml spells them. */
  readonly logins: ReadonlyMap<string, string>
  readonly admins: ReadonlySet<string>
}

export function systemsOf(organisations: readonly Organisation[]): System[] {
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

export interface Person {
  readonly handle: string
  readonly accounts: { readonly system: string; readonly login: string; readonly isOwner: boolean }[]
}

export type People = ReadonlyMap<string, Person>

/** By folded login, sorted: GitHub takes logins that differ only in case for one. */
export function peopleOf(systems: readonly System[]): People {
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

export function handlesOf(logins: readonly string[], people: People): string[] {
  return sorted(logins.flatMap((login) => people.get(login)?.handle ?? []))
}

/** Folded logins of those who are in the organisation. */
export function inside({ logins }: System, of: readonly string[]): string[] {
  return of.map(fold).filter((login) => logins.has(login))
}

export type Handles = (system: System, kind: 'Group' | 'Role', name: string) => string

/** A name in one system alone is the handle; one that several systems use gets the name of its system in front. */
export function sharedHandles(systems: readonly System[]): Handles {
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

/** GitHub's permissions on a repository, the lowest first; each includes those before it. */
export const permissions = ['read', 'triage', 'write', 'maintain', 'admin']

/**
 * All of GitHub's permissions, whether they are given or not, so that what a team loses never takes a role along;
 * and whatever else the configuration gives.
 */
export function rolesOf(system: System): string[] {
  const { teams } = system.organisation
  const given = teams.flatMap((team) => team.repositories.map(([, permission]) => permission))
  return [...permissions, ...sorted(given).filter((name) => !permissions.includes(name))]
}

export function permissionOfAll({ organisation: { defaultPermission } }: System): string | undefined {
  return defaultPermission === 'none' ? undefined : defaultPermission
}

/** ASCII only: GitHub logins hold nothing else, and full folding makes two people one. */
export function fold(login: string): string {
  return login.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return groups
}
