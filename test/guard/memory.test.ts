import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import { ledgerNotDurable } from '../../src/guard/ledger-not-durable.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { censusOf, doubting, dropsSince, without } from '../../src/plan/census.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  acceptance,
  account,
  config,
  context,
  create,
  guardCase,
  names,
  owner,
  past,
  ref,
  remove,
  rename,
  role,
  seen,
  suspend,
  thing,
  update,
  type CaseWords,
} from './case.ts'

/** The guards that compare what is there with what is remembered. */

const crowd = names('m', 20).map((name) => account(name))
const there = [owner('ana'), owner('bo'), ...crowd]
const codes = (words: CaseWords, changes = {}): string[] =>
  refusals(check([guardCase(words)], context(changes))).map(({ code }) => code)

describe('sharp-drop', () => {
  const dropping = (
    lastSeen: ReturnType<typeof seen> | undefined,
    words: Partial<CaseWords> = {},
  ): string[] =>
    codes({ live: there, changes: [remove(account('m01'))], memory: { inventory: [], lastSeen }, ...words })

  it.each([
    ['nothing was seen before', undefined, []],
    ['ten fewer', seen({ account: 32 }), []],
    ['eleven fewer', seen({ account: 33 }), ['sharp-drop']],
    ['more than before', seen({ account: 3 }), []],
    ['another collection is smaller', seen({ account: 22, group: 11 }), ['sharp-drop']],
  ])('%s', (_, lastSeen, expected) => {
    expect(dropping(lastSeen)).toEqual(expected)
  })

  it('of many, a tenth is the limit', () => {
    const many = [owner('ana'), ...names('m', 199).map((name) => account(name))]
    const words = { live: many }
    expect(dropping(seen({ account: 222 }), words)).toEqual([])
    expect(dropping(seen({ account: 223 }), words)).toEqual(['sharp-drop'])
  })

  it('a plan that takes nothing away is not refused for it', () => {
    expect(dropping(seen({ account: 99 }), { changes: [create(account('new'))] })).toEqual([])
  })

  it('who is compromised is stopped all the same', () => {
    const wishes = there.map(({ ref: of }) => ({
      ref: of,
      ...(of.key === 'm01' ? { compromised: true } : {}),
    }))
    expect(dropping(seen({ account: 99 }), { wishes, changes: [suspend(account('m01'))] })).toEqual([])
    expect(dropping(seen({ account: 99 }), { changes: [suspend(account('m01'))] })).toEqual(['sharp-drop'])
  })

  it('an Acceptance covers it up to its number', () => {
    const lastSeen = seen({ account: 33 })
    const words = { live: there, changes: [remove(account('m01'))], memory: { inventory: [], lastSeen } }
    expect(codes(words, { acceptances: [acceptance({ finding: 'sharp-drop', atMost: 11 })] })).toEqual([])
    expect(codes(words, { acceptances: [acceptance({ finding: 'sharp-drop', atMost: 10 })] })).toEqual([
      'sharp-drop',
    ])
  })

  const observation = guardCase({ live: there }).observation
  const census = censusOf(observation, description)

  it('a second read that shows the same is believed 10 minutes after the first, and says from when on', () => {
    const doubted = { at: '2026-11-22T09:49:00Z', census }
    expect(dropping(seen({ account: 33 }, { doubted }))).toEqual([])
    const [finding] = check(
      [
        guardCase({
          live: there,
          changes: [remove(account('m01'))],
          memory: {
            inventory: [],
            lastSeen: seen({ account: 33 }, { doubted: { ...doubted, at: '2026-11-22T09:49:01Z' } }),
          },
        }),
      ],
      context(),
    )
    expect(finding?.remedy).toBe(
      'Find out where the other accounts are. A read at 2026-11-22T09:49:01Z showed the same: from 2026-11-22T09:59:01.000Z on an apply whose read still shows it goes on; or write an Acceptance that has `atMost: 11`.',
    )
  })

  it('a second read that shows others is doubted anew', () => {
    const others = [...there.slice(1), owner('zoe')]
    const later = censusOf(guardCase({ live: others }).observation, description)
    const doubted = { at: '2026-11-22T08:00:00Z', census: later }
    expect(dropping(seen({ account: 33 }, { doubted }))).toEqual(['sharp-drop'])
    expect(doubting(seen({ account: 33 }, { doubted }), census, '2026-11-22T09:59:00Z').doubted).toEqual({
      at: '2026-11-22T09:59:00Z',
      census,
    })
  })

  it('the same doubt again keeps the time of the first', () => {
    const before = seen({ account: 33 }, { doubted: { at: '2026-11-22T09:58:00Z', census } })
    expect(doubting(before, census, '2026-11-22T09:59:00Z')).toBe(before)
  })

  it('what is about to be removed is not missed afterwards', () => {
    const before = seen({ account: 33 })
    expect(dropsSince(before, census, '2026-11-22T09:59:00Z')).toMatchObject([
      { kind: 'account', was: 33, is: 22 },
    ])
    expect(dropsSince(without(before, ['account']), census, '2026-11-22T09:59:00Z')).toEqual([])
  })

  it('another native id under the same name is another read', () => {
    const one = censusOf(guardCase({ live: [account('ana', { id: '1' })] }).observation, description)
    const other = censusOf(guardCase({ live: [account('ana', { id: '2' })] }).observation, description)
    expect(one.account?.digest).not.toBe(other.account?.digest)
  })

  it('a collection that is not proven to be read whole is not counted', () => {
    const proofs = { ...observation.proofs, account: { complete: false, reason: 'page 2 failed' } as const }
    expect(censusOf({ ...observation, proofs }, description).account).toBeUndefined()
  })
})

describe('released', () => {
  const rewritten = past({ rewritten: '1'.repeat(40) })
  const entry: InventoryEntry = {
    system: 'vpn',
    kind: 'account',
    key: 'bo',
    handle: 'bo',
    wish: '',
    run: 'r',
  }
  const base = { live: [owner('ana'), account('bo')], wishes: [{ ref: ref('account', 'ana') }] }

  it.each<[string, Partial<CaseWords>, readonly InventoryEntry[]]>([
    ['what the inventory knows is removed, and needs no word', {}, [entry]],
    ['what is ignored is left alone', { config: { ignore: { account: ['b*'] } } }, []],
    ["rolecall's own account is no question", { config: { automation: ['bo'] } }, []],
    ['in an exclusive collection the undeclared goes anyway', { config: { exclusive: ['account'] } }, []],
    [
      'what is said to be absent is declared',
      { wishes: [...base.wishes, { ref: ref('account', 'bo'), state: 'absent' }] },
      [],
    ],
  ])('after history was rewritten: %s', (_, words, inventory) => {
    expect(codes({ ...base, ...words, memory: { inventory, past: rewritten } })).toEqual([])
  })

  it('what no plan may write, and what the system itself keeps, was never made here', () => {
    const memory = { inventory: [], past: rewritten }
    const sealed = { ...rules, sealed: () => true }
    const implied = { ...rules, implied: () => 'it comes with the system' }
    expect(codes({ ...base, memory })).toEqual(['released'])
    expect(codes({ ...base, memory, rules: sealed })).toEqual([])
    expect(codes({ ...base, memory, rules: implied })).toEqual([])
  })

  it('asks of collections that rolecall manages only', () => {
    const words = { ...base, live: [owner('ana'), thing('group', 'guests')] }
    expect(codes({ ...words, memory: { inventory: [], past: rewritten } })).toEqual([])
  })

  it('what git can tell of is not unknown', () => {
    const memory = { inventory: [], past: past({ rewritten: '1'.repeat(40), rebuilt: [entry] }) }
    expect(codes({ ...base, memory })).toEqual([])
  })

  it('a first plan with history is not hindered by what was there before', () => {
    expect(check([guardCase({ ...base, memory: { inventory: [], past: past() } })], context())).toEqual([])
  })

  const first = (
    words: Partial<CaseWords> = {},
    memory: NonNullable<CaseWords['memory']> = { inventory: [] },
  ) => check([guardCase({ ...base, ...words, memory })], context())

  it('without history and memory it warns where the system is in part as declared, and never refuses', () => {
    expect(first()).toEqual([
      {
        code: 'released',
        system: 'vpn',
        severity: 'warn',
        where: 'built in',
        acceptable: false,
        refs: [ref('account', 'bo')],
        count: 1,
        message:
          'The ledger remembers no run in "vpn", which already is in part as declared: if an earlier ledger was lost, 1 account (bo) may be rolecall\'s own.',
        remedy:
          'Look through what is unmanaged; with `Settings.protectedRef` git tells what was declared earlier.',
      },
    ])
  })

  it('says nothing of a system where nothing is as declared yet, that is adopted step by step, or that is remembered', () => {
    expect(first({ live: [account('bo')] })).toEqual([])
    expect(first({ config: config({ stage: 'additions' }) })).toEqual([])
    expect(first({}, { inventory: [], lastSeen: seen({ account: 2 }) })).toEqual([])
    expect(first({}, { inventory: [{ ...entry, key: 'ana', handle: 'ana' }] })).toEqual([])
  })

  it('is about every collection of which something is declared or remembered, and no other', () => {
    const group = { ...entry, kind: 'group', key: 'ops', handle: 'ops' } as const
    const groups = [thing('group', 'ops'), thing('group', 'staff')]
    const words = { ...base, live: [...base.live, ...groups, thing('role', 'auditor')] }
    const findings = (inventory: readonly InventoryEntry[]) =>
      check([guardCase({ ...words, memory: { inventory, past: rewritten } })], context()).map(({ message }) =>
        message.replace(/^.*? in "vpn": | may be .*$/g, ''),
      )
    expect(findings([])).toEqual(['1 account (bo)'])
    expect(findings([group])).toEqual(['1 group (staff), 1 account (bo)'])
  })

  it('is not about what the plan renames', () => {
    const words = {
      live: base.live,
      wishes: [...base.wishes, { ref: ref('account', 'bob'), previousKeys: ['bo'] }],
      changes: [rename(account('bo'), 'bob')],
    }
    expect(codes({ ...words, memory: { inventory: [], past: rewritten } })).toEqual([])
  })

  it('says of several that they may be ours, where an old commit cannot be read', () => {
    const unclear = new Map(['account:bo', 'account:chen'].map((key) => [key, '3'.repeat(40)]))
    const words = { ...base, live: [...base.live, account('chen')] }
    expect(
      check([guardCase({ ...words, memory: { inventory: [], past: past({ unclear }) } })], context()),
    ).toMatchObject([
      {
        message:
          'Commit 333333333333 of the protected branch names 2 accounts (bo, chen) of "vpn", and its manifests cannot be read by this version: they may be rolecall\'s own, and nobody declares them.',
      },
    ])
  })
})

describe('ledger-not-durable', () => {
  const said = (words: CaseWords) =>
    check([guardCase(words)], context({ ledger: { created: true, inCi: true } }), [ledgerNotDurable]).map(
      ({ message, count }) => `${count} ${message.split(' in "vpn"')[0] ?? ''}`,
    )
  const group = thing('group', 'ops')
  const live = [owner('ana'), owner('bo'), account('chen'), group]
  const wishes = live.slice(0, 2).map(({ ref: of }) => ({ ref: of }))
  const exclusive = { exclusive: ['group', 'account'] } as const

  it('says which of the two the plan does, and in which collections', () => {
    expect(said({ live, changes: [role(owner('bo'), 'Member')] })).toEqual(['1 This plan reduces 1 owner'])
    expect(
      said({ live, wishes, config: exclusive, changes: [remove(group), remove(account('chen'))] }),
    ).toEqual(['2 This plan removes 2 undeclared things of exclusive collections (accounts, groups)'])
  })

  it('holds for what goes, and not for what is only written', () => {
    const mended = update(account('chen'), {}, { fields: { email: 'c@x' } })
    expect(said({ live, wishes, config: exclusive, changes: [mended] })).toEqual([])
  })

  it('says nothing of a system without owners', () => {
    const config = { ...exclusive, automation: ['ana', 'bo'] }
    expect(said({ live, wishes, config, changes: [remove(group)] })).toHaveLength(1)
    expect(said({ live: [], changes: [create(account('chen'))] })).toEqual([])
  })
})
