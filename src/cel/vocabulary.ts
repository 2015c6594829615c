/**
 * What a rule can speak of, with its types, and the value of each word for a change. It is total: whatever the
 * change, every word has a value of its type, and what is not there has the neutral one (`''`, `0`, `false`, an empty
 * list). So a rule that was checked can only fail on what it does with a value, never on what is missing.
 */
import type { Description, FieldDescription } from '../connector/describe.ts'
import type { Json } from '../model/json.ts'
import { splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import type { Subject } from '../model/rule.ts'

type WordType = 'string' | 'bool' | 'int' | 'list<string>' | 'map<string, string>'

export interface Word {
  readonly type: WordType
  readonly about: string
}

/** The words of one structure, by name; a map, so that no rule reaches what every object inherits. */
export type Words = ReadonlyMap<string, Word>

/** The structures a rule sees by name; `today` is a text and not a structure. */
export interface Vocabulary {
  readonly structures: ReadonlyMap<string, Words>
  readonly values: (subject: Subject) => Readonly<Record<string, unknown>>
}

export const today: Word = {
  type: 'string',
  about: 'The UTC day, as `2026-11-25`; days compare as texts do.',
}

const change = words({
  action: ['string', 'What is done: create, update, rename, delete, or power for `account.power`.'],
  kind: ['string', 'What it is done to: account, group, …'],
  key: ['string', 'The name it ends with, or had if it is deleted.'],
  from: ['string', 'The name it had, if it is renamed.'],
})

const person = words({
  exists: [
    'bool',
    'Whether somebody is declared behind the account, or behind the one that holds the grant.',
  ],
  name: ['string', 'The handle.'],
  type: ['string', 'person, service or break-glass.'],
  employment: ['string', 'employee, contractor or third-party.'],
  labels: ['map<string, string>', 'The labels of the person.'],
  groups: [
    'list<string>',
    'Groups that the manifests put the person into, in any system, and those above them; by handle.',
  ],
  roles: ['list<string>', "The roles of the person's accounts in all systems, as `vpn/Owner`."],
})

const system = words({
  name: ['string', 'The handle.'],
  connector: ['string', 'What sort of system it is: directory, …'],
  stage: ['string', 'report, additions or full.'],
  labels: ['map<string, string>', 'The labels of the System.'],
})

const everySide: Record<string, [WordType, string]> = {
  exists: ['bool', 'Whether it is there: false before a create and after a delete.'],
  key: ['string', 'Its name in the system.'],
}

/** What a rule that is asked about this kind can speak of: what any of the connectors knows of it. */
export function vocabularyOf(kind: Kind, descriptions: readonly Description[]): Vocabulary {
  const fields = fieldsOf(kind, descriptions)
  const links = linksOf(kind, descriptions)
  const side = words({
    ...everySide,
    ...(kind === 'account' && {
      power: ['string', 'What it can do over others: owner, administrator, member, none or unknown.'],
    }),
    ...mapped(fields, ({ type, about }) => [type, about]),
    ...mapped(links, ({ one, about }) => [one ? 'string' : 'list<string>', about]),
  })
  const valuesOf = (given: Subject['before']): Record<string, unknown> => {
    const resource = given?.resource
    const values: Record<string, unknown> = {
      exists: resource !== undefined,
      key: resource?.ref.key ?? '',
      power: given?.power ?? 'none',
    }
    for (const [name, { type }] of fields) values[name] = fieldValue(type, resource?.fields[name])
    for (const [name, link] of links) values[name] = linkValue(link, resource)
    return values
  }
  return {
    structures: new Map([
      ['change', change],
      ['before', side],
      ['after', side],
      ['person', person],
      ['system', system],
    ]),
    values: (subject) => ({
      change: {
        action: subject.action,
        kind: subject.kind,
        key: subject.key,
        from: subject.from ?? '',
      },
      before: valuesOf(subject.before),
      after: valuesOf(subject.after),
      person: {
        exists: subject.person !== undefined,
        name: subject.person?.name ?? '',
        type: subject.person?.type ?? '',
        employment: subject.person?.employment ?? '',
        labels: subject.person?.labels ?? {},
        groups: subject.person?.groups ?? [],
        roles: subject.person?.roles ?? [],
      },
      system: subject.system,
      today: subject.today,
    }),
  }
}

interface Field {
  readonly type: WordType
  readonly about: string
}

interface Link {
  readonly about: string
  readonly one: boolean
  /** Whether its targets are told by their names alone: they are all of one kind. */
  readonly plain: boolean
  /** The links whose targets it holds. */
  readonly of: readonly string[]
}

const textShapes = {
  scalar: 'string',
  set: 'list<string>',
  ordered: 'list<string>',
  map: 'map<string, string>',
} as const

/** A field that is a structure in itself, or of another type in another system, has no place here. */
function fieldsOf(kind: Kind, descriptions: readonly Description[]): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>()
  const disputed = new Set<string>()
  for (const description of descriptions)
    for (const [name, field] of Object.entries(description.kinds[kind]?.fields ?? {})) {
      const type = typeOf(field)
      const known = fields.get(name)
      if (type === undefined || (known && known.type !== type)) disputed.add(name)
      else if (!known) fields.set(name, { type, about: field.about })
    }
  for (const name of disputed) fields.delete(name)
  return fields
}

function typeOf({ shape, value = 'text' }: FieldDescription): WordType | undefined {
  if (value === 'structure') return undefined
  if (value === 'text') return textShapes[shape]
  return shape === 'scalar' ? (value === 'flag' ? 'bool' : 'int') : undefined
}

/**
 * A target is told as the manifests tell it: by its name where a link has targets of one kind only. `groups` of an
 * account holds all its groups: a rule that forgets the primary one, or those it manages, would be a hole.
 */
function linksOf(kind: Kind, descriptions: readonly Description[]): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>()
  const targets = new Map<string, Set<string>>()
  const memberships = new Set<string>()
  for (const description of descriptions)
    for (const [name, link] of Object.entries(description.kinds[kind]?.links ?? {})) {
      const to = targets.get(name) ?? new Set()
      for (const type of link.to) to.add(type)
      targets.set(name, to)
      if (link.membership === true) memberships.add(name)
      const one = link.shape === 'one' && links.get(name)?.one !== false
      links.set(name, { about: link.about, one, plain: to.size === 1, of: [name] })
    }
  if (kind === 'account' && memberships.has('groups'))
    links.set('groups', {
      about:
        'Every group it belongs to, the primary one and those it manages among them; not those above these.',
      one: false,
      plain: true,
      of: [...memberships],
    })
  return links
}

/** A value of another type than described is handed on as it is: whatever the rule does with it fails, and says so. */
function fieldValue(type: WordType, value: Json | undefined): unknown {
  if (value === undefined) return neutral[type]()
  return type === 'int' && Number.isSafeInteger(value) ? BigInt(value as number) : value
}

const neutral: Readonly<Record<WordType, () => unknown>> = {
  string: () => '',
  bool: () => false,
  int: () => 0n,
  'list<string>': () => [],
  'map<string, string>': () => ({}),
}

function linkValue({ one, plain, of }: Link, resource: Resource | undefined): unknown {
  const targets = of.length === 1 ? (resource?.links[of[0] ?? ''] ?? []) : gathered(of, resource)
  const names = plain ? targets.map((target) => splitTarget(target).name) : targets
  return one ? (names[0] ?? '') : names
}

function gathered(links: readonly string[], resource: Resource | undefined): readonly LinkTarget[] {
  return [...new Set(links.flatMap((name) => resource?.links[name] ?? []))].sort()
}

function words(of: Readonly<Record<string, [type: WordType, about: string]>>): Words {
  return new Map(Object.entries(of).map(([name, [type, about]]) => [name, { type, about }]))
}

function mapped<T>(
  of: ReadonlyMap<string, T>,
  make: (value: T) => [WordType, string],
): Record<string, [WordType, string]> {
  return Object.fromEntries([...of].map(([name, value]) => [name, make(value)]))
}
