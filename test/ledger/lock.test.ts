import { describe, expect, it, vi } from 'vitest'
import { hostName, isBeside, isGone } from '../../src/ledger/host.ts'
import { LedgerUnreachable, LockLost } from '../../src/ledger/ledger.ts'
import { systemsOf, take, TakenLocks, type LockState } from '../../src/ledger/lock.ts'

/** Who may take a lock, and which locks a write has to prove. */

const now = new Date('2026-05-04T10:00:00Z')
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString()
const held = (seconds: number): LockState => ({
  ...{ generation: 4, held: true },
  holder: {
    ...{ run: 'r1', actor: 'ana', host: 'here', pid: 7 },
    ...{ since: ago(100), heartbeat: ago(seconds) },
  },
})
const candidate = { run: 'r2', actor: 'bo', host: 'there', pid: 8, since: 'x', heartbeat: 'y', secret: 'z' }
const alive = { now: () => now, isGone: () => false }

it('what happened to a ledger is told by name in a trace', () => {
  expect([new LedgerUnreachable('gone'), new LockLost('gone')].map(String)).toEqual([
    'LedgerUnreachable: gone',
    'LockLost: gone',
  ])
})

describe('a lock', () => {
  it('is given to the first', () => {
    expect(take(undefined, candidate, alive)).toEqual({
      ...{ generation: 1, held: true },
      holder: { run: 'r2', actor: 'bo', host: 'there', pid: 8, since: ago(0), heartbeat: ago(0) },
    })
  })

  it.each<[string, LockState, boolean]>([
    ['held by one who was heard of within a minute', held(59.999), true],
    ['held by one who was not heard of for a minute', held(60), false],
    ['held by one whose heartbeat is less than a minute in the future', held(-59.999), true],
    ['held by one whose heartbeat is a minute in the future', held(-60), false],
    ['given back', { ...held(0), held: false }, false],
  ])('%s', (_name, state, stays) => {
    const taken = take(state, candidate, alive)
    if (stays) expect(taken).toEqual({ heldBy: state.holder })
    else expect(taken).toMatchObject({ generation: 5, held: true, holder: { run: 'r2' } })
  })

  it('is taken at once from one who is known to be dead, and from nobody else', () => {
    const asked: unknown[] = []
    const isGone = (holder: unknown): boolean => asked.push(holder) > 0
    expect(take(held(0), candidate, { now: () => now, isGone })).toMatchObject({ generation: 5 })
    expect(asked).toEqual([held(0).holder])
  })
})

describe('the locks that a ledger took', () => {
  const locks = new TakenLocks()
  locks.add('vpn', 4)
  locks.add('wiki', 1)

  it('are all proved by each write, with those that it needs besides', () => {
    expect([...locks.toProve(['wiki', 'cloud'])].sort()).toEqual(['cloud', 'vpn', 'wiki'])
  })

  it.each<[string, LockState | undefined, string]>([
    ['is not there', undefined, 'The lock of system "vpn" is not held by this run.'],
    ['was given back', { ...held(0), held: false }, 'The lock of system "vpn" is not held by this run.'],
    [
      'is held by another',
      { ...held(0), generation: 5 },
      'The lock of system "vpn" is not held by this run any more: another run took it over.',
    ],
  ])('are lost when one %s', (_name, state, message) => {
    expect(() => {
      locks.prove('vpn', state)
    }).toThrow(new LockLost(message))
    expect(() => {
      locks.prove('vpn', held(0))
    }).not.toThrow()
  })

  it('are gone when given back, but not one that was taken since', () => {
    const later = new TakenLocks()
    later.add('vpn', 4)
    later.add('vpn', 5)
    later.remove('vpn', 4)
    expect([[...later.toProve([])], later.has('vpn'), later.has('wiki')]).toEqual([['vpn'], true, false])
    later.remove('vpn', 5)
    expect([[...later.toProve([])], later.has('vpn')]).toEqual([[], false])
    expect(() => {
      later.prove('vpn', { ...held(0), generation: 5 })
    }).toThrow(LockLost)
  })
})

it('what changes the inventory, reservations or what was seen needs the lock of the system, and nothing else does', () => {
  const of = (system: string) => ({ system }) as never
  expect([
    ...systemsOf([
      { do: 'record', put: [of('a')], forget: [of('b')] },
      { do: 'reserve', reservations: [of('c')] },
      { do: 'unreserve', reservations: [of('d'), of('a')] },
      { do: 'see', seen: of('e') },
      { do: 'unlock', system: 'h' },
      { do: 'journal', run: 'r1', records: [{ system: 'f' }] },
      { do: 'audit', event: 'x', detail: { system: 'g' } },
      { do: 'finish', run: 'r1', state: 'done' },
      { do: 'spend', acceptance: 'x', amount: 1, run: 'r1' },
    ]),
  ]).toEqual(['a', 'b', 'c', 'd', 'e', 'h'])
})

describe('a process', () => {
  const host = hostName()
  const none = 2 ** 22 + 1

  it.each([
    ['EPERM', false],
    ['ESRCH', true],
    ['EIO', false],
  ])('of which the machine says %s is gone: %s', (code, gone) => {
    const asked = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(code), { code })
    })
    try {
      expect([isGone({ host, pid: 7 }), isBeside({ host, pid: 7 })]).toEqual([gone, !gone])
      expect(asked.mock.calls).toEqual([
        [7, 0],
        [7, 0],
      ])
    } finally {
      asked.mockRestore()
    }
  })

  it('is known by a name for where it runs that is the same each time', () => {
    expect(hostName()).toBe(host)
    expect(host).toMatch(/^[^/]+\/([0-9a-f-]{8})?\/\d*$/)
  })

  it.each([
    ['this one', { host, pid: process.pid }, false, false],
    ['another here', { host, pid: process.ppid }, false, true],
    ['one that may not be asked', { host, pid: 1 }, false, true],
    ['one that is not there', { host, pid: none }, true, false],
    ['one of that number elsewhere', { host: 'elsewhere', pid: none }, false, false],
    ['one that is elsewhere', { host: 'elsewhere', pid: process.ppid }, false, false],
  ])('%s', (_name, holder, gone, beside) => {
    expect([isGone(holder), isBeside(holder)]).toEqual([gone, beside])
  })
})
