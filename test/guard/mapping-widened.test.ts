import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import type { Change } from '../../src/model/change.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Person } from '../../src/model/workspace.ts'
import {
  account,
  config,
  context,
  guardCase,
  owner,
  place,
  ref,
  rename,
  thing,
  type CaseWords,
} from './case.ts'

/** A mapping that a person is to change by hand: whose groups are others then, and who may be anybody. */

const rules = ['eng', 'oncall'].map((group) => ({ attribute: 'groups', in: [group], group }))
const mapping = (fields: JsonObject) => thing('mapping', 'saml', { fields: { rules, ...fields } })
const byHand = (before: JsonObject, after: JsonObject): Change => ({
  action: 'manual',
  ref: ref('mapping', 'saml'),
  before: { fields: before, links: {} },
  after: { fields: after, links: {} },
  steps: ['Switch it.'],
  cause: place(3),
})
const switching = byHand({ mode: 'single' }, { mode: 'multiple' })
const sends = (name: string, ...groups: string[]): Person => ({
  ...{ name, type: 'person', labels: {}, cause: place(1) },
  attributes: { groups },
})
const both = (name: string) => sends(name, 'eng', 'oncall')

const found = (words: CaseWords) =>
  check([guardCase({ changes: [switching], ...words })], context()).filter(
    ({ code }) => code === 'access-widened',
  )
const live = [mapping({ mode: 'single' }), owner('ana'), account('bo')]

describe('a mapping that is to be changed by hand', () => {
  it('names whose groups are others, and how', () => {
    expect(found({ live, people: [both('ana'), both('bo')] })).toEqual([
      {
        code: 'access-widened',
        system: 'vpn',
        severity: 'refuse',
        where: 'built in',
        acceptable: true,
        refs: [ref('account', 'ana'), ref('account', 'bo'), ref('mapping', 'saml')],
        count: 2,
        message:
          'Giving people all groups that match, and not the first alone, changes the groups of 2 people at the next sign-in: ana (+ oncall), bo (+ oncall).',
        remedy:
          'Write down `attributes` of those of whom nothing is known, look at who gains what, and write an Acceptance that names them and has `atMost: 2`.',
        people: ['ana', 'bo'],
      },
    ])
  })

  it('names of whom nobody knows, in order with the others', () => {
    expect(found({ live, people: [both('bo')] })).toMatchObject([
      {
        message:
          'Giving people all groups that match, and not the first alone, changes the groups of 1 person at the next sign-in: bo (+ oncall). 1 person of whom nobody wrote down what the provider sends may gain everything: ana.',
        people: ['ana', 'bo'],
      },
    ])
    expect(found({ live })).toMatchObject([
      {
        message:
          'Giving people all groups that match, and not the first alone, may change the groups of people at the next sign-in. 2 people of whom nobody wrote down what the provider sends may gain everything: ana, bo.',
      },
    ])
  })

  it('names a hundred in its sentences, and all beside them', () => {
    const known = Array.from({ length: 101 }, (_, at) => `k${100 + at}`)
    const unknown = Array.from({ length: 102 }, (_, at) => `u${100 + at}`)
    const crowd = [...known, ...unknown].map((key) => account(key))
    const [finding] = found({ live: [mapping({ mode: 'single' }), ...crowd], people: known.map(both) })
    expect(finding?.message).toMatch(/ k199 \(\+ oncall\) and 1 more\. 102 people of .* u199 and 2 more\.$/)
    expect(finding?.message).not.toMatch(/k200|u200/)
    expect(finding).toMatchObject({ count: 203, people: [...known, ...unknown].sort() })
    expect(finding?.refs).toHaveLength(204)
  })

  it('is not about whose groups stay', () => {
    expect(found({ live, people: [both('ana'), sends('bo', 'eng')] })).toMatchObject([
      { count: 1, refs: [ref('account', 'ana'), ref('mapping', 'saml')], people: ['ana'] },
    ])
  })

  it('says nothing where nobody gets other groups, or something else is changed by hand', () => {
    expect(found({ live, people: [sends('ana', 'eng'), sends('bo', 'oncall')] })).toEqual([])
    expect(found({ live, changes: [{ ...switching, ref: ref('group', 'saml') }] })).toEqual([])
  })

  it('as the manifests last had it, where the system does not show it', () => {
    const words = { live: [mapping({}), ...live.slice(1)], people: [both('ana'), both('bo')] }
    const formerly = (mode: string) => ({
      ...guardCase({ ...words, changes: [switching] }),
      former: (of: { key: string }, name: string) =>
        of.key === 'saml' && name === 'mode' ? mode : undefined,
    })
    const codes = (mode: string) => check([formerly(mode)], context()).map(({ code }) => code)
    expect(codes('multiple')).toEqual([])
    expect(codes('single')).toEqual(['access-widened'])
    const order = byHand({}, { rules: [...rules].reverse() })
    expect(found({ ...words, changes: [order] })).toMatchObject([{ count: 2 }])
    // what the system shows is so, whatever was declared once
    const shown = { ...formerly('multiple'), ...guardCase({ ...words, live, changes: [switching] }) }
    expect(check([shown], context()).map(({ code }) => code)).toEqual(['access-widened'])
  })

  it('says nothing of one that is not there', () => {
    expect(found({ live: live.slice(1) })).toEqual([])
  })

  describe('reaches everybody whom the provider may let in', () => {
    const reached = (words: CaseWords) => found(words).flatMap(({ people }) => people)

    it('but not the sealed owner, whom the system is to leave alone, or who signs in locally', () => {
      const keys = ['ana', 'bo', 'guest-1', 'root']
      const there = [...live, account('guest-1'), account('root', { sealed: true })]
      const words = { live: there, config: config({ ignore: { account: ['guest-*'] } }) }
      const wishes = (authentication: string) =>
        keys.map((key) => ({
          ref: ref('account', key),
          fields: { authentication: key === 'bo' ? authentication : 'saml' },
        }))
      expect(reached({ ...words, wishes: wishes('saml') })).toEqual(['ana', 'bo'])
      expect(reached({ ...words, wishes: wishes('local') })).toEqual(['ana'])
      expect(reached({ ...words, wishes: [] })).toEqual(['ana', 'bo'])
    })

    it('nor whom the system is to leave alone by the name of now', () => {
      const guest = account('guest-1')
      const words = { live: [...live, guest], config: config({ ignore: { account: ['guest-*'] } }) }
      const wishes = live.map(({ ref: of }) => ({ ref: of }))
      expect(reached({ ...words, wishes, changes: [rename(guest, 'gus'), switching] })).toEqual(['ana', 'bo'])
    })

    it('and who is to come: declared, not local, and not there yet', () => {
      const coming = (key: string, words: object = {}) => ({ ref: ref('account', key), ...words })
      const wishes = [
        coming('ana', { person: 'zoe' }),
        coming('chen', { person: 'yan' }),
        coming('dee'),
        coming('eve', { fields: { authentication: 'local' } }),
        coming('fay', { state: 'absent' }),
      ]
      expect(reached({ live: live.slice(0, 2), wishes })).toEqual(['dee', 'yan', 'zoe'])
    })
  })
})
