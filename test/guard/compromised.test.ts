import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import type { Finding } from '../../src/model/finding.ts'
import {
  account,
  allRead,
  config,
  context,
  guardCase,
  owner,
  ref,
  remove,
  rename,
  role,
  suspend,
  type CaseWords,
} from './case.ts'

/** What speaks against stopping somebody who is compromised, and what does not. */

const isBad = (key: string) => ({ ref: ref('account', key), compromised: true, person: key })
const declared = (key: string) => ({ ref: ref('account', key), person: key })

function found(words: CaseWords): readonly Finding[] {
  return refusals(check([guardCase(words)], context()))
}

describe('an anchor who is compromised', () => {
  const anchored = config({ owners: { anchors: ['ana'], minimum: 2 } })

  it('is suspended when another owner is proven usable, below the minimum too', () => {
    const words = {
      live: [owner('ana'), owner('bo')],
      config: anchored,
      wishes: [isBad('ana'), declared('bo')],
    }
    expect(found({ ...words, changes: [suspend(owner('ana'))] })).toEqual([])
  })

  it('is not while the other owner is made by this very plan, and it is said who', () => {
    const live = [owner('ana'), account('bo'), account('chen', { role: 'Administrator' }), account('dia')]
    const wishes = [isBad('ana'), ...['bo', 'chen', 'dia'].map(declared)]
    const owners = { anchors: ['ana'], minimum: 1, expected: ['ana', 'dia'] }
    const changes = [role(account('bo'), 'Owner'), suspend(owner('ana'))]
    expect(found({ live, wishes, config: config({ owners }), changes })).toMatchObject([
      {
        code: 'anchor-touched',
        remedy:
          'This cannot be accepted while nobody else is a usable owner: make an owner of dia, chen or bo, and apply that first.',
      },
    ])
  })

  it.each([
    ['compromised too', [isBad('ana'), isBad('bo')], owner('bo')],
    ['the same person', [isBad('ana'), { ...declared('bo'), person: 'ana' }], owner('bo')],
    ['suspended', [isBad('ana'), declared('bo')], owner('bo', { status: 'suspended' })],
  ])('is not while the other owner is %s', (_name, wishes, other) => {
    const codes = found({
      live: [owner('ana'), other],
      config: anchored,
      wishes,
      changes: [suspend(owner('ana'))],
    })
    expect(codes.map(({ code }) => code)).toContain('anchor-touched')
  })

  it('is not when the other owner goes in the same plan', () => {
    const words = {
      live: [owner('ana'), owner('bo')],
      config: anchored,
      wishes: [isBad('ana'), declared('bo')],
    }
    const codes = found({ ...words, changes: [suspend(owner('ana')), role(owner('bo'), 'Member')] })
    expect(codes.map(({ code }) => code)).toContain('anchor-touched')
  })
})

describe('the only usable owner who is compromised', () => {
  const wishes = [isBad('ana'), ...['bo', 'chen', 'old', 'bot', 'mo'].map(declared)]

  it('stays, and the refusal says whom to promote, the best first', () => {
    const live = [
      owner('ana'),
      account('bo'),
      account('chen', { role: 'Administrator' }),
      account('old', { status: 'suspended' }),
      account('bot', { type: 'service' }),
      account('stranger', { role: 'Administrator' }),
    ]
    const words = { live, wishes, config: config({ automation: ['mo'] }), changes: [suspend(owner('ana'))] }
    expect(found(words)).toMatchObject([
      {
        code: 'last-owner',
        message:
          'This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: ana, compromised).',
        remedy:
          'This cannot be accepted: make an owner of chen or bo; that and the suspension may stand in one change.',
      },
    ])
  })

  it('is told three at most: nobody who is stopped, left alone, sealed or our own, each by the name of now', () => {
    const live = [
      owner('ana'),
      ...['auto', 'bad', 'bo', 'dia', 'eve', 'fay', 'guest-1', 'sus'].map((key) => account(key)),
      account('root', { sealed: true }),
    ]
    const declaredLive = ['auto', 'bob', 'dia', 'eve', 'fay', 'guest-1', 'root'].map(declared)
    const suspended = { ...declared('sus'), fields: { status: 'suspended' } }
    const words = {
      live,
      wishes: [isBad('ana'), isBad('bad'), suspended, ...declaredLive],
      config: config({
        automation: ['auto'],
        ignore: { account: ['guest-*'] },
        owners: { anchors: [], minimum: 1, expected: ['Dia'] },
      }),
      changes: [suspend(owner('ana')), rename(account('bo'), 'bob')],
    }
    expect(found(words)[0]?.remedy).toBe(
      'This cannot be accepted: make an owner of dia, bo or eve; that and the suspension may stand in one change.',
    )
    const few = { ...words, live: live.filter(({ ref: { key } }) => key !== 'eve' && key !== 'fay') }
    expect(found(few)[0]?.remedy).toContain('make an owner of dia or bo;')
  })

  it('stays where there is nobody else', () => {
    expect(found({ live: [owner('ana')], wishes, changes: [suspend(owner('ana'))] })[0]?.remedy).toBe(
      'This cannot be accepted: nobody else has a working account there, so create an owner; that and the suspension may stand in one change.',
    )
  })

  it('goes in one change with the successor', () => {
    const changes = [role(account('bo'), 'Owner'), suspend(owner('ana'))]
    expect(found({ live: [owner('ana'), account('bo')], wishes, changes })).toEqual([])
  })

  it('is nobody whom another owner could be lowered on', () => {
    const live = [owner('ana'), owner('bo')]
    const codes = found({ live, wishes, changes: [role(owner('bo'), 'Member')] }).map(({ code }) => code)
    expect(codes).toContain('last-owner')
  })
})

describe('a suspension removes nothing', () => {
  const proofs = { ...allRead, account: { complete: false, reason: 'a page is missing' } } as const
  const live = [owner('ana'), account('bo'), account('chen')]
  const wishes = [declared('ana'), isBad('bo'), declared('chen')]

  it('so it does not wait for a read that is proven whole', () => {
    expect(found({ live, wishes, proofs, changes: [suspend(account('bo'))] })).toEqual([])
    const both = found({ live, wishes, proofs, changes: [suspend(account('bo')), suspend(account('chen'))] })
    expect(both).toMatchObject([{ code: 'unproven-read', count: 1, refs: [{ key: 'chen' }] }])
  })

  it('but the removal of somebody compromised does', () => {
    expect(found({ live, wishes, proofs, changes: [remove(account('bo'))] })).toMatchObject([
      { code: 'unproven-read' },
    ])
  })

  it('nor is it counted, however many they are', () => {
    const many = Array.from({ length: 30 }, (_, index) => `p${index}`)
    const words = {
      live: [owner('ana'), ...many.map((key) => account(key))],
      changes: many.map((key) => suspend(account(key))),
    }
    expect(found({ ...words, wishes: [declared('ana'), ...many.map(isBad)] })).toEqual([])
    expect(found({ ...words, wishes: [declared('ana'), ...many.map(declared)] })).toMatchObject([
      { code: 'removal-limit' },
    ])
  })

  it('what is sealed, and what rolecall itself uses, stays', () => {
    const seal = owner('bo', { sealed: true })
    const sealed = found({ live: [owner('ana'), seal], wishes, changes: [suspend(seal)] })
    expect(sealed.map(({ code }) => code)).toContain('sealed-owner')
    const own = found({ live, wishes, identity: 'bo', changes: [suspend(account('bo'))] })
    expect(own.map(({ code }) => code)).toEqual(['own-access'])
  })
})
