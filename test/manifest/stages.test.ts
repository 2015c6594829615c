import { describe, expect, it } from 'vitest'
import type { Connectors, RawDocument } from '../../src/manifest/document.ts'
import { locate, locator } from '../../src/manifest/locate.ts'
import { nearest, suggest } from '../../src/manifest/nearest.ts'
import { parseSources } from '../../src/manifest/parse.ts'
import { upgradeDocument, type Step } from '../../src/manifest/upgrade.ts'
import { validateDocuments } from '../../src/manifest/validate.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { spent } from './spent.ts'

function read(text: string): RawDocument[] {
  const { documents, problems } = parseSources([{ file: 'access/x.yaml', text }])
  expect(problems).toEqual([])
  return documents
}

describe('the nearest known name', () => {
  it.each([
    ['emial', ['email', 'type'], 'email'],
    ['rloe', ['role', 'scope'], 'role'],
    ['OWNER', ['Owner', 'Own'], 'Owner'],
    ['Adminstrator', ['Owner', 'Administrator', 'Member'], 'Administrator'],
    ['owner', ['Owner'], 'Owner'],
    ['xyzzy', ['email', 'type'], undefined],
    ['a', ['b'], 'b'],
    ['a', [], undefined],
    ['', ['email'], undefined],
    ['groups', ['group', 'groupd'], 'group'],
  ])('of %j among %j is %j', (name, known, expected) => {
    expect(nearest(name, known)).toBe(expected)
    expect(nearest(name, [...known].reverse())).toBe(expected)
  })

  it('is found among 100,000 without a noticeable wait', () => {
    const known = Array.from({ length: 100_000 }, (_, i) => `user-${i}`)
    const start = spent()
    for (let i = 0; i < 10; i += 1) expect(nearest(`usr-9999${i}`, known)).toBe(`user-9999${i}`)
    expect(spent() - start).toBeLessThan(2000)
  })

  it('comes with the list where that is short', () => {
    expect(suggest('gruop', ['group', 'from'], 'keys')).toBe(
      'Did you mean "group"? The keys are group, from.',
    )
    expect(suggest('x', ['group', 'from'], 'keys')).toBe('The keys are group, from.')
    expect(
      suggest(
        'x',
        Array.from({ length: 13 }, (_, i) => `key${i}`),
        'keys',
      ),
    ).toBeUndefined()
    expect(suggest('x', [], 'keys')).toBeUndefined()
  })
})

describe('D1: versions of the language', () => {
  const rename = (from: string, to: string) => (value: JsonObject) =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key === from ? to : key, item]))
  const steps: Record<string, Step> = {
    'rolecall/v0': { to: 'rolecall/v1', upgrade: rename('sort', 'kind') },
    'rolecall/v1': { to: 'rolecall/v2', upgrade: rename('metadata', 'about') },
  }

  it('a document goes through every step up to the current one, and the original stays', () => {
    const [raw] = read('apiVersion: rolecall/v0\nsort: User\nmetadata: {name: ana}\n')
    const result = upgradeDocument(raw!, { current: 'rolecall/v2', steps })
    expect(result).toMatchObject({
      document: { index: 0, value: { apiVersion: 'rolecall/v2', kind: 'User', about: { name: 'ana' } } },
    })
    expect(raw!.value).toHaveProperty('sort')
  })

  it('a current document is the very same', () => {
    const [raw] = read('apiVersion: rolecall/v1\n')
    expect(upgradeDocument(raw!)).toEqual({ document: raw })
  })

  it('an unknown version is answered with the known ones', () => {
    const [raw] = read('apiVersion: rolecall/v9\n')
    expect(upgradeDocument(raw!, { current: 'rolecall/v2', steps })).toMatchObject({
      problem: {
        code: 'unknown-version',
        path: ['apiVersion'],
        fix: 'Did you mean "rolecall/v0"? The known versions are rolecall/v0, rolecall/v1, rolecall/v2.',
      },
    })
  })

  it('steps that lead in a circle end', () => {
    const circle = {
      a: { to: 'b', upgrade: (value: JsonObject) => value },
      b: { to: 'a', upgrade: (value: JsonObject) => value },
    }
    const [raw] = read('apiVersion: a\n')
    expect(upgradeDocument(raw!, { current: 'c', steps: circle })).toHaveProperty('problem')
  })
})

describe('a place', () => {
  const text =
    'a: 1\n---\n# two\nkind: User\nspec:\n  groups:\n    - eng\n    - {group: oncall, until: 2026-12-06}\n  note: |\n    long\n    text\n  empty:\n  list: []\n'
  const places = locator({ file: 'x.yaml', text })
  const marked = (path: (string | number)[], mark: 'key' | 'value' = 'value') => {
    const span = places.span(1, path, mark)
    return `${span.line}:${span.column} ${span.text?.slice(span.column - 1, span.column - 1 + span.length)}`
  }

  it.each([
    [['kind'], 'value', '4:7 User'],
    [['kind'], 'key', '4:1 kind'],
    [['spec', 'groups', 0], 'value', '7:7 eng'],
    [['spec', 'groups', 0], 'key', '7:7 eng'],
    [['spec', 'groups', 1], 'value', '8:7 {group: oncall, until: 2026-12-06}'],
    [['spec', 'groups', 1, 'until'], 'value', '8:30 2026-12-06'],
    [['spec', 'groups', 1, 'until'], 'key', '8:23 until'],
    [['spec', 'list'], 'value', '13:9 []'],
  ] as const)('%j as a %s is %s', (path, mark, expected) => {
    expect(marked([...path], mark)).toBe(expected)
  })

  it.each([
    ['a value over several lines', ['spec', 'note'], '9:3 note'],
    ['a mapping over several lines', ['spec'], '5:1 spec'],
    ['an empty value', ['spec', 'empty'], '12:3 empty'],
    ['a key that is missing', ['spec', 'email'], '5:1 spec'],
    ['an item that is missing', ['spec', 'groups', 7], '6:3 groups'],
    ['a key of something that is no mapping', ['kind', 'x', 'y'], '4:1 kind'],
    ['a key missing at the root', ['metadata'], '4:1 kind'],
    ['the document', [], '4:1 kind'],
  ])('%s is named by the nearest key: %j is %s', (_, path, expected) => {
    expect(marked(path)).toBe(expected)
  })

  it('of a document that is not there is the beginning of the file', () => {
    expect(places.span(9, ['a'], 'value')).toMatchObject({ line: 1, column: 1 })
  })

  it('what is written is the text and not the value', () => {
    expect(locator({ file: 'x', text: 'a: 0x1F\nb: "q"\nc: [1]\n' }).written(0, ['a'])).toBe('0x1F')
    expect(locator({ file: 'x', text: 'c: [1]\n' }).written(0, ['c'])).toBeUndefined()
  })

  it('diagnostics are sorted by place whatever order they come in, and said once', () => {
    const problem = (file: string, index: number, key: string) => ({
      code: 'x',
      severity: 'error' as const,
      source: { file, text: 'a: 1\n---\nb: 2\n' },
      index,
      path: [key],
      mark: 'key' as const,
      message: 'm.',
    })
    const all = [
      problem('b.yaml', 1, 'b'),
      problem('a.yaml', 1, 'b'),
      problem('b.yaml', 0, 'a'),
      problem('b.yaml', 1, 'b'),
    ]
    const shown = (problems: typeof all) => locate(problems).map(({ span }) => `${span?.file}:${span?.line}`)
    expect(shown(all)).toEqual(['a.yaml:3', 'b.yaml:1', 'b.yaml:3'])
    expect(shown([...all].reverse())).toEqual(shown(all))
  })
})

describe('dates', () => {
  const faults = (spec: string) =>
    validateDocuments(
      read(
        `apiVersion: rolecall/v1\nkind: User\nmetadata: {name: ana, labels: {until: "2026-02-30"}}\nspec: ${spec}\n`,
      ),
      descriptions,
    ).problems.map(({ code, path }) => `${code} ${path.join('.')}`)

  it.each(['2026-02-29', '2026-04-31', '2026-00-10', '2026-01-00', '1900-02-29'])('%s is no day', (date) => {
    expect(faults(`{until: ${date}}`)).toEqual(['bad-date spec.until'])
  })

  it.each(['2028-02-29', '2000-02-29', '2026-12-31', '0001-01-01', '9999-12-31'])('%s is one', (date) => {
    expect(faults(`{until: ${date}}`)).toEqual([])
  })

  it('a single day is a span, and one that ends before it begins is not', () => {
    expect(faults('{from: 2026-12-06, until: 2026-12-06}')).toEqual([])
    expect(faults('{from: 2026-12-07, until: 2026-12-06}')).toEqual(['bad-date spec.until'])
    expect(faults('{groups: [{group: a, until: 2026-12-06, from: 2026-12-07}]}')).toEqual([
      'bad-date spec.groups.0.until',
    ])
  })

  it('what the user calls until is not a date of ours', () => {
    expect(faults('{attributes: {until: ["2026-02-30"]}}')).toEqual([])
  })
})

describe('parts of a connector', () => {
  const system = (name: string, more = '') =>
    `apiVersion: rolecall/v1\nkind: System\nmetadata: {name: ${name}}\nspec: {connector: directory, settings: {file: a.db}${more}}\n`
  const user = (accounts: string) =>
    `apiVersion: rolecall/v1\nkind: User\nmetadata: {name: ana}\nspec: {accounts: ${accounts}}\n`
  const codes = (texts: string[], connectors: Connectors = descriptions) =>
    validateDocuments(read(texts.join('---\n')), connectors).problems.map(
      ({ code, path }) => `${code} ${path.join('.')}`,
    )

  it('are checked whatever order the documents come in', () => {
    const bad = user('{dir: {ipWhitelist: []}}')
    expect(codes([bad, system('dir')])).toEqual(['unsupported spec.accounts.dir.ipWhitelist'])
    expect(codes([system('dir'), bad])).toEqual(['unsupported spec.accounts.dir.ipWhitelist'])
  })

  it('of a second account go by its system', () => {
    expect(codes([system('dir'), user('{daily: {system: dir, scop: x}}')])).toEqual([
      'unknown-key spec.accounts.daily.scop',
    ])
    expect(codes([system('dir'), user('{daily: {system: dir, scope: x}}')])).toEqual([])
  })

  it('of a system that nobody declares, or that is at fault itself, are left to a later stage', () => {
    expect(codes([user('{vpn: {anything: x}}')])).toEqual([])
    expect(codes([system('vpn', ', stage: all'), user('{vpn: {anything: x}}')])).toEqual([
      'unknown-value spec.stage',
    ])
  })

  it('what accounts of a group or of a system have by default is checked as an account', () => {
    expect(codes([system('dir', ', defaults: {account: {sealed: 1}}')])).toEqual([
      'wrong-type spec.defaults.account.sealed',
    ])
    const group =
      'apiVersion: rolecall/v1\nkind: Group\nmetadata: {name: g}\nspec: {systems: {dir: {account: {sealed: 1}}}}\n'
    expect(codes([system('dir'), group])).toEqual(['wrong-type spec.systems.dir.account.sealed'])
  })

  it('no name of a connector reaches what every object has', () => {
    expect(codes([system('dir').replace('directory', 'hasownproperty')])).toEqual([
      'unknown-connector spec.connector',
    ])
  })
})
