import { describe, expect, it } from 'vitest'
import { lookAtOwners } from '../../src/apply/owners.ts'
import { ownersLeft, ownersSeen } from '../../src/apply/checker.ts'
import { intention, opening, result, tell } from '../../src/apply/journal.ts'
import { landed, missing } from '../../src/apply/landed.ts'
import { newPurse } from '../../src/apply/purse.ts'
import { compile } from '../../src/apply/program.ts'
import { exitOf, type Ending, type RunReport, type StepOutcome } from '../../src/apply/report.ts'
import type { Rules } from '../../src/connector/contract.ts'
import type { LedgerChange } from '../../src/ledger/ledger.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Change, Write } from '../../src/model/change.ts'
import type { Plan, Step } from '../../src/model/plan.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { kinds, refKey, type Resource } from '../../src/model/resource.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { floor } from '../../src/systems/directory/floor.ts'

const cause = { file: 'access/all.yaml', line: 1, document: 'User/ana' }
const account = (key: string, more: Partial<Resource> = {}): Resource => ({
  ref: { system: 'people', kind: 'account', key },
  fields: { username: key, type: 'person', status: 'active' },
  links: { role: ['role:Owner'], groups: [] },
  ...more,
})
const ana = account('ana', { id: 'account/1' })
const removal: Write = { action: 'delete', ref: ana.ref, before: ana, cause }
const creation: Write = { action: 'create', ref: ana.ref, after: account('ana'), cause }
const none = { fields: {}, links: {} }
const suspension: Write = {
  ...{ action: 'update', ref: ana.ref, id: 'account/1', patch: [], cause },
  before: { fields: { status: 'active' }, links: { groups: ['group:eng'] } },
  after: { fields: { status: 'suspended' }, links: { groups: ['group:ops'] } },
}
const renaming: Write = {
  ...{ ref: ana.ref, id: 'account/1', patch: [], cause },
  action: 'rename',
  from: 'anna',
  before: none,
  after: none,
}

describe('the independent checker', () => {
  const row = (name: string, more = {}) => ({
    user_name: name,
    role: 'Owner',
    type: 'person',
    status: 'active',
    scope: null,
    ...more,
  })

  it('counts owners that can be used, by what the system itself answers', () => {
    const rows = [
      ...[row('ana'), row('Bo'), row('chen', { role: 'Member' }), row('dee', { status: 'suspended' })],
      ...[row('eve', { type: 'service' }), row('fay', { scope: 3 }), row('gus', { status: 'frozen' }), {}],
    ]
    expect(ownersLeft(rows, floor, removal, ['ana'], '2026-11-22T10:00:00Z')).toEqual(['bo'])
  })

  it('counts nobody who is not said to be both an owner and usable', () => {
    for (const [owner, usable] of [
      [true, false],
      [false, true],
    ] as const)
      expect(
        ownersLeft([{}], () => ({ account: 'bo', owner, usable }), removal, [], '2026-11-22T10:00:00Z'),
      ).toEqual([])
  })

  it('leaves out the account of the step even when the plan does not say that it lowers it', () => {
    expect(ownersLeft([row('ANA'), row('bo')], floor, removal, [], '2026-11-22T10:00:00Z')).toEqual(['bo'])
    expect(ownersLeft([row('anna'), row('ana')], floor, renaming, [], '2026-11-22T10:00:00Z')).toEqual([])
  })

  it('counts nobody whose right ends within 72 hours and 5 minutes, or on a day that nobody can read', () => {
    const left = (lasts: string) =>
      ownersLeft(
        [{}],
        () => ({ account: 'bo', owner: true, usable: true, lasts }),
        removal,
        [],
        '2026-11-22T10:00:00Z',
      )
    expect(left('2026-11-25T10:05:00Z')).toEqual([])
    expect(left('2026-11-25T10:05:01Z')).toEqual(['bo'])
    expect(left('2026-11-24')).toEqual([])
    expect(left('2026-11-25')).toEqual(['bo'])
    expect(left('2026-13-01')).toEqual([])
    expect(left('soon')).toEqual([])
  })

  it('counts each account once, in order, and none without a name', () => {
    const rows = ['zed', 'bo', 'zed', ''].map((account) => ({ account }))
    const read = ({ account }: JsonObject) => ({
      account: typeof account === 'string' ? account : '?',
      owner: true,
      usable: true,
    })
    expect(ownersSeen(rows, read, '2026-11-22T10:00:00Z')).toEqual(['bo', 'zed'])
  })

  it('leaves in whoever has the name that a group had', () => {
    const group: Write = { ...renaming, ref: { ...ana.ref, kind: 'group', key: 'crew' }, from: 'ana' }
    expect(ownersLeft([row('ana'), row('bo')], floor, group, ['bo'], '2026-11-22T10:00:00Z')).toEqual(['ana'])
  })

  it('leaves out everyone whom a step on something else lowers', () => {
    const group: Write = { ...suspension, ref: { ...ana.ref, kind: 'group', key: 'ana' } }
    expect(ownersLeft([row('ana'), row('bo')], floor, group, ['BO'], '2026-11-22T10:00:00Z')).toEqual(['ana'])
  })
})

describe('the look at the owners', () => {
  it('counts nobody whom the very step would make an owner: it has to be one already', async () => {
    const lead = (name: string): Resource => ({
      ...{ ref: { system: 'people', kind: 'group', key: 'admins' }, links: {} },
      fields: { description: name },
    })
    const graph = new Graph('people', [lead('ana'), account('ana'), account('bo')])
    const change: Write = {
      ...{ action: 'update', ref: lead('').ref, patch: [], cause },
      before: { fields: { description: 'ana' }, links: {} },
      after: { fields: { description: 'bo' }, links: {} },
    }
    const rules: Rules = {
      ...directory.rules,
      ownership: ({ ref: { key } }, view) => ({
        owner: view.get('group', 'admins')?.fields['description'] === key,
        unusable: [],
      }),
    }
    const reader = {
      observe: () => Promise.resolve({ graph, proofs: {}, readAt: '', calls: 1 }),
      ownerPayloads: () => Promise.resolve([]),
    }
    const wishes = Object.fromEntries(kinds.map((kind) => [kind, new Map()]))
    const config = { name: 'people', automation: [], ignore: {} }
    const applied = { config, connector: { ...directory, rules }, desired: { system: 'people', wishes } }
    const ports = {
      ...{ systems: new Map([['people', applied]]), people: new Map(), now: () => new Date(0), run: 'r1' },
      ledger: { reservations: () => Promise.resolve([]) },
    }
    const step: Step = { id: 'people/1', change, needs: [], lowers: ['ana'], fingerprint: '' }
    const plan = { name: 'people', steps: [step] }
    const look = await lookAtOwners(ports as never, plan as never, step, reader as never)
    expect(look.confirmation.byRules).toEqual([])
  })
})

describe('whether a write landed', () => {
  const has = (...live: readonly Resource[]) => {
    const byKey = new Map(live.map((one) => [refKey(one.ref), one]))
    return (kind: Resource['ref']['kind'], key: string) => byKey.get(refKey({ kind, key }))
  }
  const eng = { ...ana, links: { ...ana.links, groups: ['group:eng', 'group:net'] } }
  const ops = {
    ...ana,
    fields: { ...ana.fields, status: 'suspended' },
    links: { ...ana.links, groups: ['group:net', 'group:ops'] },
  }
  const cases: readonly [string, Write, readonly Resource[], string][] = [
    ['a create that is there', creation, [ana], 'done'],
    ['a create that is not', creation, [], 'not done'],
    ['a create with another value', creation, [ops], 'unclear'],
    ['a delete that is gone', removal, [], 'done'],
    ['a delete that is there', removal, [ana], 'not done'],
    ['a delete after which another took the name', removal, [{ ...ana, id: 'account/2' }], 'done'],
    ['an update that is there, beside members of others', suspension, [ops], 'done'],
    ['an update before', suspension, [eng], 'not done'],
    ['an update of which half is there', suspension, [{ ...eng, fields: ops.fields }], 'unclear'],
    ['an update of something that is gone', suspension, [], 'unclear'],
    ['a delete after which something without an id has the name', removal, [account('ana')], 'not done'],
    ['a rename that is there', renaming, [ana], 'done'],
    ['a rename that changes the spelling alone', { ...renaming, from: 'ana' }, [ana], 'done'],
    ['a rename before', renaming, [{ ...ana, ref: { ...ana.ref, key: 'anna' } }], 'not done'],
    [
      'a rename that left the old one',
      renaming,
      [ana, { ...ana, ref: { ...ana.ref, key: 'anna' } }],
      'not done',
    ],
    [
      'a rename after which another took the old name',
      renaming,
      [ana, account('anna', { id: 'account/9' })],
      'done',
    ],
  ]
  it.each(cases)('%s', (_name, write, live, found) => {
    expect(landed(write, has(...live), description)).toBe(found)
  })

  it('what is missing is named, and values in order', () => {
    expect(missing(removal, has(ana), description)).toEqual(['it is still there'])
    const unknown: Write = { ...removal, before: account('ana') }
    expect(missing(unknown, has(ana), description)).toEqual(['it is still there'])
    expect(missing(suspension, has(), description)).toEqual(['it is not there'])
    const old = { ...ana, ref: { ...ana.ref, key: 'anna' } }
    expect(missing(renaming, has(ana, old), description)).toEqual(['the old name is still there'])
    expect(missing(suspension, has({ ...ana, links: {} }), description)).toEqual([
      'groups is not as written',
      'status is not as written',
    ])
  })

  it('a value that was to go and is still there is missing', () => {
    const write: Write = {
      ...suspension,
      before: { fields: { email: 'a@acme.example' }, links: {} },
      after: none,
    }
    const live = { ...ana, fields: { ...ana.fields, email: 'a@acme.example' } }
    expect(missing(write, has(live), description)).toEqual(['email is not as written'])
  })
})

describe('what is compiled of a plan', () => {
  const step = (id: string, change: Change, more: Partial<Step> = {}): Step => ({
    id,
    change,
    needs: [],
    lowers: [],
    fingerprint: '',
    ...more,
  })
  const keep = (held: 'create' | 'update'): Change => ({
    action: 'keep',
    ref: ana.ref,
    reason: 'stage',
    held,
  })
  const plan = (...steps: readonly Step[]): Plan =>
    ({ systems: [{ name: 'people', connector: 'directory', steps }] }) as unknown as Plan
  const compiled = (...steps: readonly Step[]) =>
    compile(plan(...steps), { directory: description }).systems[0]!.steps

  it('is one program a system: what may travel together, how long a read may lag, and which steps come first', () => {
    const steps = [
      step('p/1', creation, { first: true }),
      step('p/2', { action: 'manual', ref: ana.ref } as Change, { needs: ['p/9'] }),
      step('p/3', creation, { needs: ['p/1', 'p/2'], lowers: ['ana'] }),
    ]
    expect(compile(plan(...steps), { directory: { ...description, batch: 0, lagSeconds: 7 } })).toEqual({
      systems: [
        {
          ...{ name: 'people', batch: 1, lag: 7, first: 1 },
          steps: [
            { id: 'p/1', send: true, lowers: false, needs: [] },
            { id: 'p/2', send: false, lowers: false, needs: [] },
            { id: 'p/3', send: true, lowers: true, needs: [0] },
          ],
        },
      ],
    })
  })

  it('is nothing where a connector is not there', () => {
    expect(() => compile(plan(step('p/1', creation)), {})).toThrow(
      'The plan names a connector "directory" that is not there.',
    )
  })

  it.each([
    ['all of them', [true, true], 2],
    ['those that lead', [true, false, true], 1],
    ['none of them', [false, true], 0],
  ])('the first wave is %s', (_name, first, count) => {
    const steps = first.map((is, at) => step(`p/${at}`, creation, is ? { first: true } : {}))
    expect(compile(plan(...steps), { directory: description }).systems[0]?.first).toBe(count)
  })

  it('what needs something that the stage holds back can never be sent', () => {
    expect(compiled(step('p/1', keep('create')), step('p/2', creation, { needs: ['p/1'] }))[1]).toMatchObject(
      {
        impossible: 'it needs p/1, which is held back (stage)',
      },
    )
    expect(
      compiled(step('p/1', keep('update')), step('p/2', creation, { needs: ['p/1'] }))[1],
    ).not.toHaveProperty('impossible')
  })

  it('what needs a step that is not there, or comes later, can never be sent', () => {
    const [first] = compiled(step('p/1', creation, { needs: ['p/2'] }), step('p/2', creation))
    expect(first).toMatchObject({ impossible: 'it needs p/2, which does not come before it' })
    expect(compiled(step('p/1', creation, { needs: ['p/9'] }))[0]).toHaveProperty('impossible')
    expect(compiled(step('p/1', creation, { needs: ['p/1'] }))[0]).toHaveProperty('impossible')
  })

  it('the journal of a run tells what was left of it', () => {
    const all = plan(
      step('p/1', creation),
      step('p/2', suspension),
      step('p/3', removal),
      step('p/4', renaming),
    )
    const records = [
      ...opening(all),
      intention(all.systems[0]!.steps.slice(0, 3)),
      result([
        ['p/1', { result: 'done' }],
        ['p/2', { result: 'uncertain', reason: '?' }],
      ]),
    ].map((record, index) => ({
      run: 'r1',
      sequence: index + 1,
      at: '',
      record: JSON.parse(JSON.stringify(record)) as never,
    }))
    const told = tell(records)
    expect(told.systems).toEqual(['people'])
    expect([...told.writes.keys()]).toEqual(['p/1', 'p/2', 'p/3', 'p/4'])
    expect([...told.inFlight.keys()]).toEqual(['p/2', 'p/3'])
    expect(told.inFlight.get('p/3')).toMatchObject({ action: 'delete', before: ana })
  })
})

describe('what is spent of Acceptances', () => {
  const people: Record<string, string[]> = { vpn: ['ana', 'bo'], wiki: ['bo', 'chen'] }
  const spending = () => {
    const spent: number[] = []
    const ledger = {
      write: (changes: readonly LedgerChange[]) => {
        for (const change of changes) if (change.do === 'spend') spent.push(change.amount)
        return Promise.resolve()
      },
    }
    const spends = (systems: ReadonlySet<string>) => {
      const amount = new Set([...systems].flatMap((name) => people[name] ?? [])).size
      return amount === 0 ? [] : [{ acceptance: 'digest', amount }]
    }
    return { spent, purse: newPurse({ ledger: ledger as never, run: 'r1', spends }) }
  }

  it('is the part of each system that is sent to, once, and who leaves two of them counts once', async () => {
    const { spent, purse } = spending()
    for (const system of ['wiki', 'wiki', 'vpn', 'wiki']) await purse.payFor(system)
    expect(spent).toEqual([2, 1])
  })

  it('comes back for systems in which nothing was done, and stays for the others', async () => {
    const { spent, purse } = spending()
    for (const system of ['vpn', 'wiki']) await purse.payFor(system)
    await purse.keepFor(new Set(['wiki', 'elsewhere']))
    await purse.keepFor(new Set(['wiki']))
    expect(spent).toEqual([2, 1, -1])
    await purse.keepFor(new Set())
    expect(spent).toEqual([2, 1, -1, -2])
  })
})

describe('the exit code of a run', () => {
  const report = (ending: Ending, outcomes: readonly StepOutcome[], more = {}): RunReport => ({
    ...{ run: 'r', intent: '', digest: '', startedAt: '', finishedAt: '', recovered: [], next: '', ending },
    systems: [
      {
        name: 'people',
        open: [],
        steps: outcomes.map((outcome) => ({ id: '', ref: ana.ref, action: 'create' as const, outcome })),
        ...more,
      },
    ],
  })
  const done: StepOutcome = { result: 'done' }
  const failed: StepOutcome = { result: 'failed', reason: '' }
  const skipped: StepOutcome = { result: 'skipped', reason: '' }
  const waiting: StepOutcome = { result: 'waiting', reason: '', forWhom: 'bo' }
  const uncertain: StepOutcome = { result: 'uncertain', reason: '' }
  const finished: Ending = { how: 'finished' }
  const cases: readonly [string, RunReport, number][] = [
    ['all done', report(finished, [done, done]), 0],
    ['nothing to do', report({ how: 'nothing' }, []), 0],
    ['something waits', report(finished, [done, waiting]), 0],
    ['something failed', report(finished, [done, failed]), 5],
    ['something is uncertain', report(finished, [uncertain]), 5],
    ['something was skipped', report(finished, [done, skipped]), 5],
    ['nothing could be sent', report(finished, [skipped], { unread: 'no' }), 4],
    ['one of two systems could not be read', report(finished, [done], { unread: 'no' }), 5],
    ['it did not converge', report(finished, [done], { verified: 'open', open: [{}] }), 5],
    ['it could not be read again', report(finished, [done], { verified: 'unread' }), 5],
    ['interrupted, though nothing was sent', report({ how: 'interrupted' }, [skipped]), 130],
    ['interrupted after a failure', report({ how: 'interrupted' }, [failed, skipped]), 130],
    ['out of time', report({ how: 'deadline' }, [done, skipped]), 5],
    ['stale', report({ how: 'stale', moved: [] }, [skipped]), 6],
    ['expired', report({ how: 'expired', at: '' }, [skipped]), 6],
    ['used', report({ how: 'used' }, [skipped]), 6],
    ['locked', report({ how: 'locked', system: 'x', holder: {} as never }, [skipped]), 4],
    ['the ledger was lost before the first write', report({ how: 'ledger', message: '' }, [skipped]), 4],
    ['the ledger was lost later', report({ how: 'ledger', message: '' }, [done, skipped]), 5],
    ['the ledger was lost after the last write', report({ how: 'ledger', message: '' }, [done]), 5],
    ['the ledger was lost with nothing to send', report({ how: 'ledger', message: '' }, []), 4],
  ]
  it.each(cases)('%s', (_name, run, code) => {
    expect(exitOf(run)).toBe(code)
  })
})
