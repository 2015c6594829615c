import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ruleReading } from '../../src/cel/open.ts'
import { functions, methods } from '../../src/cel/names.ts'
import { ruleReader } from '../../src/cel/read.ts'
import { vocabularyOf } from '../../src/cel/vocabulary.ts'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import type { Subject, Verdict } from '../../src/model/rule.ts'
import { descriptions } from '../../src/systems/registry.ts'

/** The language of rules: its words, what ends it, and what it never does. */

const all = Object.values(descriptions)
const read = ruleReader(all)

function account(parts: Partial<Resource>): Resource {
  return { ref: { system: 'vpn', kind: 'account', key: 'ana' }, fields: {}, links: {}, ...parts }
}

function subject(kind: Kind = 'account', resource?: Resource): Subject {
  return {
    action: 'update',
    kind,
    key: 'ana',
    ...(resource && { after: { resource, power: 'member' } }),
    system: { name: 'vpn', connector: 'directory', stage: 'full', labels: {} },
    today: '2026-11-22',
  }
}

function verdict(rule: string, resource?: Resource, most = 1_000_000): Verdict {
  const { faults, rule: sound } = read(rule, 'account')
  if (!sound) throw new Error(JSON.stringify(faults))
  return sound(subject('account', resource), most)
}

describe('matches', () => {
  it.each([
    ['ana', 'an', true],
    ['ana', '^an$', false],
    ['ana', '^[a-n]+$', true],
    ['ANA', '(?i)^ana$', true],
    ['grp-é', '^grp-\\\\p{L}$', true],
  ])('%s against %s is %s, anywhere in the text', (email, pattern, kept) => {
    expect(verdict(`after.email.matches('${pattern}')`, account({ fields: { email } }))).toMatchObject({
      kept,
    })
  })

  it('ends at once where a JavaScript RegExp stands still', () => {
    const email = `${'a'.repeat(31)}!`
    const start = performance.now()
    expect(verdict("after.email.matches('^(a+)+$')", account({ fields: { email } }))).toMatchObject({
      kept: false,
    })
    const long = account({ fields: { email: 'a'.repeat(50_000) + '!' } })
    expect(verdict("after.email.matches('^(a|a)*$')", long)).toMatchObject({ kept: false })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('is the same inside a loop', () => {
    const resource = account({ links: { groups: ['group:prod-web', `group:${'a'.repeat(40)}!`] } })
    expect(verdict("after.groups.exists(g, g.matches('^(a+)+$'))", resource)).toMatchObject({ kept: false })
    expect(verdict("after.groups.exists(g, g.matches('^prod-'))", resource)).toMatchObject({ kept: true })
  })
})

describe('the meter', () => {
  const many = account({ links: { groups: Array.from({ length: 3000 }, (_, index) => `group:g${index}`) } })
  it.each([
    ['loops in loops', 'after.groups.all(a, after.groups.all(b, after.groups.all(c, c != "x")))'],
    [
      'behind what CEL forgets of an error',
      'after.groups.all(a, after.groups.all(b, after.groups.all(c, c != "x"))) || true',
    ],
    ['behind a false', '!(after.groups.all(a, after.groups.all(b, after.groups.all(c, c != "x"))) && false)'],
    ['lists of lists', 'size(after.groups.map(a, after.groups.map(b, after.groups))) > 0'],
    [
      'lists that are put together',
      'size(after.groups.map(a, after.groups + after.groups + after.groups)) > 0',
    ],
    ['lists that are compared', 'after.groups.map(a, after.groups) == after.groups.map(a, after.groups)'],
    [
      'looking for each in all',
      'after.groups.all(a, a in after.groups) && after.groups.all(a, a in after.groups)',
    ],
    ['filters', 'after.groups.filter(a, after.groups.filter(b, a != b) != []) != []'],
    ['counts', 'after.groups.exists_one(a, after.groups.exists_one(b, a == b))'],
    ['texts that grow', 'after.groups.map(a, after.groups.map(b, a + b)) != []'],
    ['patterns', "after.groups.all(a, !after.groups.exists(b, b.matches('(g[0-9]+)*x')))"],
  ])('ends %s', (_, rule) => {
    const start = performance.now()
    expect(verdict(rule, many)).toMatchObject({ kept: false, fault: 'it takes too long' })
    expect(performance.now() - start).toBeLessThan(1500)
  })

  it('lets through what an ordinary organisation asks of an ordinary rule', () => {
    const resource = account({
      links: { groups: Array.from({ length: 50 }, (_, index) => `group:g${index}`) },
    })
    const rule = "after.groups.all(g, !g.matches('^prod-') || g in after.groups)"
    const { kept, spent } = verdict(rule, resource)
    expect(kept).toBe(true)
    expect(spent).toBeLessThan(10_000)
  })

  it('charges a loop for all of its body, also for what is no operation on a value', () => {
    expect(
      verdict('after.groups.all(a, [true, true, true, true] != [] || true)', many).spent,
    ).toBeGreaterThan(3000 * 8)
    expect(verdict('after.groups.all(a, true && true && true && true)', many).spent).toBeGreaterThan(3000 * 7)
  })

  it('counts the same every time', () => {
    const rule = 'after.groups.exists(g, g == "x") || after.email.startsWith("a")'
    expect(verdict(rule, many)).toEqual(verdict(rule, many))
  })
})

describe('every word has a value of its type', () => {
  const words = (kind: Kind) =>
    [...vocabularyOf(kind, all).structures].flatMap(([root, names]) =>
      [...names].map(([name, { type }]) => ({ text: `${root}.${name}`, type })),
    )
  const holds: Readonly<Record<string, (text: string) => string>> = {
    string: (text) => `${text} == ${text} + ""`,
    bool: (text) => `${text} || !${text}`,
    int: (text) => `${text} + 1 > ${text}`,
    'list<string>': (text) => `${text}.all(x, x == x + "") && size(${text}) >= 0`,
    'map<string, string>': (text) => `${text}.all(x, ${text}[x] + "" == ${text}[x]) && size(${text}) >= 0`,
  }

  it.each(kinds)('of a %s, whatever is there and whatever is not', (kind) => {
    expect(words(kind).length).toBeGreaterThan(15)
    for (const { text, type } of words(kind)) {
      const { rule, faults } = read(holds[type]?.(text) ?? '', kind)
      expect(faults, text).toEqual([])
      expect(rule?.(subject(kind), 10_000), text).toMatchObject({ kept: true })
      const empty = { ref: { system: 'vpn', kind, key: 'x' }, fields: {}, links: {} }
      expect(rule?.(subject(kind, empty), 10_000), text).toMatchObject({ kept: true })
    }
  })

  it('of another type than described is a fault, and never a neutral value', () => {
    expect(verdict('after.email == ""', account({ fields: { email: 7 } })).fault).toBe(
      "field 'email' is not of type 'string', got 'double'",
    )
    expect(verdict('after.email == ""', account({ fields: { email: null } })).fault).toBe(
      "field 'email' is not of type 'string', got 'null'",
    )
    expect(
      verdict('after.labels.all(l, after.labels[l] != "")', account({ fields: { labels: { a: 1 } } })).fault,
    ).toBe("field 'a' is not of type 'string', got 'double'")
  })

  it('that no system inherits from JavaScript', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__'])
      expect(read(`person.${name} == ""`, 'account').faults, name).toHaveLength(1)
    expect(verdict("'constructor' in person.labels || has(person.labels.toString)")).toMatchObject({
      kept: false,
      spent: expect.any(Number) as number,
    })
    expect(verdict("'constructor' in person.labels || has(person.labels.toString)").fault).toBeUndefined()
  })

  it('and all connectors agree on it', () => {
    const types = new Map<string, string>()
    for (const description of all)
      for (const kind of kinds)
        for (const [name, field] of Object.entries(description.kinds[kind]?.fields ?? {})) {
          const type = `${field.shape} ${field.value ?? 'text'}`
          expect(types.get(`${kind}.${name}`) ?? type, `${kind}.${name}`).toBe(type)
          types.set(`${kind}.${name}`, type)
        }
    expect(types.size).toBeGreaterThan(0)
  })

  it('and no field or link hides another word', () => {
    for (const description of all)
      for (const kind of kinds) {
        const { fields = {}, links = {} } = description.kinds[kind] ?? {}
        const names = [...Object.keys(fields), ...Object.keys(links), 'exists', 'key', 'power']
        expect(new Set(names).size, kind).toBe(names.length)
      }
  })
})

describe('a label that may be missing', () => {
  const ask = (rule: string, labels: Record<string, string>): Verdict | undefined => {
    const person = {
      name: 'ana',
      type: 'person' as const,
      labels,
      cause: { file: 'a', line: 1, document: 'User/ana' },
    }
    return read(rule, 'account').rule?.({ ...subject(), person }, 10_000)
  }
  it.each([
    "'team' in person.labels && person.labels.team == 'x'",
    "'team' in person.labels && person.labels['team'] == 'x'",
    'has(person.labels.team) && person.labels.team == "x"',
  ])('is asked for first: %s', (rule) => {
    expect(ask(rule, {})).toMatchObject({ kept: false })
    expect(ask(rule, {})?.fault).toBeUndefined()
    expect(ask(rule, { team: 'x' })).toMatchObject({ kept: true })
  })
  it('is a fault where it is not', () => {
    expect(ask("person.labels.team == 'x'", {})?.fault).toBe('there is no team to look up')
  })
})

it('the language is loaded only where there may be a Guardrail', async () => {
  expect(
    await ruleReading([{ text: 'kind: User' }, { text: String.raw`description: a\b` }], descriptions),
  ).toEqual({})
  for (const text of ['kind: Guardrail', String.raw`kind: "\x47uardrail"`, 'kind: "Guard\\\n  rail"'])
    expect(await ruleReading([{ text }], descriptions), text).toHaveProperty('rules')
})

describe('docs/guardrails.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/guardrails.md'), 'utf8')
  const rows = page.split('\n').map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, 4),
  )

  it('lists every word with its type, and none that is not there', () => {
    const told = rows
      .filter(([name]) => /^`[a-z]+\.[A-Za-z]+`$/.test(name ?? ''))
      .map(([name, type]) => `${name} ${type}`)
    const common = new Set(['change', 'person', 'system'])
    const known = [
      ...[...vocabularyOf('account', all).structures].flatMap(([root, words]) =>
        common.has(root) ? [...words].map(([name, { type }]) => `\`${root}.${name}\` \`${type}\``) : [],
      ),
      ...kinds.flatMap((kind) =>
        [...(vocabularyOf(kind, all).structures.get('after') ?? [])]
          .filter(([name]) => name !== 'exists' && name !== 'key')
          .map(([name, { type }]) => `\`${kind}.${name}\` \`${type}\``),
      ),
    ]
    expect(told.sort()).toEqual(known.sort())
    for (const word of ['`today`', '`after.exists`', '`after.key`']) expect(page).toContain(word)
  })

  it('lists every function', () => {
    for (const name of [...functions, ...methods])
      expect(page, name).toMatch(new RegExp(`\`[a-z.]*${name}\\(`))
  })
})
