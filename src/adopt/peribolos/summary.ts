import type { Imported, ImportedSystem } from './manifests.ts'
import type { LeftOver, Organisation } from './organisation.ts'

/** What an import did, for people: what was counted, and everything of the source that is not carried. Pure. */

/** Lines of text; names of the source are passed through `show`, the encoder of the output. */
export function importSummary(
  organisations: readonly Organisation[],
  imported: Imported,
  show: (text: string) => string,
): readonly string[] {
  return [
    ...imported.systems.flatMap((system) => systemLines(system, show)),
    `${count(imported.people, 'person', 'people')} in all, one file each.`,
    ...section(
      'Not carried:',
      organisations.flatMap((organisation) => notCarried(organisation, show)),
    ),
    ...section('Look at:', lookAt(organisations, imported, show)),
  ]
}

function systemLines(system: ImportedSystem, show: (text: string) => string): readonly string[] {
  const { owners, members, groups, memberships, managers, grants } = system
  return [
    `${show(system.name)}: ${count(owners, 'owner')}, ${count(members, 'member')}, ${count(groups, 'group')}`,
    `  ${count(memberships, 'membership')}, of them ${count(managers, 'manager')}; ${count(grants, 'grant')} of a role`,
  ]
}

function notCarried(organisation: Organisation, show: (text: string) => string): readonly string[] {
  const name = show(organisation.name)
  const comments = [organisation.title && 'name', organisation.description && 'description'].filter(Boolean)
  return [
    ...(comments.length > 0
      ? [`${name}: ${comments.join(' and ')} (kept as a comment in rolecall.yaml)`]
      : []),
    ...organisation.leftOver
      .filter(({ where }) => where === 'organisation')
      .map(({ key, value }) => `${name}: ${show(key)}${value === undefined ? '' : `: ${show(value)}`}`),
    ...teamKeys(organisation.leftOver).map((line) => `${name}: ${show(line)}`),
  ]
}

/** `privacy of 284 teams (closed)`: hundreds of teams say the same. */
function teamKeys(leftOver: readonly LeftOver[]): readonly string[] {
  const teams = leftOver.filter(({ where }) => where === 'team')
  return [...new Set(teams.map(({ key }) => key))].map((key) => {
    const uses = teams.filter((other) => other.key === key)
    const values = [...new Set(uses.flatMap(({ value }) => value ?? []))].sort()
    const shown = values.length > 0 && values.length <= 5 ? ` (${values.join(', ')})` : ''
    return `${key} of ${count(uses.length, 'team')}${shown}`
  })
}

function lookAt(
  organisations: readonly Organisation[],
  { systems }: Imported,
  show: (text: string) => string,
): readonly string[] {
  return [
    ...systems.flatMap(({ name, strangers }) =>
      strangers.map(
        ({ login, team }) =>
          `${show(name)}: "${show(login)}" is in team "${show(team)}" and not in the organisation, so has no account there`,
      ),
    ),
    ...organisations.flatMap((organisation) => spelledTwice(organisation, show)),
  ]
}

/** One login in several spellings is one person; a reader should know that it was taken for one. */
function spelledTwice(organisation: Organisation, show: (text: string) => string): readonly string[] {
  const spellings = new Map<string, Set<string>>()
  const { admins, members, teams } = organisation
  for (const login of [
    ...admins,
    ...members,
    ...teams.flatMap((team) => [...team.members, ...team.maintainers]),
  ]) {
    const key = login.toLowerCase()
    spellings.set(key, (spellings.get(key) ?? new Set()).add(login))
  }
  return [...spellings.values()]
    .filter((logins) => logins.size > 1)
    .map(
      (logins) => `${show(organisation.name)}: ${[...logins].sort().map(show).join(' and ')} are one person`,
    )
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
