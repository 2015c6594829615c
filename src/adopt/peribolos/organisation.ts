/**
 * What a peribolos configuration says: organisations with their people, teams and repository permissions. Keys of
 * the source that have no place here are collected, never dropped without a word.
 */

export interface Organisation {
  /** The name of its folder, or its key under `orgs`. */
  readonly name: string
  readonly title?: string
  readonly description?: string
  /** Logins as they are spelled there. */
  readonly admins: readonly string[]
  readonly members: readonly string[]
  /** In the order of the files, each before the teams in it. */
  readonly teams: readonly Team[]
  readonly defaultPermission?: string
  readonly leftOver: readonly LeftOver[]
}

export interface Team {
  readonly name: string
  readonly description?: string
  readonly previously: readonly string[]
  readonly maintainers: readonly string[]
  readonly members: readonly string[]
  /** Permission by repository. */
  readonly repositories: readonly (readonly [repository: string, permission: string])[]
  readonly parent?: string
  /** The file it stands in, without its ending: `sig-auth/teams`. */
  readonly file: string
}

/** A key that is not carried: `value` where it says something in one line. */
export interface LeftOver {
  readonly key: string
  readonly where: 'organisation' | 'team'
  readonly value?: string
}

/** A file of an organisation, parsed with every scalar as text: logins can look like numbers. */
export interface SourceFile {
  readonly file: string
  readonly content: Tree
}

export type Tree = string | null | readonly Tree[] | ReadonlyMap<string, Tree>

/** Thrown for a source that cannot be understood: one sentence that names file and key. */
export class SourceFault extends Error {
  override name = 'SourceFault'
}

/** One organisation from its `org.yaml` and the files that only hold teams. */
export function organisation(name: string, main: SourceFile, others: readonly SourceFile[]): Organisation {
  const leftOver: LeftOver[] = []
  const top = keyReader(main.content, main.file, 'organisation', leftOver)
  const org = {
    name,
    ...optional('title', top.text('name')),
    ...optional('description', top.text('description')),
    admins: top.list('admins'),
    members: top.list('members'),
    ...optional('defaultPermission', top.text('default_repository_permission')),
  }
  const teams = teamsIn(top.map('teams'), main.file, undefined, leftOver)
  top.rest()
  for (const { file, content } of others) {
    const reader = keyReader(content, file, 'organisation', leftOver)
    teams.push(...teamsIn(reader.map('teams'), file, undefined, leftOver))
    reader.rest()
  }
  onlyOnce(teams)
  return { ...org, teams, leftOver }
}

function teamsIn(
  teams: ReadonlyMap<string, Tree>,
  file: string,
  parent: string | undefined,
  leftOver: LeftOver[],
): Team[] {
  return [...teams].flatMap(([name, content]) => {
    const reader = keyReader(content, `${file}: team ${name}`, 'team', leftOver)
    const team: Team = {
      name,
      ...optional('description', reader.text('description')),
      previously: reader.list('previously'),
      maintainers: reader.list('maintainers'),
      members: reader.list('members'),
      repositories: [...reader.map('repos')].map(([repository, permission]) => [
        repository,
        textOf(permission, `${file}: team ${name}: repos`),
      ]),
      ...optional('parent', parent),
      file: file.replace(/\.ya?ml$/, ''),
    }
    const nested = teamsIn(reader.map('teams'), file, name, leftOver)
    reader.rest()
    return [team, ...nested]
  })
}

/** Teams of one organisation are one list, whatever files they stand in. */
function onlyOnce(teams: readonly Team[]): void {
  const seen = new Map<string, Team>()
  for (const team of teams) {
    const other = seen.get(team.name)
    if (other) throw new SourceFault(`The team "${team.name}" stands in ${other.file} and in ${team.file}.`)
    seen.set(team.name, team)
  }
}

interface KeyReader {
  readonly text: (key: string) => string | undefined
  readonly list: (key: string) => readonly string[]
  readonly map: (key: string) => ReadonlyMap<string, Tree>
  readonly rest: () => void
}

/** Takes keys out of a map one by one; `rest` collects those that nobody asked for. */
function keyReader(content: Tree, where: string, level: LeftOver['where'], leftOver: LeftOver[]): KeyReader {
  if (!isMap(content) && !isNothing(content)) throw new SourceFault(`${where} is not a map.`)
  const open = new Map<string, Tree>(isMap(content) ? content : [])
  const take = (key: string): Tree => {
    const value = open.get(key) ?? null
    open.delete(key)
    return value
  }
  return {
    text: (key) => {
      const value = take(key)
      return isNothing(value) ? undefined : textOf(value, `${where}: ${key}`)
    },
    list: (key) => {
      const value = take(key)
      if (isNothing(value)) return []
      if (!isList(value)) throw new SourceFault(`${where}: ${key} is not a list.`)
      return value.map((item) => textOf(item, `${where}: ${key}`))
    },
    map: (key) => {
      const value = take(key)
      if (isNothing(value)) return new Map()
      if (!isMap(value)) throw new SourceFault(`${where}: ${key} is not a map.`)
      return value
    },
    rest: () => {
      for (const [key, value] of open) {
        leftOver.push({ key, where: level, ...(typeof value === 'string' ? { value } : {}) })
      }
    },
  }
}

function textOf(value: Tree, where: string): string {
  if (typeof value !== 'string' || value === '')
    throw new SourceFault(`${where} has a value that is not a text.`)
  return value
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>)
}

/** As text, YAML's null is one of these. A login may be called so, but stands in a list. */
function isNothing(value: Tree): boolean {
  return value === null || ['', '~', 'null', 'Null', 'NULL'].includes(value as string)
}

function isMap(value: Tree): value is ReadonlyMap<string, Tree> {
  return value instanceof Map
}

function isList(value: Tree): value is readonly Tree[] {
  return Array.isArray(value)
}
