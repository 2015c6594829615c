import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document, parseAllDocuments, visit } from 'yaml'
import { languageOf } from '../../src/manifest/format-order.ts'
import { format } from '../../src/manifest/format.ts'
import { schemaFiles } from '../../src/manifest/schemas.ts'
import { descriptions } from '../../src/systems/registry.ts'

const language = languageOf(schemaFiles(), descriptions)

describe('a formatted manifest', () => {
  it('has its keys in the order of the schema, one item a line, sorted by handle', () => {
    expect(
      formatted(`
kind: User
spec:
  groups: [payroll, {group: oncall, reason: cover, until: 2027-01-31}, audit]
  email: ana@acme.example
metadata: {labels: {team: platform}, name: ana}
apiVersion: rolecall/v1
`),
    ).toBe(`apiVersion: rolecall/v1
kind: User
metadata: {name: ana, labels: {team: platform}}
spec:
  email: ana@acme.example
  groups:
    - audit
    - {group: oncall, until: 2027-01-31, reason: cover}
    - payroll
`)
  })

  it('keeps the order of mapping rules, which is the order in which they are tried', () => {
    expect(
      formatted(`apiVersion: rolecall/v1
kind: GroupMapping
metadata: {name: saml}
spec:
  rules: [{attribute: groups, group: b, in: [z, w]}, {attribute: groups, in: [x], group: a}]
  systems: [vpn]
`),
    ).toBe(`apiVersion: rolecall/v1
kind: GroupMapping
metadata: {name: saml}
spec:
  systems:
    - vpn
  rules:
    - attribute: groups
      in:
        - w
        - z
      group: b
    - attribute: groups
      in:
        - x
      group: a
`)
  })

  it("sorts a connector's list only where the connector says that it is a set", () => {
    const text = formatted(
      group(
        'systems: {office: {regions: [us, eu], unheardOf: [b, a]}, other: {account: {ipWhitelist: [b, a]}}}',
      ),
    )
    expect(text).toContain('regions:\n        - eu\n        - us\n')
    expect(text).toContain('unheardOf:\n        - b\n        - a\n')
    expect(text).toContain('ipWhitelist:\n          - b\n          - a\n')
  })

  it('keeps each comment with what it speaks of, above, beside and at the end', () => {
    expect(
      formatted(`# yaml-language-server: $schema=../.rolecall/schema.json
# the whole file

kind: Group # of people
apiVersion: rolecall/v1
metadata: {name: x}
# what it is
spec: # in short
  # who answers for it
  managers:
    # for two years
    - bo # since May
    # first of all
    - ana
    # add others here
  # heading of members
  members: # all of them
  - {user: chen, until: 2027-01-31} # cover

  # the apprentice
  - alf
  # not under any key
# at the very end
`),
    ).toBe(`# yaml-language-server: $schema=../.rolecall/schema.json
# the whole file

apiVersion: rolecall/v1
kind: Group # of people
metadata: {name: x}
# what it is
spec: # in short
  # heading of members
  members: # all of them
    # the apprentice
    - alf
    - {user: chen, until: 2027-01-31} # cover
    # not under any key
  # who answers for it
  managers:
    # first of all
    - ana
    # for two years
    - bo # since May
    # add others here

# at the very end
`)
  })

  it('opens braces and brackets in which somebody wrote comments, and loses none', () => {
    expect(
      formatted(
        group(`members: [bo, # first
    # second
    ana, # third
# last
    ] # all
  systems: {office: {maxDevices: 5, # five
    }} # where`),
      ),
    ).toBe(
      group(`members: # all
    # second
    - ana # third
    - bo # first
    # last
  systems: # where
    office:
      maxDevices: 5 # five`),
    )
  })

  it('keeps documents apart with their own comments, and drops empty ones', () => {
    const one = group('members:\n    - ana')
    expect(formatted(`---\n# one\n${one}# after one\n---\n---\n# two\n${one}...\n# after two\n---\n`)).toBe(
      `# one\n${one}\n# after one\n---\n# two\n${one}\n# after two\n`,
    )
  })

  it('leaves text as it was written: quotes, blocks, long lines', () => {
    const long = 'word '.repeat(60).trim()
    const same = group(`description: >-
    folded text that goes on
    over lines

    and paragraphs
  name: "Payroll (restricted)"`).replace('metadata: {name: x}', `metadata: {name: x, labels: {a: "1"}}`)
    const text = formatted(same)
    expect(text).toContain('name: "Payroll (restricted)"')
    expect(text).toContain('description: >-\n    folded text that goes on over lines\n\n    and paragraphs\n')
    expect(formatted(group(`description: ${long}`))).toBe(group(`description: ${long}`))
    expect(formatted(group('description: |\n    a\n    b'))).toBe(group('description: |\n    a\n    b'))
  })

  it('formats what a schema would refuse: unknown keys keep their place behind the known', () => {
    expect(formatted(group('foo: [b, a]\n  members: [b, a]'))).toBe(
      group('members:\n    - a\n    - b\n  foo:\n    - b\n    - a'),
    )
  })

  it('says what is wrong with the form and gives no text', () => {
    const result = format({ file: 'a.yaml', text: group('members: [a, &x b, *x]') }, language)
    expect(result).toHaveProperty('problems.0.message')
    expect(result).not.toHaveProperty('text')
  })

  it('is the same text when formatted again, says what the text said, and keeps every comment', () => {
    fc.assert(
      fc.property(manifestText(), (text) => {
        const once = formatted(text)
        expect(formatted(once)).toBe(once)
        expect(meaning(once)).toEqual(meaning(text))
        expect(remarks(once)).toEqual(remarks(text))
      }),
      { numRuns: 150 },
    )
  })
})

function formatted(text: string): string {
  const result = format({ file: 'a.yaml', text }, language)
  if ('problems' in result) throw new Error(result.problems.map(({ message }) => message).join('\n'))
  return result.text
}

function group(spec: string): string {
  return `apiVersion: rolecall/v1\nkind: Group\nmetadata: {name: x}\nspec:\n  ${spec}\n`
}

/** What a text says: lists in any order but that of mapping rules, which stands beside. */
function meaning(text: string): unknown {
  return parseAllDocuments(text).map((document) => {
    const value = document.toJS() as { spec: { rules?: unknown[] } }
    return { sets: unordered(value), rules: value.spec.rules?.map(unordered) }
  })
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(unordered(item))).sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, inner]) => [key, unordered(inner)]),
  )
}

/** The comments of a text, each a word of its own. */
function remarks(text: string): string[] {
  return [...text.matchAll(/c\d+c/g)].map(([word]) => word).sort()
}

/** Manifests as people write them: any style, keys in any order, comments above and beside. */
function manifestText(): fc.Arbitrary<string> {
  const handle = fc.stringMatching(/^h[a-z0-9-]{1,6}$/)
  const date = fc.constantFrom('2027-01-31', '2026-12-06')
  const member = (key: string): fc.Arbitrary<unknown> =>
    fc.oneof(
      handle,
      handle.map((name) => ({ [key]: name })),
      fc.tuple(handle, date).map(([name, until]) => ({ until, [key]: name })),
    )
  const list = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.array(item, { maxLength: 4 })
  const texts = fc.constantFrom('Everyone', 'two words', 'a: b', "it's", '# no comment', 'line\nline\n', '')
  const rule = fc.record({ attribute: handle, in: list(handle), group: handle })
  const subject = fc.oneof(
    handle.map((user) => ({ user })),
    fc.record({ until: date, group: handle }),
  )
  const spec = fc.oneof(
    fc.record(
      { description: texts, members: list(member('user')), managers: list(member('user')), parent: handle },
      { requiredKeys: [] },
    ),
    fc.record({ systems: list(handle), rules: list(rule), fallback: handle }, { requiredKeys: [] }),
    fc.record({ systems: list(handle), subjects: list(subject), roles: list(texts) }, { requiredKeys: [] }),
    fc.record({
      systems: fc.dictionary(
        handle,
        fc.record({ regions: list(handle), account: fc.record({ role: texts }) }),
      ),
    }),
  )
  const kind = fc.constantFrom('Group', 'GroupMapping', 'AccessPolicy', 'User')
  const document = fc
    .tuple(fc.record({ spec, kind, metadata: fc.record({ name: handle }) }), fc.infiniteStream(fc.nat(9)))
    .map(([value, choices]) => {
      const next = (): number => Number(choices.next().value)
      return (words: () => string) => dressed(value, next, words)
    })
  return fc.array(document, { minLength: 1, maxLength: 3 }).map((documents) => {
    let count = 0
    return documents.map((write) => write(() => `c${String((count += 1))}c`)).join('---\n')
  })
}

/** The value as YAML, with styles, comments and blank lines by chance. */
function dressed(value: object, next: () => number, word: () => string): string {
  const document = new Document({ apiVersion: 'rolecall/v1', ...value })
  visit(document, {
    Collection(_key, node) {
      node.flow = next() < 3
    },
    Pair(_key, { key }) {
      const node = key as { commentBefore?: string; spaceBefore?: boolean }
      if (next() < 2) node.commentBefore = ` ${word()}`
      if (next() < 1) node.commentBefore = ` ${word()}\n\n ${word()}`
      if (next() < 2) node.spaceBefore = true
    },
    Scalar(key, node) {
      if (key === 'key') return
      if (next() < 2) node.comment = ` ${word()}`
      if (typeof key === 'number' && next() < 2) node.commentBefore = ` ${word()}`
    },
  })
  if (next() < 3) document.comment = ` ${word()}`
  return document.toString({ lineWidth: next() < 5 ? 0 : 60 })
}
