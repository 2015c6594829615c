/**
 * Policies that reach nobody or say what another says, and people whom their groups give access where they have no account.
 * All of it is about the documents together, and is only said when none is at fault.
 */
import { phase } from './dates.ts'
import type { ManifestOf } from './normalize.ts'
import type { Group, Mapping, Policy, TypedReference } from './normalised.ts'
import { key as keyOf } from './place.ts'
import { namePlace, showSite, specPlace, type Context, type Site } from './resolve/context.ts'

interface Documents {
  readonly policies: readonly Policy[]
  readonly groups: readonly Group[]
  readonly users: readonly ManifestOf<'User'>[]
  readonly mappings: readonly Mapping[]
}

export function lintReach(context: Context, documents: Documents): void {
  if (documents.policies.length === 0) return
  const members = membersOf(documents)
  const fed = new Set(
    documents.mappings.flatMap(({ rules = [], fallback }) => [
      ...rules.map(({ group }) => group.name),
      ...(fallback === undefined || fallback === 'none' ? [] : [fallback.name]),
    ]),
  )
  const open = documents.policies.filter(({ absent }) => !absent)
  for (const policy of open) unreachable(context, policy, (group) => fed.has(group) || members.has(group))
  withoutAccount(context, open, members, documents.users)
  repeated(context, open, documents.groups)
}

type Members = ReadonlyMap<string, readonly string[]>

/** Handles of those whom the manifests put into each group, or into one below it, whatever the day. */
function membersOf({ groups, users }: Documents): Members {
  const members = new Map<string, Set<string>>()
  const parents = new Map(groups.map(({ handle, parent }) => [handle, parent?.name]))
  const add = (person: string, group: string): void => {
    for (let at: string | undefined = group; at !== undefined; at = parents.get(at)) {
      const known = members.get(at)
      if (known) known.add(person)
      else members.set(at, new Set([person]))
    }
  }
  for (const { handle, members: own = [], managers = [] } of groups)
    for (const { name } of [...own, ...managers]) add(name, handle)
  for (const { metadata, spec } of users) {
    const { groups: written = [] } = spec
    const lists = [
      Array.isArray(written)
        ? written
        : [...(written.primary === undefined ? [] : [written.primary]), ...(written.secondary ?? [])],
      ...Object.values(spec.accounts ?? {}).map((entry) => groupsOf(entry)),
    ]
    for (const item of lists.flat()) add(metadata.name, typeof item === 'string' ? item : item.group)
  }
  return new Map([...members].map(([group, people]) => [group, [...people].sort()]))
}

type Item = string | { readonly group: string }

function groupsOf(entry: unknown): readonly Item[] {
  const listed =
    typeof entry === 'object' && entry !== null && 'groups' in entry && Array.isArray(entry.groups)
      ? (entry.groups as readonly Item[])
      : []
  return listed
}

function unreachable(context: Context, policy: Policy, isFilled: (group: string) => boolean): void {
  const subjects = (policy.subjects ?? []).filter((each) => phase(each, context.today) !== 'after')
  if (subjects.length === 0 || subjects.some(({ type, name }) => type !== 'group' || isFilled(name))) return
  const sites = policy.systems.flatMap(({ name }) => context.sites.get(name) ?? [])
  if (sites.some(({ system }) => system.config.memberships === 'identity-provider')) return
  context.report.warning(
    'unreachable-policy',
    keyOf(specPlace(policy, 'subjects')),
    `The policy "${policy.handle}" reaches nobody: the manifests put nobody into ${list(subjects.map(({ name }) => name))}.`,
    'Put somebody in, or delete the policy.',
  )
}

const mostNames = 3

function list(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `"${name}"`)
  const rest = names.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** Once for a group and a system, however many people and policies it is about. */
function withoutAccount(
  context: Context,
  policies: readonly Policy[],
  members: Members,
  users: readonly ManifestOf<'User'>[],
): void {
  const byName = new Map(users.map((user) => [user.metadata.name, user.spec]))
  const isKeptOut = (person: string, site: Site): boolean =>
    byName.get(person)?.accounts?.[site.name] === 'none'
  const seen = new Set<string>()
  for (const policy of policies)
    for (const system of policy.systems)
      for (const subject of policy.subjects ?? []) {
        const site = context.sites.get(system.name)
        const name = `${system.name} ${subject.name}`
        if (!site?.description.kinds.account || subject.type !== 'group' || seen.has(name)) continue
        seen.add(name)
        const without = (members.get(subject.name) ?? []).filter(
          (person) => !site.accounts.has(person) && !site.unsound.has(person) && !isKeptOut(person, site),
        )
        if (without.length === 0) continue
        context.report.hint(
          'access-without-account',
          subject.place,
          `"${subject.name}" has access in the ${showSite(site)}, and ${without.length} of its members ${without.length === 1 ? 'has' : 'have'} no account there: ${list(without)}.`,
          `Write \`accounts: {${site.name}: {}}\` on them, or \`none\` to keep them out.`,
        )
      }
}

/** Comparisons at most: what looks for less than all of it finds less, and never takes long. */
const mostLooks = 1_000_000

/**
 * A policy that gives nothing beyond what another gives for as long: what is taken out of it stays with the other, which
 * nobody would expect. Looked for among those that share the rarest of its parts, so that ten thousand policies are not
 * compared with each other.
 */
function repeated(context: Context, policies: readonly Policy[], groups: readonly Group[]): void {
  const parents = new Map(groups.map(({ handle, parent }) => [handle, parent?.name]))
  const facts = policies.map((policy, place) => ({ policy, place, parts: partsOf(policy) }))
  const holders = new Map<string, (typeof facts)[number][]>()
  for (const fact of facts)
    if (isLasting(fact.policy))
      for (const one of fact.parts.lasting) {
        const known = holders.get(one)
        if (known) known.push(fact)
        else holders.set(one, [fact])
      }
  // Counted and not listed: that a policy is of this system, nearly all of them say.
  const count = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (holders.get(name)?.length ?? 0), 0)
  let looks = 0
  for (const fact of facts) {
    const needs = fact.parts.all.map((one) => coverers(one, parents))
    const rarest = leastBy(needs, count)
    const candidates = rarest === undefined ? facts : rarest.flatMap((name) => holders.get(name) ?? [])
    for (const other of candidates) {
      if ((looks += 1) > mostLooks) return
      if (other === fact || !needs.every((names) => names.some((name) => other.parts.lasting.has(name))))
        continue
      const isSame =
        isLasting(fact.policy) && other.parts.all.length === fact.parts.all.length && sameParts(fact, other)
      // Of two that say the same, the later one repeats the earlier.
      if (isSame && other.place > fact.place) continue
      tell(context, fact.policy, other.policy, isSame)
      break
    }
  }
}

/** The first of the least; undefined of none. */
function leastBy<T>(items: readonly T[], measure: (item: T) => number): T | undefined {
  let found: T | undefined
  let least = Infinity
  for (const item of items) {
    const measured = measure(item)
    if (measured < least) [found, least] = [item, measured]
  }
  return found
}

interface Parts {
  readonly all: readonly string[]
  /** Those without a day: only they can stand for the parts of another policy. */
  readonly lasting: ReadonlySet<string>
}

/** Everything that a policy says, as `subject group:finance`: another that says all of it too gives as much. */
function partsOf({ systems, subjects = [], resources = [], roles }: Policy): Parts {
  const all = systems.map(({ name }) => `system ${name}`)
  for (const { name } of roles ?? []) all.push(`role ${name}`)
  all.push(roles === undefined ? 'reaches' : 'holds roles')
  const lasting = new Set(all)
  const side = (name: string, references: readonly TypedReference[]): void => {
    for (const one of references) {
      const part = `${name} ${one.type}:${one.name}`
      all.push(part)
      if (isLasting(one)) lasting.add(part)
    }
  }
  side('subject', subjects)
  side('resource', resources)
  return { all: subjects.length === 0 || resources.length === 0 ? [] : all, lasting }
}

function isLasting({
  from,
  until,
}: {
  readonly from?: string | undefined
  readonly until?: string | undefined
}): boolean {
  return from === undefined && until === undefined
}

/** What stands for a part: itself, and for a group the groups above it. */
function coverers(one: string, parents: ReadonlyMap<string, string | undefined>): readonly string[] {
  const names = [one]
  if (!one.startsWith(groupSubject)) return names
  for (let at = parents.get(one.slice(groupSubject.length)); at !== undefined; at = parents.get(at))
    names.push(`${groupSubject}${at}`)
  return names
}

const groupSubject = 'subject group:'

function sameParts(one: { readonly parts: Parts }, other: { readonly parts: Parts }): boolean {
  const all = new Set(one.parts.all)
  return other.parts.all.every((part) => all.has(part))
}

function tell({ report }: Context, policy: Policy, other: Policy, isSame: boolean): void {
  const place = `${other.cause.file}:${other.cause.line}`
  if (isSame)
    report.warning(
      'duplicate-policy',
      namePlace(policy),
      `The policy "${policy.handle}" says the same as "${other.handle}" (${place}).`,
      'Delete one of them: what is taken out of one stays with the other.',
    )
  else
    report.hint(
      'shadowed-policy',
      namePlace(policy),
      `All that the policy "${policy.handle}" gives, "${other.handle}" gives too (${place}).`,
      'Delete it, or take out of the other what is meant to be given here.',
    )
}
