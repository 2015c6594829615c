import { describe, expect, it } from 'vitest'
import { intention } from '../../src/apply/journal.ts'
import { hasShown, lookAtOwners, shownBy, systemOf } from '../../src/apply/owners.ts'
import type { Ports } from '../../src/apply/ports.ts'
import type { Rules } from '../../src/connector/contract.ts'
import type { Reservation } from '../../src/ledger/ledger.ts'
import type { Change } from '../../src/model/change.ts'
import type { Wish } from '../../src/model/desired.ts'
import { Graph } from '../../src/model/graph.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Step, SystemPlan } from '../../src/model/plan.ts'
import type { Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { floor } from '../../src/systems/directory/floor.ts'
import {
  account,
  allRead,
  config,
  create,
  desired,
  owner,
  ref,
  remove,
  rename,
  role,
  thing,
  update,
} from '../guard/case.ts'
import { description, rules } from '../guard/realm.ts'

/** What is seen just before an owner is lowered: here `ana`, unless a test says otherwise. */

const start = Date.parse('2026-11-22T10:00:00Z')
const row = (name: string, more = {}): JsonObject => ({
  ...{ user_name: name, role: 'Owner', type: 'person', status: 'active', scope: null },
  ...more,
})

interface Words {
  readonly live?: readonly Resource[]
  /** The rows of the direct read; of all owners that live ones say they are, unless told. */
  readonly rows?: readonly JsonObject[]
  readonly change?: Change
  readonly lowers?: readonly string[]
  readonly also?: readonly Change[]
  readonly config?: Partial<SystemConfig>
  readonly wishes?: readonly Partial<Wish>[]
  readonly rules?: Rules
  readonly reservations?: readonly Reservation[]
  readonly journal?: readonly JsonObject[]
  /** Seconds since this run took its lock; it has none without. */
  readonly held?: number
  readonly lag?: number
  readonly gone?: readonly string[]
  readonly beside?: readonly string[]
  /** Seconds that each of the two reads takes. */
  readonly takes?: number
}

const step = (change: Change, lowers: readonly string[], id = 'vpn/1'): Step => ({
  ...{ id, change, lowers, needs: [], fingerprint: '' },
})

async function look(words: Words = {}) {
  let time = start
  const live = words.live ?? [owner('ana'), owner('bo')]
  const graph = new Graph('vpn', live)
  const rows =
    words.rows ??
    live.flatMap(({ ref: { key }, links }) =>
      (links['role'] ?? []).includes('role:Owner') ? [row(key)] : [],
    )
  const slowly = <T>(answer: T): Promise<T> => {
    time += (words.takes ?? 0) * 1000
    return Promise.resolve(answer)
  }
  const reader = {
    observe: () => slowly({ graph, proofs: allRead, readAt: '', calls: 1 }),
    ownerPayloads: () => slowly(rows),
    read: ({ kind, key }: { kind: 'account'; key: string }) => Promise.resolve(graph.get(kind, key)),
  }
  const system = {
    config: config(words.config),
    connector: {
      ...{ description: { ...description, lagSeconds: words.lag ?? 0 }, floor },
      rules: words.rules ?? rules,
    },
    desired: desired(words.wishes ?? live.map(({ ref: of }) => ({ ref: of }))),
  }
  const ports = {
    ...{ run: 'r1', systems: new Map([['vpn', system]]), people: new Map(), now: () => new Date(time) },
    isGone: ({ host }: Reservation) => (words.gone ?? []).includes(host),
    isBeside: ({ host }: Reservation) => (words.beside ?? []).includes(host),
    ledger: {
      reservations: () => Promise.resolve(words.reservations ?? []),
      readJournal: () => Promise.resolve((words.journal ?? []).map((record) => ({ record }))),
    },
  }
  const one = step(words.change ?? role(owner('ana'), 'Member'), words.lowers ?? ['ana'])
  const steps = [one, ...(words.also ?? []).map((change, at) => step(change, [], `vpn/${at + 2}`))]
  const plan = { name: 'vpn', steps }
  const lockedAt = words.held === undefined ? undefined : new Date(start - words.held * 1000)
  return lookAtOwners(
    ports as unknown as Ports,
    plan as unknown as SystemPlan,
    one,
    reader as never,
    lockedAt,
  )
}

const seen = async (words: Words) => (await look(words)).confirmation

describe('who else owns the system', () => {
  it('is told by the rules and by the floor, in order, without whom the step lowers', async () => {
    const live = [owner('zoe'), owner('ana'), owner('bo'), account('chen')]
    expect(await look({ live })).toMatchObject({
      settled: [],
      confirmation: {
        byRules: ['bo', 'zoe'],
        byFloor: ['bo', 'zoe'],
        differing: { onlyByRules: [], onlyByFloor: [] },
        reserved: [],
        age: 0,
        pending: [],
      },
    })
  })

  it('is nobody whom the step lowers, even where the step itself shows nothing of it', async () => {
    const change = update(owner('chen'), {}, {})
    const live = [owner('ana'), owner('bo'), owner('chen')]
    expect((await seen({ live, change, lowers: ['ana'] })).byRules).toEqual(['bo', 'chen'])
    expect((await seen({ live, change, lowers: ['ana'] })).byFloor).toEqual(['bo'])
  })

  it('is nobody who is one only now, and not after the step', async () => {
    const groups = [thing('group', 'admins', { links: { role: ['role:Owner'] } })]
    const live = [owner('ana'), account('bo', { groups: ['admins'] }), ...groups]
    expect((await seen({ live, change: role(groups[0]!, 'Member'), lowers: [] })).byRules).toEqual(['ana'])
  })

  it('is nobody who becomes one by the step, under whatever name', async () => {
    const live = [owner('ana'), account('bo')]
    expect((await seen({ live, change: role(account('bo'), 'Owner'), lowers: [] })).byRules).toEqual(['ana'])
    const change = rename(owner('ana'), 'anna')
    expect((await seen({ live: [owner('ana')], change, lowers: ['anna'] })).byRules).toEqual([])
  })

  it('is who has another name after the step, by that one', async () => {
    expect((await seen({ change: rename(owner('bo'), 'bob'), lowers: [] })).byRules).toEqual(['ana', 'bob'])
  })

  it('is nobody whose right an identity provider gives, and nobody of the automation', async () => {
    const told = { ...owner('bo'), fields: { ...owner('bo').fields, roleFrom: 'okta' } }
    expect((await seen({ live: [owner('ana'), told] })).byRules).toEqual([])
    expect((await seen({ config: { automation: ['bo'] } })).byRules).toEqual([])
  })

  it('says what only one of the two looks sees, of all owners that the system itself can show', async () => {
    const suspended = owner('dee', { status: 'suspended' })
    const live = [owner('zoe'), owner('ana'), owner('bo'), suspended]
    const { differing } = await seen({ live, rows: [row('ana'), row('eve'), row('dee'), row('Gus')] })
    expect(differing).toEqual({ onlyByRules: ['bo', 'zoe'], onlyByFloor: ['dee', 'eve', 'gus'] })
  })

  it('does not differ for what only the manifests know', async () => {
    const wishes = [{ ref: ref('account', 'bo'), until: '2026-11-23' }]
    expect((await seen({ wishes: [{ ref: ref('account', 'bo'), until: '2027-01-01' }] })).byRules).toEqual([
      'bo',
    ])
    const { byRules, differing } = await seen({ wishes })
    expect([byRules, differing]).toEqual([[], { onlyByRules: [], onlyByFloor: [] }])
  })

  it('differs where the system itself ends a right that the floor knows no end of', async () => {
    const ending = { ...owner('bo'), fields: { ...owner('bo').fields, roleEnds: '2026-11-23' } }
    const { differing } = await seen({ live: [owner('ana'), ending] })
    expect(differing).toEqual({ onlyByRules: [], onlyByFloor: ['bo'] })
  })

  it('is as old as the older of the two reads', async () => {
    expect((await seen({ takes: 20 })).age).toBe(40)
  })
})

describe('who cannot be counted on yet', () => {
  const invited = (key: string): Resource => ({
    ...owner(key),
    fields: { ...owner(key).fields, invitation: 'pending' },
  })
  const off = (key: string): Resource => owner(key, { status: 'suspended' })

  it('is who was invited, by name, each with the reason, and not whom the step lowers', async () => {
    const live = [invited('zoe'), owner('ana'), invited('bo'), off('dee')]
    expect((await seen({ live })).pending).toEqual([
      { account: 'bo', because: 'invited ("pending")' },
      { account: 'zoe', because: 'invited ("pending")' },
    ])
    expect((await seen({ live, lowers: ['ana', 'bo'] })).pending).toMatchObject([{ account: 'zoe' }])
  })

  it('is to whom this plan gives something, with all that is missing', async () => {
    const dee = { ...off('dee'), links: { ...off('dee').links, scope: ['scope:eu'] } }
    const live = [owner('ana'), dee, off('eve'), off('fay'), owner('gus')]
    const also: Change[] = [
      role(off('dee'), 'Owner'),
      create(off('eve')),
      remove(off('fay')),
      update(thing('group', 'fay'), {}, {}),
      role(owner('gus'), 'Owner'),
    ]
    expect((await seen({ live, also })).pending).toEqual([
      { account: 'dee', because: 'suspended and limited to scope eu' },
      { account: 'eve', because: 'suspended' },
    ])
  })
})

describe('what other runs were about to lower', () => {
  const other = (account: string, more: Partial<Reservation> = {}): Reservation => ({
    ...{ system: 'vpn', account, run: 'r0', step: 'vpn/9', host: 'elsewhere', pid: 7 },
    ...more,
  })
  const demotion = intention([step(role(owner('bo'), 'Member'), ['bo'], 'vpn/9')])

  it('is named once, in order, and what this run reserved is not', async () => {
    const live = ['ana', 'bo', 'zoe'].map((key) => owner(key))
    const reservations = [
      ...[other('zoe'), other('bo'), other('bo', { run: 'r9' })],
      other('chen', { run: 'r1' }),
    ]
    expect((await seen({ live, reservations, held: 0 })).reserved).toEqual(['bo', 'zoe'])
    const own = [other('bo', { run: 'r1' }), other('chen', { run: 'r1' })]
    expect(await look({ live, reservations: own, held: 0 })).toMatchObject({
      settled: [],
      confirmation: { reserved: [] },
    })
  })

  it('stands without a lock, and before a read can show it', async () => {
    const reservations = [other('chen'), other('bo', { host: 'dead' })]
    for (const words of [{}, { held: 29.9, lag: 30 }]) {
      const { confirmation, settled } = await look({ reservations, gone: ['dead'], ...words })
      expect([confirmation.reserved, settled]).toEqual([['bo', 'chen'], []])
    }
  })

  it('is over when the account is no owner any more by either look', async () => {
    const reservations = [other('chen'), other('dee'), other('bo')]
    const { confirmation, settled } = await look({
      ...{ reservations, held: 30, lag: 30 },
      rows: [row('ana'), row('bo'), row('dee')],
    })
    expect(confirmation.reserved).toEqual(['bo', 'dee'])
    expect(settled).toEqual([other('chen')])
  })

  it('is over when its process is dead, or a direct read shows that nothing was done', async () => {
    const dead = other('bo', { host: 'dead' })
    expect((await look({ reservations: [dead], gone: ['dead'], held: 0 })).settled).toEqual([dead])
    const reservations = [other('bo')]
    expect((await look({ reservations, journal: [demotion], held: 0 })).settled).toEqual(reservations)
    const beside = ['elsewhere']
    expect((await look({ reservations, journal: [demotion], held: 0, beside })).settled).toEqual([])
  })

  it('shows once the lock has been held for as long as a read may lag', () => {
    const at = (seconds: number): Date => new Date(start + seconds * 1000)
    expect(hasShown(at(30), 30, at(0))).toBe(true)
    expect(hasShown(at(29.999), 30, at(0))).toBe(false)
    expect(hasShown(at(0), 0, undefined)).toBe(false)
  })
})

describe('whose reservation a read shows to be over', () => {
  it('is who is gone, owns nothing, or cannot be counted on', () => {
    const graph = new Graph('vpn', [owner('ana'), owner('bo', { status: 'suspended' }), account('chen')])
    const reservations = ['ana', 'bo', 'chen', 'dee'].map((key) => ({ account: key }) as Reservation)
    const shown = shownBy({ graph } as never, { connector: { rules } } as never, reservations)
    expect(shown.map((one) => one.account)).toEqual(['bo', 'chen', 'dee'])
  })
})

it('what the program itself got wrong is said', async () => {
  expect(() => systemOf({ systems: new Map() } as never, 'vpn')).toThrow(
    'The plan has a system "vpn" that apply was not given.',
  )
  const kept: Change = { action: 'keep', ref: ref('account', 'ana'), reason: 'stage', held: 'update' }
  await expect(look({ change: kept })).rejects.toThrow('Step vpn/1 is never sent.')
})
