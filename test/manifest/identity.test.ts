import { describe, expect, it } from 'vitest'
import { skeleton } from '../../src/manifest/confusables.ts'
import type { Manifest } from '../../src/manifest/document.ts'
import { identityProblems } from '../../src/manifest/identity.ts'
import { parseSources } from '../../src/manifest/parse.ts'
import { validateDocuments } from '../../src/manifest/validate.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { spent } from './spent.ts'

function manifests(documents: readonly object[]): Manifest[] {
  const text = documents
    .map((document) => JSON.stringify({ apiVersion: 'rolecall/v1', ...document }))
    .join('\n---\n')
  const parsed = parseSources([{ file: 'access/x.yaml', text }])
  const { manifests: valid, problems } = validateDocuments(parsed.documents, descriptions)
  expect([...parsed.problems, ...problems]).toEqual([])
  return valid
}

/** Documents as if they had been read and found valid: for many of them. */
function unread(documents: readonly object[]): Manifest[] {
  const source = { file: 'access/x.yaml', text: '' }
  return documents.map((document, index) => ({
    raw: { source, index, line: 1, value: {} },
    apiVersion: 'rolecall/v1',
    ...document,
  })) as unknown as Manifest[]
}

function user(name: string, spec: object): object {
  return { kind: 'User', metadata: { name }, spec }
}

const called = (name: string, username: string, system = 'dir') =>
  user(name, { accounts: { [system]: { username } } })
const reached = (name: string, email: string) => user(name, { email })

function codes(...documents: object[]): string[] {
  return identityProblems(manifests(documents)).map(({ code }) => code)
}

describe('T20: two identities that look alike', () => {
  it.each([
    ['Cyrillic', 'scope', 'ѕсоре'],
    ['Cyrillic capitals', 'BACEK', 'ВАСЕК'],
    ['Greek capitals', 'ANTONY', 'ΑΝΤΟΝΥ'],
    ['Greek', 'ovi', 'ονι'],
    ['Armenian', 'hou', 'հօս'],
    ['Cherokee', 'EWA', '\u13ac\u13b3\u13aa'],
    ['case', 'ana', 'ANA'],
    ['case of other scripts', 'наташа', 'НАТАША'],
    ['case of a sharp s', 'gross', 'GROSS'],
    ['a dash', 'ops-eu', 'ops\u2011eu'],
    ['a mixed word', 'admin', '\u0430dmin'],
    ['full-width', 'admin', 'ａｄｍｉｎ'],
    ['a ligature', 'fiona', '\ufb01ona'],
    ['mathematical letters', 'admin', '𝐚dmin'],
    ['a Kelvin sign', 'kim', '\u212aim'],
    ['a long s', 'sam', '\u017fam'],
    ['a dotless i', 'mike', 'm\u0131ke'],
    ['a soft hyphen', 'admin', 'ad\u00admin'],
    ['a zero-width space', 'admin', 'ad\u200bmin'],
    ['a joiner', 'admin', 'admin\u200d'],
    ['a filler', 'admin', 'admin\u3164'],
    ['a variation selector', 'admin', 'admin\ufe0f'],
    ['a direction mark', 'admin', '\u200fadmin'],
    ['a tag character', 'admin', 'admin\u{e0061}'],
    ['composed and decomposed', 'ren\u00e9', 'rene\u0301'],
  ])('%s: one error, at the later of the two', (_, one, other) => {
    expect(one).not.toBe(other)
    expect(codes(called('one', one), called('two', other))).toContain('look-alike')
  })

  it('both places are named', () => {
    const [problem] = identityProblems(manifests([called('one', 'scope'), called('two', 'ѕсоре')]))
    expect(problem).toMatchObject({
      path: ['spec', 'accounts', 'dir', 'username'],
      index: 1,
      message: '"ѕсоре" and "scope" (access/x.yaml:1, User/one) look alike and are not the same.',
    })
  })

  it.each([
    ['in two systems', called('one', 'ana', 'dir'), called('two', 'ANA', 'vpn')],
    [
      'of one person',
      user('one', { accounts: { dir: { username: 'Ana' }, 'dir-2': { system: 'dir', username: 'ANA' } } }),
      called('two', 'bo'),
    ],
    ['equal: another stage says so', called('one', 'Ana'), called('two', 'Ana')],
    ['ASCII that only resembles', called('one', 'lisa'), called('two', '1isa')],
    ['with an accent', called('one', 'rene'), called('two', 'ren\u00e9')],
    [
      'a user and a group',
      called('one', 'Core'),
      { kind: 'Group', metadata: { name: 'g' }, spec: { systems: { dir: { name: 'core' } } } },
    ],
  ])('%s: fine', (_, one, two) => {
    expect(codes(one, two)).toEqual([])
  })

  it('a user name that looks like the handle of somebody else', () => {
    expect(codes(called('one', '\u0430ep\u043e'), user('aepo', {}))).toContain('look-alike')
    expect(codes(called('one', 'Bo'), user('bo', {}))).toEqual(['look-alike'])
    expect(codes(called('bo', 'Bo'))).toEqual([])
  })

  it('groups by their name in each system, roles and policies by theirs', () => {
    const group = (name: string, native: string) => ({
      kind: 'Group',
      metadata: { name },
      spec: { name: native, systems: { dir: {} } },
    })
    expect(codes(group('a', 'Payroll'), group('b', 'PAYROLL'))).toEqual(['look-alike'])
    const role = (name: string, native: string, system: string) => ({
      kind: 'Role',
      metadata: { name },
      spec: { system, name: native },
    })
    expect(codes(role('a', 'Auditor', 'dir'), role('b', 'auditor', 'dir'))).toEqual(['look-alike'])
    expect(codes(role('a', 'Auditor', 'dir'), role('b', 'auditor', 'vpn'))).toEqual([])
  })
})

describe('T20: one identity by itself', () => {
  it.each([
    'Ana Silva',
    'Payroll (restricted)',
    'Zoë',
    'O’Neill',
    'Команда',
    'Команда DevOps',
    '山田太郎',
    'やまだタロウ',
    '김철수',
    'עברית',
    'Ωμέγα',
    'R&D',
    'ops-eu_2',
    '張 Wei',
  ])('%s is fine', (name) => {
    expect(codes(called('one', name))).toEqual([])
  })

  it.each([
    ['Fin\u0430nce', 'mixed-scripts'],
    ['Ωmega', 'mixed-scripts'],
    ['日本\u0430', 'mixed-scripts'],
    ['ad\u200bmin', 'invisible-character'],
    ['ad\u00admin', 'invisible-character'],
    ['\u202eadmin', 'invisible-character'],
    ['ad\u00a0min', 'invisible-character'],
    ['admin ', 'invisible-character'],
    ['a  b', 'invisible-character'],
    ['admin\u3164', 'invisible-character'],
    ['\uff41dmin', 'unstable-identity'],
    ['\ufb01n', 'unstable-identity'],
    ['rene\u0301', 'unstable-identity'],
    ['x²', 'unstable-identity'],
  ])('%j: %s', (name, code) => {
    expect(codes(called('one', name))).toEqual([code])
  })
})

describe('T21: e-mail', () => {
  it('the local part is ASCII', () => {
    expect(codes(reached('one', 'zoë@acme.example'))).toEqual(['email-not-ascii'])
    expect(codes(reached('one', 'zoe@münchen.example'))).toEqual([])
  })

  it('addresses that differ in A-Z only are one mailbox', () => {
    expect(codes(reached('one', 'ana@acme.example'), reached('two', 'Ana@Acme.example'))).toEqual([
      'look-alike',
    ])
  })

  it('of all 65,536 characters of the first plane, none makes an address another one unseen', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('')
    const documents = letters.map((letter) => reached(`of-${letter}`, `${letter}x@acme.example`))
    const known = documents.length
    for (let code = 0xa1; code < 0x10000; code += 1) {
      const character = String.fromCharCode(code)
      if (/\p{Cs}/u.test(character)) continue
      documents.push(reached(`other-${code}`, `${character}x@acme.example`))
    }
    const reported = new Set(identityProblems(unread(documents)).map(({ index }) => index))
    expect(documents.length - known).toBe(0x10000 - 0xa1 - 0x800)
    const unseen = documents.flatMap((_, index) => (index < known || reported.has(index) ? [] : [index]))
    expect(unseen).toEqual([])
  })
})

describe('the folded form', () => {
  it('of ASCII is its lower case', () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
    expect(skeleton(ascii)).toBe(ascii.toLowerCase())
  })

  it('100,000 identities take about as long as they are many', () => {
    const spec = (i: number) => ({
      email: `user-${i}@acme.example`,
      accounts: { dir: { username: `User ${i}` } },
    })
    const all = unread(Array.from({ length: 100_000 }, (_, i) => user(`user-${i}`, spec(i))))
    const start = spent()
    expect(identityProblems(all)).toEqual([])
    expect(spent() - start).toBeLessThan(3000)
  })
})
