/** How the ledger in git decides, writes and tries again, over a remote of plain values; over git itself: git.test.ts. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { GitUnreachable } from '../../src/git/call.ts'
import { NoRemote } from '../../src/git/outpost.ts'
import { NotText } from '../../src/git/register.ts'
import { openGit, openGitReader } from '../../src/ledger/git.ts'
import { LedgerUnreachable, LockLost, type Ledger } from '../../src/ledger/ledger.ts'
import { PlainRemote } from './git-remote-plain.ts'
import { ana, ledgerSuite, taken } from './suite.ts'

const place = { root: '/work', remote: 'origin', ref: 'refs/rolecall/ledger', env: {} }

const asEveryLedger = (): ReturnType<Parameters<typeof ledgerSuite>[1]> => {
  const remote = new PlainRemote()
  return Promise.resolve({
    open: (now, isGone = () => false) => openGit(place, { now, isGone }, remote.register),
    reader: (now) => openGitReader(place, now, remote.register),
    ruin: () => {
      remote.put('format.json', 'x')
      return Promise.resolve()
    },
    drop: () => Promise.resolve(),
  })
}
ledgerSuite('git, over a remote of plain values', asEveryLedger, 1000)

let remote: PlainRemote
let time: number
const now = (): Date => new Date(time)
const open = (): Promise<Ledger> => openGit(place, { now, isGone: () => false }, remote.register)
const tick = (detail: number) => ({ do: 'audit', event: 'tick', detail }) as const
const run = (name: string) => ({
  ...{ run: name, actor: 'ana', intent: 'i', digest: name, state: 'running' as const, startedAt: 'then' },
  tool: 't',
})

beforeEach(() => {
  remote = new PlainRemote()
  time = Date.parse('2026-05-04T10:00:00Z')
})
describe('the ledger in git', () => {
  it('is made with its format and with words for who looks at it', async () => {
    const ledger = await open()
    expect(remote.head?.files.get('format.json')).toBe(
      '{"format":"rolecall/ledger/v1","made":"2026-05-04T10:00:00.000Z"}\n',
    )
    expect(remote.head?.files.get('README.md')).toContain('The ledger of rolecall')
    expect(remote.head?.at).toEqual(now())
    expect(remote.log()).toEqual(['a new ledger'])
    time += 1000
    remote.calls.length = 0
    const later = await open()
    expect(remote.calls).toEqual(['read format.json'])
    expect([ledger.created, later.created, later.createdAt]).toEqual([true, false, ledger.createdAt])
    expect(remote.log()).toHaveLength(1)
  })

  it('says in each commit what was written', async () => {
    const ledger = await open()
    const lock = await taken(ledger, 'vpn', 'r1')
    time += 6000
    await lock.beat()
    await ledger.begin(run('r1'))
    await ledger.write([{ do: 'record', put: [ana], forget: [] }, tick(1), tick(2)])
    await lock.release()
    expect(remote.log()).toEqual(['a new ledger', 'lock', 'heartbeat', 'begin', 'record, audit', 'release'])
    expect(remote.head?.files.get('lock/vpn.json')).toContain('"held":false')
    expect(remote.head?.at).toEqual(now())
  })

  it('that is opened while another makes it is the other one', async () => {
    const register = remote.register
    let others: Ledger | undefined
    const late = openGit(place, { now, isGone: () => false }, async () => {
      const one = await register()
      remote.before = async () => {
        others = await open()
      }
      return one
    })
    expect((await late).created).toBe(false)
    expect(others?.created).toBe(true)
    expect(remote.log()).toHaveLength(1)
  })

  it('asks the remote first, but not for what its own lock guards', async () => {
    const ledger = await open()
    const lock = await taken(ledger, 'vpn', 'r1')
    remote.calls.length = 0
    await ledger.inventory('vpn')
    expect(remote.calls.filter((call) => call === 'refresh')).toEqual([])
    await ledger.inventory('wiki')
    await ledger.runs(1)
    expect(remote.calls.filter((call) => call === 'refresh')).toHaveLength(2)
    await lock.release()
    remote.calls.length = 0
    await ledger.inventory('vpn')
    expect(remote.calls.filter((call) => call === 'refresh')).toHaveLength(1)
  })

  it('looks once more before it says that nothing is to be changed, and not twice', async () => {
    const [first, late] = [await open(), await open()]
    await first.begin(run('r1'))
    remote.calls.length = 0
    expect(await first.begin(run('r1'))).toBe(false)
    expect(remote.calls.filter((call) => call === 'refresh')).toHaveLength(1)
    remote.calls.length = 0
    // who was slower has looked already
    const begun = late.begin(run('r1'))
    expect(await begun).toBe(false)
    expect(remote.calls.filter((call) => !call.startsWith('read'))).toEqual(['swap'])
    expect(remote.log()).toEqual(['a new ledger', 'begin'])
  })

  it('decides on what is there: a lock that was given back meanwhile is taken', async () => {
    const [first, late] = [await open(), await open()]
    const lock = await taken(first, 'vpn', 'r1')
    const second = { run: 'r2', actor: 'a', host: 'h', pid: 1 }
    expect(await late.lock('vpn', second)).toHaveProperty('heldBy')
    await first.write([tick(1)])
    remote.calls.length = 0
    expect(await late.lock('vpn', second)).toHaveProperty('heldBy')
    expect(remote.calls.filter((call) => call === 'refresh')).toHaveLength(1)
    await lock.release()
    expect((await taken(late, 'vpn', 'r2')).generation).toBe(2)
  })

  it('says that its holder lives with each write, and not more often than every five seconds', async () => {
    const ledger = await open()
    const lock = await taken(ledger, 'vpn', 'r1')
    const heartbeat = (): unknown =>
      (JSON.parse(remote.head?.files.get('lock/vpn.json') ?? '') as { holder: { heartbeat: string } }).holder
        .heartbeat
    const taken_ = now().toISOString()
    time += 4999
    await lock.beat()
    expect(remote.log()).toEqual(['a new ledger', 'lock'])
    await ledger.write([tick(1)])
    expect(heartbeat()).toBe(taken_)
    time += 1
    await ledger.write([tick(2)])
    expect(heartbeat()).toBe(now().toISOString())
    // of a clock that was ahead, too
    time -= 5000
    await lock.beat()
    expect(heartbeat()).toBe(now().toISOString())
    remote.calls.length = 0
    await lock.beat()
    expect(remote.calls.filter((call) => !call.startsWith('read'))).toEqual([])
  })

  it('whose lock another has taken writes nothing, whatever it was to write', async () => {
    const ledger = await open()
    const lock = await taken(ledger, 'vpn', 'r1')
    await taken(ledger, 'wiki', 'r1')
    time += 60_000
    await taken(await open(), 'vpn', 'r2')
    const before = remote.head
    for (const write of [
      () => ledger.write([tick(1)]),
      () => ledger.begin(run('r1')),
      () => lock.beat(),
      () => taken(ledger, 'third', 'r1'),
    ])
      await expect(write()).rejects.toThrow(LockLost)
    expect(remote.head).toBe(before)
    await lock.release()
    expect(remote.head).toBe(before)
  })

  it('of which a lock was given back has nothing more to give back', async () => {
    const ledger = await open()
    const lock = await taken(ledger, 'vpn', 'r1')
    await lock.release()
    const before = remote.head
    await lock.release()
    expect(remote.head).toBe(before)
    remote.put('lock/vpn.json', undefined)
    await lock.release()
    expect(remote.log().at(-1)).toBe('by hand')
  })

  it('proves its locks and looks for what it changes in few questions', async () => {
    const [ledger, other] = [await open(), await open()]
    await taken(ledger, 'vpn', 'r1')
    await taken(ledger, 'wiki', 'r1')
    await other.write([tick(1)])
    await ledger.write([tick(2)])
    remote.calls.length = 0
    await other.write([tick(3)])
    expect(remote.calls.filter((call) => call === 'swap')).toHaveLength(2)
    remote.calls.length = 0
    await ledger.write([tick(4)])
    expect(remote.calls).toEqual([
      'swap',
      'read lock/vpn.json lock/wiki.json',
      'read audit/end.json',
      'read audit/0000/00.jsonl',
      'swap',
    ])
  })

  it('begins a run without looking for anything but the runs', async () => {
    const ledger = await open()
    remote.calls.length = 0
    await ledger.begin(run('r1'))
    expect(remote.calls).toEqual(['read runs/end.json', 'swap'])
  })

  it('writes one thing after the other, in the order in which it was asked', async () => {
    const ledger = await open()
    await Promise.all([1, 2, 3].map((n) => ledger.write([tick(n)])))
    const details = []
    for await (const { detail } of ledger.auditRecords()) details.push(detail)
    expect(details).toEqual([1, 2, 3])
    expect(remote.calls.filter((call) => call === 'swap')).toHaveLength(4)
    expect(remote.calls.filter((call) => call === 'refresh')).toHaveLength(1)
  })

  it('goes on after a write that failed', async () => {
    const ledger = await open()
    remote.fault = new GitUnreachable('it is away')
    await expect(ledger.write([tick(1)])).rejects.toThrow(LedgerUnreachable)
    remote.fault = undefined
    await ledger.write([tick(2)])
    expect(remote.log()).toEqual(['a new ledger', 'audit'])
  })

  it('gives up to be the first after more than 45 seconds, and says how often others were', async () => {
    const [ledger, other] = [await open(), await open()]
    let waited = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => waited)
    let turns = 0
    const beaten = async (): Promise<void> => {
      turns += 1
      waited += 15_000
      await other.write([tick(turns)])
      remote.before = beaten
    }
    const slow = async (): Promise<void> => {
      remote.before = undefined
      await beaten()
    }
    remote.before = slow
    const write = ledger.write([{ do: 'spend', acceptance: 'a', amount: 1, run: 'r1' }]).finally(() => {
      clock.mockRestore()
    })
    await expect(write).rejects.toThrow(
      'The ledger in git (refs/rolecall/ledger of origin) cannot be reached: others wrote it 4 times meanwhile, and this write was never the first.',
    )
    expect(remote.head?.files.has('spent/a.json')).toBe(false)
  })
})

describe('a ledger in git that cannot be used', () => {
  it.each<[Error, string]>([
    [
      new NoRemote('there is no remote', 'Add one.'),
      'The ledger in git (refs/rolecall/ledger of origin) has no place: there is no remote. Add one.',
    ],
    [
      new GitUnreachable('it is away'),
      'The ledger in git (refs/rolecall/ledger of origin) cannot be reached: it is away.',
    ],
    [
      new NotText('lock is not a text'),
      'The ledger in git (refs/rolecall/ledger of origin) is damaged: lock is not a text. Set the ref to a commit before the damage, or delete it: then a new one is built from git and the live systems.',
    ],
  ])('is said in words: %s', async (fault, words) => {
    const ledger = await open()
    remote.fault = fault
    for (const ask of [open, () => ledger.runs(1), () => openGitReader(place, now, remote.register)]) {
      const asked = ask()
      await expect(asked).rejects.toThrow(LedgerUnreachable)
      await expect(asked).rejects.toHaveProperty('message', words)
      await expect(asked).rejects.toHaveProperty('cause', fault)
    }
    expect(remote.open).toBe(1)
  })

  it('does not hide a fault of our own', async () => {
    const ledger = await open()
    remote.fault = new TypeError('a bug')
    await expect(ledger.write([tick(1)])).rejects.toBe(remote.fault)
  })

  it('is one that was set back while it was open', async () => {
    const ledger = await open()
    const older = remote.head
    await ledger.write([tick(1)])
    remote.head = older
    await expect(ledger.runs(1)).rejects.toThrow(
      'The ledger in git (refs/rolecall/ledger of origin) was set back or replaced while it was open: it is another one. Nothing is written on top of that; see who did it, and run again.',
    )
  })

  it.each([
    [undefined, 'there is no format.json, so this is no ledger of rolecall'],
    ['x', 'format.json is not JSON'],
    ['{"format":"rolecall/ledger/v1"}', 'format.json is not what rolecall writes there'],
  ])('is one with %j for its format, and nothing of it stays open', async (content, words) => {
    remote.put('other', 'x')
    remote.put('format.json', content)
    for (const opening of [open(), openGitReader(place, now, remote.register)])
      await expect(opening).rejects.toThrow(`is damaged: ${words}.`)
    expect(remote.open).toBe(0)
    expect(remote.log()).toEqual(['by hand', 'by hand'])
  })

  it('is one of a newer rolecall', async () => {
    remote.put('format.json', '{"format":"rolecall/ledger/v2","made":"2030-01-01T00:00:00Z"}\n')
    for (const opening of [open(), openGitReader(place, now, remote.register)])
      await expect(opening).rejects.toThrow(
        'The ledger in git has the format "rolecall/ledger/v2", and this version of rolecall knows "rolecall/ledger/v1"; use a newer rolecall.',
      )
  })
})

describe('a ledger in git that is only asked', () => {
  it('where there is none is empty, and nothing stays open', async () => {
    const reader = await openGitReader(place, now, remote.register)
    expect([reader.created, reader.createdAt, await reader.runs(9)]).toEqual([true, now().toISOString(), []])
    expect(remote.open).toBe(0)
    expect(remote.head).toBeUndefined()
  })

  it('answers as it was when it was opened, and is closed', async () => {
    const ledger = await open()
    await ledger.begin(run('r1'))
    const reader = await openGitReader(place, now, remote.register)
    await ledger.begin(run('r2'))
    expect((await reader.runs(9)).map((one) => one.run)).toEqual(['r1'])
    expect([reader.created, reader.createdAt]).toEqual([false, ledger.createdAt])
    expect(remote.open).toBe(2)
    await reader.close()
    await ledger.close()
    expect(remote.open).toBe(0)
  })
})
