import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { locate } from '../../src/manifest/locate.ts'
import { maxDepth, parseSources } from '../../src/manifest/parse.ts'
import { dateKeys } from '../../src/manifest/scalar.ts'
import { schemaFiles } from '../../src/manifest/schemas.ts'
import { diagnosticsText } from '../../src/render/diagnostics.ts'
import { spent } from './spent.ts'

function parse(text: string) {
  const { documents, problems } = parseSources([{ file: 'access/x.yaml', text }])
  return { documents, values: documents.map(({ value }) => value), diagnostics: locate(problems) }
}

/** `code line:column` of each diagnostic. */
function faults(text: string): string[] {
  return parse(text).diagnostics.map(({ code, span }) => `${code} ${span?.line}:${span?.column}`)
}

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

describe('documents', () => {
  it('D1: every document of a file is read, with the line its content begins on', () => {
    const { documents } = parse(
      '# people\na: 1\n---\n# nothing\n---\n\nb: {c: [x, true, 1.5, null]}\n...\n---\nd: 2026-12-06 x\n',
    )
    expect(documents.map(({ index, line, value }) => [index, line, value])).toEqual([
      [0, 2, { a: 1 }],
      [2, 7, { b: { c: ['x', true, 1.5, null] } }],
      [3, 10, { d: '2026-12-06 x' }],
    ])
  })

  it('values are ordinary JSON: what is written out and read again is the same', () => {
    const { values } = parse('a: "x\\ny"\nb:\n  - {c: |-\n     t}\n')
    expect(values).toEqual(JSON.parse(JSON.stringify(values)))
  })

  it.each(['', '\n', '# only a comment\n', '---\n', '---\n...\n---\n'])('%j declares nothing', (text) => {
    expect(parse(text)).toMatchObject({ values: [], diagnostics: [] })
  })

  it('CRLF line ends are read as LF, and columns do not count them', () => {
    expect(parse('a: b\r\nc: d\r\n').values).toEqual([{ a: 'b', c: 'd' }])
    expect(faults('a: b\r\nc: *d\r\n')).toEqual(['alias 2:4'])
  })

  it('a document at fault is left out, and the others of the file stay', () => {
    expect(parse('a: 1\n---\nb: *x\n---\nc: 3\n').values).toEqual([{ a: 1 }, { c: 3 }])
  })
})

describe('T15: nothing is ever expanded', () => {
  const levels = 'abcdefghijklmnopqrstuvwxy'.split('')
  const bombs = levels.map((_, depth) =>
    levels
      .slice(0, depth + 1)
      .map(
        (name, i) =>
          `${name}: &${name} [${Array(9)
            .fill(i === 0 ? 'lol' : `*${levels[i - 1]}`)
            .join(', ')}]\n`,
      )
      .join(''),
  )

  it('25 alias bombs end at once, each alias at its place', () => {
    const start = spent()
    for (const bomb of bombs) expect(parse(bomb)).toMatchObject({ values: [] })
    expect(spent() - start).toBeLessThan(5000)
    expect(faults(bombs[1]!).slice(0, 3)).toEqual(['anchor 1:4', 'anchor 2:4', 'alias 2:8'])
  })

  it.each([
    ['a cycle', 'a: &a\n  b: *a\n', ['anchor 1:4', 'alias 2:6']],
    ['a merge of an alias', 'a: &a {x: 1}\nb:\n  <<: *a\n', ['anchor 1:4', 'merge-key 3:3']],
    ['a merge of a list', 'b:\n  <<: [{a: 1}]\n', ['merge-key 2:3']],
    ['an anchor on nothing', 'a: &a\nb: 1\n', ['anchor 1:4']],
    ['an anchor on a key', '&a b: 1\n', ['anchor 1:1']],
    ['an unknown alias', 'b: *nobody\n', ['alias 1:4']],
    ['a tag on a key', '!!str b: 1\n', ['tag 1:1']],
    ['a tag and an anchor', 'b: !t &a c\n', ['anchor 1:7', 'tag 1:4']],
    ['a tag that would make a set', 'b: !!set {a, b}\n', ['tag 1:4']],
    ['a quoted merge key is only a key', '"<<": 1\n', []],
  ])('%s', (_, text, expected) => {
    expect(faults(text).sort()).toEqual([...expected].sort())
  })
})

describe('T24: depth', () => {
  const nested = (depth: number): string => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`

  it('64 is read, 65 is a fault at the node that breaks it', () => {
    expect(parse(nested(maxDepth)).diagnostics).toEqual([])
    expect(faults(nested(maxDepth + 1))).toEqual([`too-deep 1:${1 + 4 * maxDepth}`])
  })

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['braces', '{a: '.repeat(100_000)],
    ['block lists', '- '.repeat(100_000)],
    ['block mappings', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('a hundred thousand %s end in under a second', (_, text) => {
    const start = spent()
    expect(faults(text)[0]).toMatch(/^too-deep /)
    expect(spent() - start).toBeLessThan(1000)
  })

  it('of a document with more faults than anybody reads, a thousand are collected', () => {
    const text = 'a: 1\n'.repeat(100_000)
    const start = spent()
    expect(parse(`${text}---\nb: *x\n`).diagnostics).toHaveLength(1001)
    expect(spent() - start).toBeLessThan(10_000)
  })

  it.each([
    '1_'.repeat(50_000) + 'x',
    '1'.repeat(100_000) + 'x',
    '1:'.repeat(50_000) + 'x',
    '0'.repeat(100_000) + '_.x',
    '+_'.repeat(50_000),
    '2026-12-06 ' + '1:'.repeat(50_000),
  ])('T23: a scalar of 100,000 characters is judged at once', (scalar) => {
    const start = spent()
    parse(`a: ${scalar}\n`)
    expect(spent() - start).toBeLessThan(500)
  })

  it('a mapping of 100,000 keys takes no longer than its length', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `k${i}: v\n`).join('')
    const start = spent()
    expect(Object.keys(parse(text).values[0]!)).toHaveLength(100_000)
    expect(spent() - start).toBeLessThan(10_000)
  })
})

describe('T16: keys that reach a prototype', () => {
  it.each([
    '__proto__: {polluted: 1}',
    '"__proto__": {polluted: 1}',
    '"\\x5f_proto__": {polluted: 1}',
    'a: {constructor: {prototype: {polluted: 1}}}',
    'a: [{prototype: 1}]',
  ])('%s', (text) => {
    const { values, diagnostics } = parse(text)
    expect(values).toEqual([])
    expect(diagnostics[0]?.code).toBe('forbidden-key')
  })
})

describe('T17: duplicate keys', () => {
  it.each([
    'a: 1\na: 2',
    'a: 1\n"a": 2',
    '\'a\': 1\n"\\x61": 2',
    '{a: 1, a: 2}',
    '? a\n: 1\n? a\n: 2',
    'x: {b: 1, "b": 2}',
  ])('%j', (text) => {
    expect(parse(text).diagnostics.map(({ code }) => code)).toEqual(['duplicate-key'])
  })

  it('keys that only an inherited name resembles are fine', () => {
    expect(parse('toString: 1\nhasOwnProperty: 2\nvalueOf: 3\n').values).toEqual([
      { toString: 1, hasOwnProperty: 2, valueOf: 3 },
    ])
  })
})

describe('T18: what YAML 1.1 reads differently', () => {
  const refused =
    'y Y yes Yes YES n N no No NO on On ON off Off OFF = 0123 -0123 007 089 0o17 1e3 1E3 -1e-3 1.5e3 .5e3 0b11 0b1_0 0x1_F 1_000 1_0.5 12:30 1:2:3 190:20:30.15 2026-12-06 2026-1-2 2026-12-06T12:00:00Z'.split(
      ' ',
    )
  const agreed =
    '~ null Null NULL true True TRUE false 0 7 -12 +3 1.5 -1.5 .5 1. 0x1F 1.5e+3 1.2.3 10.0.0.1 203.0.113.0/24 a-b 12-30 _1 1a yES oN 2026 2026-12 12: x'
      .split(' ')
      .filter((word) => word !== '12:' && word !== 'x')

  it.each(refused)('%s', (scalar) => {
    expect(faults(`a: ${scalar}\n`)).toEqual(['ambiguous-scalar 1:4'])
    expect(parse(`a: ${scalar}\n`).diagnostics[0]?.fix).toContain(`"${scalar}"`)
    expect(parse(`a: "${scalar}"\n`).values).toEqual([{ a: scalar }])
    expect(faults(`a: [x, ${scalar}]\n`)).toEqual(['ambiguous-scalar 1:8'])
  })

  it.each(agreed)('%s means the same to both', (scalar) => {
    expect(faults(`a: ${scalar}\n`)).toEqual([])
  })

  it('a plain date is fine where a date is wanted, and is text', () => {
    expect(parse('until: 2026-12-06\nfrom: 2026-01-02\nexpires: 2026-12-06\n').values).toEqual([
      { until: '2026-12-06', from: '2026-01-02', expires: '2026-12-06' },
    ])
  })

  it('every key to which a schema gives a date is known as one', () => {
    const found = new Set<string>()
    const visit = (node: unknown, key: string): void => {
      if (typeof node !== 'object' || node === null) return
      if (/\/(?:date|from|until)$/.test(String((node as { $ref?: unknown }).$ref))) found.add(key)
      for (const [name, child] of Object.entries(node)) visit(child, name)
    }
    for (const schema of Object.values(schemaFiles())) visit(schema, '')
    expect([...found].sort()).toEqual([...dateKeys].sort())
  })

  it.each(['9007199254740993', '-9007199254740993', '1' + '0'.repeat(30), '.inf', '-.INF', '.nan'])(
    '%s is no exact number',
    (scalar) => {
      expect(faults(`a: ${scalar}\n`)).toEqual(['inexact-number 1:4'])
    },
  )
})

describe('no input makes it throw', () => {
  const yamlish = fc
    .array(
      fc.constantFrom(
        'a',
        'b: ',
        '- ',
        '\n',
        '  ',
        '\t',
        '[',
        ']',
        '{',
        '}',
        ', ',
        ': ',
        '? ',
        '&x ',
        '*x',
        '!t ',
        '"',
        "'",
        '|',
        '>',
        '|2-\n',
        '#',
        ' # c',
        '---\n',
        '...\n',
        '%YAML 1.2\n',
        '<<: ',
        '__proto__: ',
        'é',
        '😀',
        '\\',
        '\r\n',
        '~',
        '0x',
        '1e3',
        '@',
        '`',
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(''))

  it.each([
    ['random text', fc.string({ unit: 'binary', maxLength: 200 })],
    ['text that looks like YAML', yamlish],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const { values, diagnostics } = parse(text)
        expect(values).toEqual(JSON.parse(JSON.stringify(values)))
        const lines = text.split('\n').length
        for (const { span } of diagnostics) {
          expect(span!.line).toBeLessThanOrEqual(lines)
          expect(span!.column).toBeLessThanOrEqual((text.split('\n')[span!.line - 1] ?? '').length + 1)
        }
        expect(diagnosticsText(diagnostics)).not.toMatch(/undefined|\[object|NaN/)
      }),
      { numRuns: 2000 },
    )
  })
})
