import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { intention, result } from '../../src/apply/journal.ts'
import type { Ports } from '../../src/apply/ports.ts'
import { exitOf, tally } from '../../src/apply/report.ts'
import { ConnectorFault } from '../../src/connector/fault.ts'
import { firstBroken } from '../../src/ledger/audit.ts'
import { hostName } from '../../src/ledger/host.ts'
import type { Ledger, RunState } from '../../src/ledger/ledger.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Write } from '../../src/model/change.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Step } from '../../src/model/plan.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { failing, isRole, losing, lying, reading, watching } from './faults.ts'
import { makeWorld, reasonOf, system, told, type Wishes, type World } from './world.ts'

const start: Wishes = {
  groups: ['eng', 'ops'],
  people: {
    ana: { role: 'Owner', groups: ['eng'] },
    bo: { role: 'Member', groups: ['eng', 'ops'] },
    chen: { role: 'Administrator' },
  },
  policies: { eng: 'payroll' },
}
/** bo takes over from ana. */
const swap: Wishes = {
  ...start,
  people: {
    ...start.people,
    ana: { role: 'Member', groups: ['eng'] },
    bo: { role: 'Owner', groups: ['eng', 'ops'] },
  },
}
const ref = (kind: ResourceRef['kind'], key: string): ResourceRef => ({ system, kind, key })
const cause = { file: 'access/all.yaml', line: 1, document: 'User/ana' }
const update = (key: string, before: object, after: object, links: [object, object] = [{}, {}]): Write => ({
  action: 'update',
  ref: ref('account', key),
  before: { fields: before as never, links: links[0] as never },
  after: { fields: after as never, links: links[1] as never },
  patch: [],
  cause,
})

let world: World
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.close())

describe('apply', () => {
  it('D2: carries out a plan in its order, and says so of each step', async () => {
    const report = await world.reach(start)
    expect(told(report)).toEqual([
      ...['create group:eng done', 'create group:ops done'],
      ...['create account:ana done', 'create account:bo done', 'create account:chen done'],
      'create policy:eng-payroll done',
    ])
    expect(report).toMatchObject({
      ending: { how: 'finished' },
      systems: [{ verified: 'converged', open: [] }],
      next: 'A second run finds nothing to do.',
    })
    expect(exitOf(report)).toBe(0)
  })

  it('D2: is followed by an empty plan, and a second run sends nothing and records nothing', async () => {
    await world.reach(start)
    const before = [await world.live(), await world.ledger.inventory(system)]
    const plan = await world.plan(start)
    expect(plan.systems[0]?.steps).toEqual([])
    const report = await world.apply(plan, start, { writer: () => fault('a writer was asked for') })
    expect([report.ending, exitOf(report)]).toEqual([{ how: 'nothing' }, 0])
    expect([await world.live(), await world.ledger.inventory(system)]).toEqual(before)
    expect(await world.ledger.runs(10)).toHaveLength(1)
  })

  it('updates, renames, adds and removes in one go, and converges', async () => {
    await world.reach(start)
    const next: Wishes = {
      groups: ['engineering', 'sales'],
      renamed: { eng: 'engineering' },
      people: {
        ana: { role: 'Owner', groups: ['engineering'] },
        bo: { status: 'suspended', groups: ['engineering'] },
        dee: { groups: ['sales'] },
      },
      policies: { engineering: 'payroll' },
    }
    const report = await world.reach(next)
    expect(tally(report)).toMatchObject({ failed: 0, skipped: 0, uncertain: 0 })
    expect((await world.plan(next)).systems[0]?.steps).toEqual([])
  })

  it('sends nothing that is kept or by hand', async () => {
    await world.reach(start)
    const more: Wishes = { ...start, people: { ...start.people, dee: {} } }
    const plan = await world.plan(more, { stage: 'report' })
    expect(plan.systems[0]?.steps.map(({ change }) => change.action)).toContain('keep')
    const report = await world.apply(plan, more, { writer: () => fault('a writer was asked for') })
    expect([report.ending.how, told(report)]).toEqual(['nothing', []])
  })

  it('keeps who did what in an unbroken audit log', async () => {
    await world.reach(start, { writer: failing(({ ref: { key } }) => key === 'chen') })
    const records = []
    for await (const record of world.ledger.auditRecords()) records.push(record)
    expect(records.map(({ event }) => event)).toContain('steps settled')
    expect(records[0]).toMatchObject({ event: 'run started', detail: { actor: 'ana', systems: ['people'] } })
    expect(records.at(-1)).toMatchObject({ event: 'run finished', detail: { state: 'partial' } })
    expect(JSON.stringify(records)).toContain(
      '"resource":"people account:chen","cause":"User/chen","result":"failed","reason":"the system says no"',
    )
    expect(await firstBroken(world.ledger.auditRecords())).toBeUndefined()
  })
})

describe('an Acceptance', () => {
  const spends: Ports['spends'] = (systems) =>
    systems.has(system) ? [{ acceptance: 'digest', amount: 3 }] : []
  const spent = (): Promise<number> => world.ledger.spent('digest')

  it('is spent before anything is sent, once for the whole run', async () => {
    const amounts: number[] = []
    const looking = watching(async () => void amounts.push(await spent()))
    await world.reach(start)
    await world.reach(swap, { spends, writer: looking })
    expect([amounts, await spent()]).toEqual([[3, 3], 3])
  })

  it('is spent before the journal says that anything is about to be sent', async () => {
    const order: string[] = []
    const ledger: Ledger = {
      ...world.ledger,
      write: (changes) => {
        for (const change of changes)
          if (change.do === 'spend' || JSON.stringify(change).includes('"type":"intent"'))
            order.push(change.do)
        return world.ledger.write(changes)
      },
    }
    await world.reach(start, { spends, ledger })
    expect(order.slice(0, 2)).toEqual(['spend', 'journal'])
  })

  it('is not spent by a plan that is stale, or on a system that cannot be read', async () => {
    await world.reach(start)
    const plan = await world.plan({ ...start, people: { ...start.people, dee: {} } })
    await world.byHand(create('dee'))
    expect((await world.apply(plan, start, { spends })).ending.how).toBe('stale')
    const broken = reading(() => ({ observe: () => Promise.reject(new Error('no route')) }))
    await world.reach(swap, { spends, reader: broken })
    expect(await spent()).toBe(0)
  })

  it('is given back when nothing of a system was done', async () => {
    const report = await world.reach(start, { spends, writer: failing(() => true) })
    expect([exitOf(report), await spent()]).toEqual([5, 0])
    await world.reach(start, { spends })
    expect(await spent()).toBe(3)
  })

  it('stays spent when something was done, or when nobody knows', async () => {
    await world.reach(start, { spends, writer: failing(({ ref: { key } }) => key === 'ops') })
    expect(await spent()).toBe(3)
    const deaf = reading(() => ({ read: () => Promise.reject(new Error('no route')) }))
    await world.reach(start, { spends, reader: deaf, writer: losing(() => true, false) })
    expect(await spent()).toBe(6)
  })

  it('leaves in the audit log what was spent, and what was given back', async () => {
    await world.reach(start, { spends, writer: failing(() => true) })
    const details = []
    for await (const { event, detail } of world.ledger.auditRecords())
      if (event === 'acceptance spent') details.push(detail)
    expect(details).toMatchObject([
      { acceptance: 'digest', amount: 3 },
      { acceptance: 'digest', amount: -3 },
    ])
  })
})

describe('a plan that may not run', () => {
  it('is used once', async () => {
    const plan = await world.plan(start)
    await world.apply(plan, start)
    const report = await world.apply(plan, start)
    expect([report.ending, exitOf(report)]).toEqual([{ how: 'used' }, 6])
    expect(report.next).toBe('Nothing was sent; make a new plan and apply that.')
  })

  it('has expired after 60 minutes, to the second', async () => {
    const plan = await world.plan(start)
    world.pass(3600)
    const report = await world.apply(plan, start)
    expect([report.ending, exitOf(report)]).toEqual([{ how: 'expired', at: plan.expiresAt }, 6])
    expect(await world.live()).toEqual([])
    expect(reasonOf(report, 'ana')).toBe('the plan has expired')
    const fresh = await world.plan(start)
    world.pass(3599)
    expect((await world.apply(fresh, start)).ending.how).toBe('finished')
  })

  it('waits for nobody: a lock that another run holds is named', async () => {
    const other = openSqlite(`${world.root}/ledger.db`, { now: world.now })
    await other.lock(system, { run: 'r0', actor: 'bo', host: 'runner-2', pid: 7 })
    const report = await world.reach(start)
    expect(report.ending).toMatchObject({ how: 'locked', system, holder: { run: 'r0', actor: 'bo' } })
    expect([exitOf(report), await world.live()]).toEqual([4, []])
    await other.close()
  })

  const moves: readonly [string, Wishes, () => Write, string, string][] = [
    [
      'a value that the plan changes',
      { ...start, people: { ...start.people, chen: { role: 'Administrator', status: 'suspended' } } },
      () => update('chen', { status: 'active' }, { status: 'suspended' }),
      'chen',
      'status is now "suspended", not "active"',
    ],
    [
      'something it creates',
      { ...start, people: { ...start.people, dee: {} } },
      () => create('dee'),
      'dee',
      'it is there already',
    ],
    [
      'something it removes',
      { ...start, people: { ana: start.people!['ana']!, bo: start.people!['bo']! } },
      () => update('chen', {}, { email: 'chen@acme.example' }),
      'chen',
      'email is now "chen@acme.example", not nothing',
    ],
    [
      'the set of owners',
      { ...start, people: { ...start.people, bo: { role: 'Member', groups: ['eng'] } } },
      () => update('chen', {}, {}, [{ role: ['role:Administrator'] }, { role: ['role:Owner'] }]),
      'chen',
      'it is a usable owner; when the plan was made it was no owner',
    ],
  ]
  it.each(moves)('is stale when %s moved, and names it', async (_name, wishes, move, key, message) => {
    await world.reach(start)
    const plan = await world.plan(wishes)
    await world.byHand(move())
    const before = await world.live()
    const report = await world.apply(plan, wishes, { writer: () => fault('a writer was asked for') })
    expect(report.ending).toEqual({ how: 'stale', moved: [{ system, ref: ref('account', key), message }] })
    expect([exitOf(report), await world.live()]).toEqual([6, before])
  })

  it('is stale when somebody joined a group that it removes, and names both', async () => {
    await world.reach(start)
    const wishes: Wishes = {
      ...start,
      groups: ['eng'],
      people: { ...start.people, bo: { role: 'Member', groups: ['eng'] } },
    }
    const plan = await world.plan(wishes)
    await world.byHand(update('chen', {}, {}, [{}, { groups: ['group:ops'] }]))
    const before = await world.live()
    const report = await world.apply(plan, wishes)
    const message = '"account:chen" is now in it'
    expect(report.ending).toEqual({ how: 'stale', moved: [{ system, ref: ref('group', 'ops'), message }] })
    expect(await world.live()).toEqual(before)
    await world.byHand(update('chen', {}, {}, [{ groups: ['group:ops'] }, {}]))
    expect((await world.apply(await world.plan(wishes), wishes)).ending.how).toBe('finished')
  })

  it('is stale when what it removes is gone, or another has its name', async () => {
    await world.reach(start)
    const wishes = { ...start, people: { ana: start.people!['ana']!, bo: start.people!['bo']! } }
    const plan = await world.plan(wishes)
    const removal = plan.systems[0]?.steps.find(({ change }) => change.action === 'delete')?.change as Write
    await world.byHand(removal)
    const gone = await world.apply(plan, wishes)
    expect(gone.ending).toMatchObject({ moved: [{ message: 'it is not there any more' }] })
  })

  it('is not stale for what it does not speak of', async () => {
    await world.reach(start)
    const wishes = { ...start, people: { ...start.people, dee: {} } }
    const plan = await world.plan(wishes)
    await world.byHand(update('bo', {}, { email: 'bo@acme.example' }))
    expect((await world.apply(plan, wishes)).ending.how).toBe('finished')
  })

  it('is not stale because somebody did what is to be done by hand', async () => {
    const plan = await world.plan(start)
    const none = { fields: {}, links: {} }
    const change = {
      action: 'manual',
      ref: ref('account', 'ana'),
      before: none,
      after: none,
      steps: [],
      cause,
    } as const
    const byHand = { id: 'people/9', change, needs: [], lowers: [], fingerprint: 'as it was' }
    const systems = plan.systems.map((one) => ({ ...one, steps: [...one.steps, byHand] }))
    const report = await world.apply({ ...plan, systems }, start)
    expect([report.ending.how, told(report).length]).toEqual(['finished', 6])
  })

  const unproven = reading((reader) => ({
    observe: async () => {
      const seen = await reader.observe()
      return {
        ...seen,
        proofs: { ...seen.proofs, account: { complete: false, reason: 'page 2 of 3 is missing' } },
      }
    },
  }))

  it('F16: removes nothing after a read that is not proven whole', async () => {
    await world.reach(start)
    const wishes = { ...start, people: { ana: start.people!['ana']!, bo: start.people!['bo']! } }
    const report = await world.reach(wishes, {
      reader: unproven,
      writer: () => fault('a writer was asked for'),
    })
    expect(report.systems[0]?.unread).toBe('its accounts were not read whole: page 2 of 3 is missing')
    expect(exitOf(report)).toBe(4)
  })

  it('F14: creates nothing that the read may have missed', async () => {
    await world.reach(start)
    const wishes = { ...start, people: { ...start.people, zoe: {} } }
    const report = await world.reach(wishes, {
      reader: unproven,
      writer: () => fault('a writer was asked for'),
    })
    expect(report.systems[0]?.unread).toBe('its accounts were not read whole: page 2 of 3 is missing')
  })

  it('F13: a system that cannot be read any more gets nothing', async () => {
    const broken = reading(() => ({
      observe: () =>
        Promise.reject(
          new ConnectorFault('authentication', 'The token of "people" has expired.', 'Renew it.'),
        ),
    }))
    const report = await world.reach(start, { reader: broken, writer: () => fault('a writer was asked for') })
    expect(report.systems[0]?.unread).toBe('The token of "people" has expired')
    expect([exitOf(report), reasonOf(report, 'ana')]).toEqual([4, 'the system could not be read'])
  })
})

describe('what goes wrong on the way', () => {
  it('F28: a step that fails takes along what needs it, and nothing else', async () => {
    const report = await world.reach(start, { writer: failing(({ ref: { key } }) => key === 'ops') })
    expect(told(report)).toEqual([
      ...['create group:eng done', 'create group:ops failed'],
      ...['create account:ana done', 'create account:bo skipped', 'create account:chen done'],
      'create policy:eng-payroll done',
    ])
    expect(reasonOf(report, 'bo')).toBe('it needs people/2, which failed')
    expect(report.next).toBe('A second run sends what failed or was skipped, and nothing else.')
    expect(exitOf(report)).toBe(5)
    expect(told(await world.reach(start))).toEqual(['create group:ops done', 'create account:bo done'])
  })

  it('F3: a lost reply after the write landed is read back as done, and nothing is there twice', async () => {
    const report = await world.reach(start, {
      writer: losing(({ ref: { kind } }) => kind === 'account', true),
    })
    expect(tally(report)).toMatchObject({ done: 6, failed: 0 })
    expect((await world.plan(start)).systems[0]?.steps).toEqual([])
  })

  it('F2: a lost reply before the write landed has failed, and was sent once', async () => {
    let sent = 0
    const counted = watching((writes) => {
      sent += writes.filter(({ ref: { kind } }) => kind === 'account').length
    })
    const lost = losing(({ ref: { kind } }) => kind === 'account', false)
    const report = await world.reach(start, { writer: (writer) => counted(lost(writer)) })
    expect([sent, tally(report)]).toMatchObject([3, { done: 2, failed: 4 }])
    expect(reasonOf(report, 'ana')).toBe(
      'the connection was reset, and reading back shows that it was not done',
    )
    expect(told(await world.reach(start))).toHaveLength(4)
  })

  it('stays uncertain when it cannot be read back, and the next run looks first', async () => {
    const deaf = reading(() => ({ read: () => Promise.reject(new Error('no route')) }))
    const report = await world.reach(start, {
      writer: losing(({ ref: { key } }) => key === 'eng-payroll', true),
      reader: deaf,
    })
    expect(reasonOf(report, 'eng-payroll')).toBe(
      'the connection was reset, and it could not be read back: no route',
    )
    expect([exitOf(report), report.next]).toEqual([
      5,
      'A second run reads back what is uncertain and sends what is left.',
    ])
    expect(told(await world.reach(start))).toEqual([])
  })

  it('a writer that cannot be opened has sent nothing', async () => {
    const report = await world.reach(start, { writer: () => fault('the directory is closed today') })
    expect(new Set(told(report).map((line) => line.split(' ')[2]))).toEqual(new Set(['failed', 'skipped']))
    expect(await world.live()).toEqual([])
  })

  it('what was said to be done and is not there is named', async () => {
    const report = await world.reach(start, { writer: lying(({ ref: { kind } }) => kind === 'policy') })
    expect(report.systems[0]).toMatchObject({
      verified: 'open',
      open: [{ ref: ref('policy', 'eng-payroll'), message: 'it is not there' }],
    })
    expect([exitOf(report), report.next]).toEqual([
      5,
      'A second run plans afresh and sends what the systems do not show yet.',
    ])
  })

  it('names of what does not converge: a value, a member, a removal, an old name', async () => {
    await world.reach(start)
    const wishes: Wishes = {
      groups: ['eng', 'operations'],
      renamed: { ops: 'operations' },
      people: { ana: { role: 'Owner' }, bo: { status: 'suspended', groups: ['eng', 'operations'] } },
      policies: start.policies!,
    }
    const report = await world.reach(wishes, { writer: lying(() => true) })
    expect(report.systems[0]?.open.map(({ ref: { key }, message }) => `${key}: ${message}`).sort()).toEqual([
      'ana: groups is not as written',
      'bo: status is not as written',
      'chen: it is still there',
      'operations: it is not there',
    ])
  })

  it('F20: a read that lags behind is waited for, as long as the system may lag', async () => {
    await world.reach(start)
    const wishes = { ...start, people: { ...start.people, dee: {} } }
    const old = await world.observe()
    let reads = 0
    const lagging = reading((reader) => ({
      observe: () => (++reads <= 3 ? Promise.resolve(old) : reader.observe()),
    }))
    const report = await world.reach(wishes, { reader: lagging, connector: { lagSeconds: 10 } })
    expect([report.systems[0]?.verified, reads]).toEqual(['converged', 4])
    const late = await world.reach(
      { ...wishes, people: { ...wishes.people, eve: {} } },
      { reader: reading(() => ({ observe: () => Promise.resolve(old) })), connector: { lagSeconds: 10 } },
    )
    expect(late.systems[0]?.verified).toBe('open')
  })

  it('hostile text in an answer cannot break a line of the report', async () => {
    const nasty = watching(() => {
      throw new Error('no\n::error::pwned\u001b[2J\u202e.')
    })
    const report = await world.reach(start, { writer: nasty })
    expect(JSON.stringify(report)).not.toMatch(/\\n|\\u001b|\u202e/)
  })
})

describe('owners', () => {
  beforeEach(async () => {
    await world.reach(start)
  })

  it('a handover happens in one apply: first the new one, then, confirmed, the old one', async () => {
    const order: string[] = []
    const report = await world.reach(swap, {
      writer: watching((writes) => void order.push(writes.map(({ ref: { key } }) => key).join(' '))),
    })
    expect(order).toEqual(['bo', 'ana'])
    expect([exitOf(report), await world.owners()]).toEqual([0, ['bo']])
    expect(await world.ledger.reservations(system)).toEqual([])
  })

  it('D3: a handover whose grant fails lowers nobody', async () => {
    const report = await world.reach(swap, { writer: failing((write) => isRole(write, 'Owner', 'bo')) })
    expect(told(report)).toEqual(['update account:bo failed', 'update account:ana skipped'])
    expect([exitOf(report), await world.owners()]).toEqual([5, ['ana']])
  })

  it('D3: a handover whose grant is only said to be done lowers nobody', async () => {
    const report = await world.reach(swap, { writer: lying((write) => isRole(write, 'Owner', 'bo')) })
    expect(reasonOf(report, 'ana')).toBe('no other usable owner was found')
    expect(await world.owners()).toEqual(['ana'])
  })

  it('D3: a handover is left half done when the new owner is suspended meanwhile, and says for whom it waits', async () => {
    const suspending = watching(
      () => undefined,
      async (writes) => {
        if (writes.some((write) => isRole(write, 'Owner', 'bo')))
          await world.byHand(update('bo', { status: 'active' }, { status: 'suspended' }))
      },
    )
    const report = await world.reach(swap, { writer: suspending })
    expect(report.systems[0]?.steps[1]?.outcome).toEqual({
      result: 'waiting',
      forWhom: 'bo',
      reason: 'no other owner can be counted on yet: bo is suspended',
    })
    expect(await world.owners()).toEqual(['ana'])
  })

  const handover: Wishes = {
    ...{ ...swap, groups: ['eng'] },
    people: { ...swap.people, bo: { role: 'Owner', groups: ['eng'] } },
  }
  const disagree = 'the two looks at who owns the system do not agree, so nothing more is sent here: '

  it('the two ways of looking must agree: a floor that misses an owner stops the system', async () => {
    const report = await world.reach(handover, {
      floor: (row) => ({ ...directory.floor(row), usable: row['user_name'] !== 'bo' }),
    })
    expect(told(report)).toEqual([
      'update account:bo done',
      'update account:ana skipped',
      'delete group:ops skipped',
    ])
    expect(reasonOf(report, 'ana')).toBe(`${disagree}only the rules see bo`)
    expect(reasonOf(report, 'ops')).toBe(`${disagree}only the rules see bo`)
    expect([exitOf(report), await world.owners()]).toEqual([5, ['ana', 'bo']])
  })

  it('the two ways of looking must agree: a floor that sees a phantom owner stops the system', async () => {
    const phantom = reading((reader) => ({
      ownerPayloads: async () => [
        ...(await reader.ownerPayloads()),
        { user_name: 'ghost', role: 'Owner', type: 'person', scope: null, status: 'active' },
      ],
    }))
    const report = await world.reach(handover, { reader: phantom })
    expect(told(report).slice(1)).toEqual(['update account:ana skipped', 'delete group:ops skipped'])
    expect(reasonOf(report, 'ops')).toBe(`${disagree}only the direct read sees ghost`)
    expect(await world.owners()).toEqual(['ana', 'bo'])
  })

  it('the two ways of looking must agree: payloads without the new owner stop it', async () => {
    const blind = reading((reader) => ({
      ownerPayloads: async () => (await reader.ownerPayloads()).filter((row) => row['user_name'] !== 'bo'),
    }))
    const report = await world.reach(swap, { reader: blind })
    expect(reasonOf(report, 'ana')).toBe(`${disagree}only the rules see bo`)
  })

  it('a look that took more than a minute does not count', async () => {
    const slow = reading((reader) => ({
      ownerPayloads: async () => {
        world.pass(61)
        return reader.ownerPayloads()
      },
    }))
    const report = await world.reach(swap, { reader: slow })
    expect(reasonOf(report, 'ana')).toBe(
      'the owners were read 61 seconds ago, and that is too long to rely on',
    )
    expect(await world.owners()).toEqual(['ana', 'bo'])
  })

  it('owners that cannot be read are not lowered', async () => {
    const blind = reading(() => ({ ownerPayloads: () => Promise.reject(new Error('not allowed')) }))
    const report = await world.reach(swap, { reader: blind })
    expect(reasonOf(report, 'ana')).toBe('the owners could not be read: not allowed')
  })

  it('F22: an owner whom another run was about to lower is not relied on, until that is known to be over', async () => {
    await world.reach({
      ...start,
      people: { ...start.people, bo: { role: 'Owner', groups: ['eng', 'ops'] } },
    })
    const other = openSqlite(`${world.root}/ledger.db`, { now: world.now })
    const lock = await other.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
    await other.write([
      {
        do: 'reserve',
        reservations: [{ system, account: 'bo', run: 'r0', step: 'people/9', host: 'elsewhere', pid: 7 }],
      },
    ])
    await ('beat' in lock ? lock.release() : undefined)
    await other.close()

    const report = await world.reach(swap)
    expect(reasonOf(report, 'ana')).toBe(
      'an earlier run was about to lower bo, and nothing shows that it will not',
    )
    expect(await world.owners()).toEqual(['ana', 'bo'])
  })

  it('F2: a reservation is released when its process is dead and the owner is still there', async () => {
    await world.reach({
      ...start,
      people: { ...start.people, bo: { role: 'Owner', groups: ['eng', 'ops'] } },
    })
    const dead = { host: hostName(), pid: 2 ** 22 + 1 }
    const lock = await world.ledger.lock(system, { run: 'r0', actor: 'bo', ...dead })
    await world.ledger.write([
      { do: 'reserve', reservations: [{ system, account: 'bo', run: 'r0', step: 'people/9', ...dead }] },
    ])
    await ('beat' in lock ? lock.release() : undefined)
    expect(exitOf(await world.reach(swap))).toBe(0)
    expect(await world.ledger.reservations(system)).toEqual([])
  })

  describe('a reservation of a run that ended elsewhere', () => {
    const both: Wishes = {
      ...start,
      people: { ...start.people, bo: { role: 'Owner', groups: ['eng', 'ops'] } },
    }
    const roles: [object, object] = [{ role: ['role:Owner'] }, { role: ['role:Member'] }]
    const demotion = update('bo', {}, {}, roles)
    const step: Step = { id: 'people/9', change: demotion, needs: [], lowers: ['bo'], fingerprint: '' }
    const blocked = 'an earlier run was about to lower bo, and nothing shows that it will not'

    /** Its process is on a machine of which nobody here can say whether it still runs. */
    const leave = async (records: readonly JsonObject[], state: RunState): Promise<void> => {
      await world.reach(both)
      const elsewhere = { host: 'runner-1', pid: 7 }
      const startedAt = world.now().toISOString()
      const lock = await world.ledger.lock(system, { run: 'r0', actor: 'bo', ...elsewhere })
      const record = { run: 'r0', actor: 'bo', intent: 'i', digest: 'd', startedAt, tool: 't' }
      await world.ledger.begin({ ...record, state: 'running' })
      await world.ledger.write([
        { do: 'reserve', reservations: [{ system, account: 'bo', run: 'r0', step: step.id, ...elsewhere }] },
      ])
      if (records.length > 0) await world.ledger.write([{ do: 'journal', run: 'r0', records }])
      if (state !== 'running') await world.ledger.write([{ do: 'finish', run: 'r0', state }])
      await ('beat' in lock ? lock.release() : undefined)
    }
    const planned: JsonObject[] = [
      { type: 'run', systems: [system] },
      { type: 'writes', writes: [[step.id, 'digest']] },
    ]
    const unknown = result([[step.id, { result: 'uncertain', reason: 'no answer came' }]])

    it.each<[string, JsonObject[], RunState]>([
      ['that was killed while it was sending', [...planned, intention([step])], 'running'],
      ['that never knew what came of it', [...planned, intention([step]), unknown], 'partial'],
      ['that was killed before it sent anything', planned, 'running'],
    ])('is released once a direct read shows that nothing was done: %s', async (_name, records, state) => {
      await leave(records, state)
      expect(exitOf(await world.reach(swap))).toBe(0)
      expect([await world.ledger.reservations(system), await world.owners()]).toEqual([[], ['bo']])
    })

    it('stands however old it is when no journal says what was sent', async () => {
      await leave([], 'running')
      world.pass(365 * 86_400)
      expect(reasonOf(await world.reach(swap), 'ana')).toBe(blocked)
      expect(await world.ledger.reservations(system)).toMatchObject([{ run: 'r0' }])
    })

    it('stands while a direct read shows neither what was before nor what was to be', async () => {
      const odd = update('bo', { email: 'bo@acme.example' }, {}, roles)
      await leave([...planned, intention([{ ...step, change: odd }])], 'running')
      expect(reasonOf(await world.reach(swap), 'ana')).toBe(blocked)
      expect(await world.owners()).toEqual(['ana', 'bo'])
    })

    it('stands while the step cannot be read directly', async () => {
      await leave([...planned, intention([step])], 'running')
      const deaf = reading(() => ({ read: () => Promise.reject(new Error('no route')) }))
      expect(reasonOf(await world.reach(swap, { reader: deaf }), 'ana')).toBe(
        'the owners could not be read: no route',
      )
      expect(await world.ledger.reservations(system)).toMatchObject([{ run: 'r0' }])
    })

    it.each([
      ['elsewhere', { host: 'runner-1', pid: 7 }],
      ['here, and is dead', { host: hostName(), pid: 2 ** 22 + 1 }],
    ])('stands for as long as a read may lag behind what that run sent: %s', async (_where, place) => {
      await leave([...planned, intention([step])], 'running')
      const lock = await world.ledger.lock(system, { run: 'r0', actor: 'bo', ...place })
      await world.ledger.write([
        { do: 'reserve', reservations: [{ system, account: 'bo', run: 'r0', step: step.id, ...place }] },
      ])
      await ('beat' in lock ? lock.release() : undefined)
      const from = world.now().getTime()
      let lowered = 0
      const looking = watching(() => void (lowered = (world.now().getTime() - from) / 1000))
      const report = await world.reach(swap, { connector: { lagSeconds: 30 }, writer: looking })
      expect([exitOf(report), await world.owners()]).toEqual([0, ['bo']])
      expect(lowered).toBeGreaterThanOrEqual(30)
    })
  })

  it('a reduction is reserved before it is sent, and released once a read shows it', async () => {
    let reserved: unknown
    const looking = watching(async (writes) => {
      if (writes.some(({ ref: { key } }) => key === 'ana')) reserved = await world.ledger.reservations(system)
    })
    await world.reach(swap, { writer: looking })
    expect(reserved).toMatchObject([{ account: 'ana', step: 'people/2' }])
    expect(await world.ledger.reservations(system)).toEqual([])
  })

  it('a reduction whose answer was lost keeps its reservation', async () => {
    const deaf = reading(() => ({ read: () => Promise.reject(new Error('no route')) }))
    await world.reach(swap, { reader: deaf, writer: losing(({ ref: { key } }) => key === 'ana', false) })
    expect(await world.ledger.reservations(system)).toMatchObject([{ account: 'ana' }])
  })
})

describe('the inventory', () => {
  const keys = async (): Promise<string[]> =>
    (await world.ledger.inventory(system)).map(({ kind, key }) => `${kind}:${key}`).sort()

  it('holds what was written, with its native id, its handle and the digest of its wish', async () => {
    await world.reach(start)
    expect(await keys()).toEqual([
      ...['account:ana', 'account:bo', 'account:chen', 'group:eng', 'group:ops', 'policy:eng-payroll'],
    ])
    const { graph } = await world.observe()
    for (const { kind, key, id, handle, wish } of await world.ledger.inventory(system)) {
      expect([id, handle]).toEqual([graph.get(kind, key)?.id, key])
      expect(wish).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it('takes in what is declared and was there already: taking it out of the manifests later removes it', async () => {
    for (const one of ['ana', 'dee']) await world.byHand(create(one, one === 'ana' ? 'Owner' : 'Member'))
    const wishes: Wishes = { people: { ana: { role: 'Owner' }, dee: {} } }
    const report = await world.reach(wishes)
    expect([report.ending.how, await keys()]).toEqual(['nothing', ['account:ana', 'account:dee']])
    expect(told(await world.reach({ people: { ana: { role: 'Owner' } } }))).toEqual([
      'delete account:dee done',
    ])
    expect(await keys()).toEqual(['account:ana'])
  })

  it('does not take in what nobody declared', async () => {
    await world.byHand(create('stranger'))
    await world.reach(start)
    expect(await keys()).not.toContain('account:stranger')
  })

  it('does not take in what the stage holds back', async () => {
    await world.byHand(create('ana', 'Owner'))
    await world.byHand(create('bo'))
    const wishes: Wishes = { people: { ana: { role: 'Owner' }, bo: { role: 'Administrator' } } }
    await world.apply(await world.plan(wishes, { stage: 'report' }), wishes)
    expect(await keys()).toEqual(['account:ana'])
  })

  it('follows a rename', async () => {
    await world.reach(start)
    const wishes: Wishes = { ...start, groups: ['eng', 'operations'], renamed: { ops: 'operations' } }
    await world.reach({ ...wishes, people: { ...start.people, bo: { groups: ['eng', 'operations'] } } })
    expect((await keys()).filter((key) => key.startsWith('group'))).toEqual(['group:eng', 'group:operations'])
  })

  it('forgets what is neither declared nor there, so that a stranger of that name is never taken for ours', async () => {
    const wishes: Wishes = { people: { ana: { role: 'Owner' }, dee: {} } }
    await world.reach(wishes)
    await world.byHand((await removalOf('dee'))!)
    const without: Wishes = { people: { ana: { role: 'Owner' } } }
    await world.reach(without)
    expect(await keys()).toEqual(['account:ana'])
    await world.byHand(create('dee'))
    expect(told(await world.reach(without))).toEqual([])
  })

  it('keeps what was renamed by hand and is not declared: the entry is all that knows it for ours', async () => {
    const wishes: Wishes = { people: { ana: { role: 'Owner' } } }
    await world.reach({ ...wishes, groups: ['eng'] })
    const renaming = { action: 'rename', from: 'eng', ref: ref('group', 'theirs') } as const
    const none = { fields: {}, links: {} }
    await world.byHand({ ...renaming, before: none, after: none, patch: [], cause })
    await world.apply(await world.plan(wishes, { stage: 'report' }), wishes)
    expect(await keys()).toEqual(['account:ana', 'group:eng'])
    expect(told(await world.reach(wishes))).toEqual(['delete group:theirs done'])
    expect(await keys()).toEqual(['account:ana'])
  })

  it('forgets nothing on a read that is not proven whole', async () => {
    await world.reach(start)
    const unproven = reading((reader) => ({
      observe: async () => ({ ...(await reader.observe()), proofs: {} }),
    }))
    await world.byHand((await removalOf('chen'))!)
    const wishes = { ...start, people: { ana: start.people!['ana']!, bo: start.people!['bo']!, dee: {} } }
    await world.reach(wishes, { reader: unproven })
    expect(await keys()).toContain('account:chen')
  })

  it('keeps the wish as last applied when a step for it fails', async () => {
    await world.reach(start)
    const wishOf = async () => (await world.ledger.inventory(system)).find(({ key }) => key === 'bo')?.wish
    const before = await wishOf()
    const wishes = {
      ...start,
      people: { ...start.people, bo: { ...start.people!['bo'], role: 'Administrator' } },
    }
    await world.reach(wishes, { writer: failing(({ ref: { key } }) => key === 'bo') })
    expect(await wishOf()).toBe(before)
    await world.reach(wishes)
    expect(await wishOf()).not.toBe(before)
  })

  async function removalOf(key: string): Promise<Write | undefined> {
    const { graph } = await world.observe()
    const before = graph.get('account', key)
    return before && { action: 'delete', ref: before.ref, before, cause }
  }
})

function create(key: string, role = 'Member'): Write {
  const after = {
    ref: ref('account', key),
    fields: { username: key, type: 'person', status: 'active' },
    links: { role: [`role:${role}`] },
  }
  return { action: 'create', ref: after.ref, after, cause }
}

function fault(message: string): never {
  throw new Error(message)
}
