import Database from 'libsql'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import type { Write } from '../../src/model/change.ts'
import { cause, ref } from './resources.ts'
import { testDirectory, type TestDirectory } from './world.ts'

it('whatever is written is read again, and written elsewhere gives the same tables', async () => {
  await fc.assert(
    fc.asyncProperty(anyDirectory(), async (resources) => {
      const [one, other] = [testDirectory(), testDirectory()]
      await fill(one, resources)
      const read = await all(one)
      expect(read.map(withoutDefaults)).toEqual(resources.map(withoutDefaults).sort(byKey))
      await fill(other, parentsFirst(read))
      expect(tables(other)).toEqual(tables(one))
    }),
    { numRuns: 25 },
  )
})

it(
  'a large directory is written and read in seconds, and nothing of it is lost',
  { timeout: 60_000 },
  async () => {
    const people = testDirectory()
    const groups = Array.from({ length: 500 }, (_, n) => make('group', `g${n}`))
    const accounts = Array.from({ length: 10_000 }, (_, n) =>
      make(
        'account',
        `u${n}`,
        { type: 'person', status: 'active' },
        {
          role: ['role:Member'],
          primaryGroup: [`group:g${n % 500}`],
          groups: [1, 2, 3].map((step) => `group:g${(n * 7 + step) % 500}`),
        },
      ),
    )
    await fill(people, [...groups, ...accounts])
    const { graph } = await people.observe()
    expect([...graph.all('account')]).toHaveLength(10_000)
    expect([...graph.all('account')].flatMap(({ links }) => links['groups'] ?? [])).toHaveLength(30_000)
  },
)

/** Names from all of Unicode that SQLite can keep, controls and quotes among them; never two that fold to one. */
const anyName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      "'; DROP TABLE accounts; --",
      '"x"',
      'a b',
      'group:x',
      '\u202Egnp',
      'é',
      'e\u0301',
      '[]',
      'null',
      '../x',
    ),
  )
  .filter((name) => !/[\0\p{Cs}]/u.test(name))

function anyNames(): fc.Arbitrary<string[]> {
  return fc.uniqueArray(anyName, { maxLength: 4, selector: (name) => name.toLowerCase() })
}

/** Resources of every kind that refer only to what is there, in the order in which they can be created. */
function anyDirectory(): fc.Arbitrary<Resource[]> {
  const names = fc.record({
    role: anyNames().map((all) => all.filter((name) => !['Owner', 'Administrator', 'Member'].includes(name))),
    project: anyNames(),
    scope: anyNames(),
    group: anyNames(),
    account: anyNames(),
    policy: anyNames(),
    mapping: anyNames(),
  })
  return names.chain((known) => {
    const targets = (...types: (keyof typeof known)[]): string[] =>
      types.flatMap((type) => known[type].map((name) => `${type}:${type === 'account' ? fold(name) : name}`))
    const parts = [
      ...known.role.map((name) =>
        any('role', name, { privileges: list(), directoryGroups: list() }, { implies: set([]) }),
      ),
      ...known.project.map((name) => any('project', name, { description: text(), type: text() }, {})),
      ...known.scope.map((name) =>
        any('scope', name, { datacenters: list() }, { enterprises: set([...targets('project'), 'all:*']) }),
      ),
      ...known.group.map((name, index) =>
        any(
          'group',
          name,
          { description: text(), subnets: list(), maxDevices: fc.integer({ min: 1 }), devicePosture: text() },
          { parent: one(targets('group').slice(0, index)) },
        ),
      ),
      ...known.account.map((name) =>
        any(
          'account',
          name,
          {
            username: fc.constant(name),
            email: text(),
            labels: fc.dictionary(text(), text()),
            type: pick('person', 'service'),
          },
          {
            role: one(['role:Owner', 'role:Member', ...targets('role')]),
            primaryGroup: one(targets('group')),
            groups: set(targets('group')),
            manages: set(targets('group')),
            scope: one(targets('scope')),
          },
        ),
      ),
      ...known.policy.map((name) =>
        any(
          'policy',
          name,
          { description: text() },
          {
            subjects: set([...targets('group', 'account'), 'everyone:*', 'network:a:b']),
            resources: set([...targets('group', 'project'), 'repository:x']),
          },
        ),
      ),
      ...known.mapping.map((name) =>
        any(
          'mapping',
          name,
          { mode: text(), rules: fc.array(fc.record({ attribute: text(), in: fc.array(text()) })) },
          { groups: set(targets('group')) },
        ),
      ),
    ]
    return fc.tuple(...parts)
  })
}

function any(
  kind: Kind,
  name: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
  links: Record<string, fc.Arbitrary<string[]>>,
): fc.Arbitrary<Resource> {
  const values = fc.record({ fields: fc.record(fields, { requiredKeys: [] }), links: fc.record(links) })
  return values.map((parts) => {
    const own = kind === 'account' ? { username: name } : {}
    const { fields: some, links: targets } = parts as unknown as Resource
    return make(kind, name, { ...own, ...plain(some) }, targets)
  })
}

function make(
  kind: Kind,
  name: string,
  fields: Resource['fields'] = {},
  links: Resource['links'] = {},
): Resource {
  return { ref: ref(kind, kind === 'account' ? fold(name) : name), fields, links }
}

function text(): fc.Arbitrary<string> {
  return anyName
}

function pick(...values: string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...values)
}

function list(): fc.Arbitrary<string[]> {
  return fc.uniqueArray(anyName, { maxLength: 3 }).map((all) => all.sort())
}

function one(targets: readonly string[]): fc.Arbitrary<string[]> {
  return fc.subarray([...targets], { maxLength: Math.min(1, targets.length) })
}

function set(targets: readonly string[]): fc.Arbitrary<string[]> {
  return fc.subarray([...targets]).map((all) => all.sort())
}

/** Dictionaries of fast-check have no prototype; what is read has one. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

async function fill(people: TestDirectory, resources: readonly Resource[]): Promise<void> {
  const writes = resources.map((after): Write => {
    const { sealed: _sealed, ...fields } = after.fields
    return { action: 'create', ref: after.ref, after: { ...after, fields }, cause }
  })
  for (const result of await people.write(...writes)) expect(result).toMatchObject({ outcome: 'done' })
}

async function all(people: TestDirectory): Promise<Resource[]> {
  const { graph } = await people.observe()
  return kinds.flatMap((kind) => [...graph.all(kind)]).sort(byKey)
}

/** Groups are read in any order and can only be created below one that is there. */
function parentsFirst(resources: readonly Resource[]): Resource[] {
  const depth = ({ links }: Resource): number => {
    const parent = resources.find(({ ref: { kind, key } }) => links['parent']?.includes(`${kind}:${key}`))
    return parent === undefined ? 0 : 1 + depth(parent)
  }
  const place = (resource: Resource): number => kinds.indexOf(resource.ref.kind) * 100 + depth(resource)
  return [...resources].sort((a, b) => place(a) - place(b))
}

/** What the tables fill in by themselves is not a difference; neither is the id, which only the live side has. */
function withoutDefaults({ ref: name, fields, links }: Resource): Resource {
  const defaults: Record<string, unknown> = { type: 'person', status: 'active', sealed: false }
  const isDefault = ([field, value]: readonly [string, unknown]): boolean =>
    defaults[field] === value || (Array.isArray(value) && value.length === 0)
  return {
    ref: name,
    fields: Object.fromEntries(Object.entries(fields).filter((entry) => !isDefault(entry))),
    links: Object.fromEntries(Object.entries(links).filter(([, targets]) => targets.length > 0)),
  }
}

function byKey(a: Resource, b: Resource): number {
  const [x, y] = [a, b].map(({ ref: { kind, key } }) => `${kinds.indexOf(kind)} ${key}`) as [string, string]
  return x < y ? -1 : 1
}

/** Every row of every table but its id, in no order. */
function tables(people: TestDirectory): Record<string, string[]> {
  const database = new Database(people.file)
  const names = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  const content = (names.all() as { name: string }[]).map(({ name }) => {
    const rows = database.prepare(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[]
    return [name, rows.map(({ id: _id, ...row }) => JSON.stringify(row)).sort()] as const
  })
  database.close()
  return Object.fromEntries(content)
}
