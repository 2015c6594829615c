/** A ref as a register that is changed by compare-and-swap, over a remote of plain values; over git itself: git.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GitSilent, GitUnreachable } from '../../src/git/call.ts'
import { jittered, NotText, openRegister, Register, Replaced } from '../../src/git/register.ts'
import { PlainOutpost } from './outpost.ts'

const ref = 'refs/rolecall/ledger'
const place = { remote: 'origin', ref }
const at = new Date('2026-05-04T10:00:00.900Z')
let outpost: PlainOutpost
let paused: number[]
const pause = (milliseconds: number): Promise<void> => {
  paused.push(milliseconds)
  return Promise.resolve()
}
const open = async (): Promise<Register> => {
  const register = new Register(outpost, place, pause)
  await register.refresh('another')
  return register
}
const put = (path: string, content: string | undefined) => new Map([[path, content]])
const commands = (): string[] => outpost.runs.splice(0).map(([command]) => command ?? '')
const fails = (command: string, ...faults: readonly Error[]): void => {
  outpost.before.set(
    command,
    faults.map((fault) => () => {
      throw fault
    }),
  )
}
/** What each command says of a remote that cannot be had. */
const away = (): GitUnreachable => new GitUnreachable('the remote is away')

beforeEach(() => {
  outpost = new PlainOutpost(ref)
  paused = []
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('what a register reads', () => {
  it('is nothing where there is no ref, and nobody is asked for it', async () => {
    const register = await open()
    expect(commands()).toEqual(['fetch', 'ls-remote'])
    expect(register.tip).toBeUndefined()
    expect(await register.read(['a', 'b'])).toEqual(
      new Map([
        ['a', undefined],
        ['b', undefined],
      ]),
    )
    expect(await register.refresh()).toBe(false)
    expect(outpost.asked).toEqual([])
  })

  it('are the texts at the tip, in one question; what is not there is not', async () => {
    outpost.others('a', 'A')
    outpost.others('lock/ü.json', '\uFEFFÜ')
    const register = await open()
    outpost.asked.length = 0
    expect(await register.read(['a', 'lock/ü.json'])).toEqual(
      new Map([
        ['a', 'A'],
        ['lock/ü.json', '\uFEFFÜ'],
      ]),
    )
    expect(outpost.asked).toEqual([[`${outpost.head}:a`, `${outpost.head}:lock/ü.json`]])
    expect(await register.read([])).toEqual(new Map())
    expect(outpost.asked).toHaveLength(1)
  })

  it('says of what is not there that it is gone only after a look at the folders', async () => {
    outpost.others('lock/vpn.json', 'x')
    const register = await open()
    outpost.asked.length = 0
    const paths = ['none', 'lock/none', 'lock/deep/none', 'other/none', 'lock/vpn.json/none']
    await expect(register.read(paths)).rejects.toThrow('lock/vpn.json is not a text')
    outpost.asked.length = 0
    const left = paths.slice(0, -1)
    expect(await register.read(left)).toEqual(new Map(left.map((path) => [path, undefined])))
    expect(outpost.asked.slice(1)).toEqual([
      ['', 'lock', 'lock/deep', 'other'].map((folder) => `${outpost.head}:${folder}`),
    ])
  })

  it.each([
    ['a repository for a file', 'lock/vpn.json', { submodule: 'x' }, 'lock/vpn.json is not a text'],
    ['a repository for a folder', 'lock', { submodule: 'x' }, 'lock is not a text'],
    ['a folder for a file', 'lock/vpn.json/x', Buffer.from('x'), 'lock/vpn.json is not a text'],
    ['no text', 'lock/vpn.json', Buffer.from([0xff]), 'lock/vpn.json is not a text'],
  ])('is refused where it is %s', async (_, path, entry, words) => {
    outpost.others('a', 'a')
    outpost.others(path, entry)
    outpost.others('z', 'z')
    const reading = (await open()).read(['z', 'lock/vpn.json'])
    await expect(reading).rejects.toThrow(NotText)
    await expect(reading).rejects.toMatchObject({ name: 'NotText', message: words })
  })

  it('is what an open register has seen, until it looks again', async () => {
    outpost.others('a', '1')
    const register = await open()
    const first = register.tip
    outpost.others('a', '2')
    expect((await register.read(['a'])).get('a')).toBe('1')
    expect(await register.refresh()).toBe(true)
    expect([(await register.read(['a'])).get('a'), register.tip]).toEqual(['2', outpost.head])
    expect(register.tip).not.toBe(first)
    expect(await register.refresh()).toBe(false)
  })

  it('is closed with its outpost, also where it cannot be opened', async () => {
    const whole = { ...place, directory: '/work', env: {} }
    const reach = (): Promise<PlainOutpost> => Promise.resolve(outpost)
    outpost.others('a', 'A')
    const register = await openRegister(whole, reach)
    expect([register.tip, commands(), outpost.closed]).toEqual([outpost.head, ['fetch'], 0])
    await register.close()
    expect(outpost.closed).toBe(1)
    fails('fetch', new GitSilent('no answer'))
    await expect(openRegister(whole, reach)).rejects.toThrow('no answer')
    expect(outpost.closed).toBe(2)
  })
})

describe('how a register looks at its remote', () => {
  const plain = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--progress']
  const what = ['--', 'origin', `+${ref}:refs/rolecall/fetched`]

  it('fetches the latest commit alone the first time, and then all that came since', async () => {
    outpost.others('a', '1')
    const register = await open()
    expect(outpost.runs.splice(0)).toEqual([['fetch', ...plain, '--depth=1', ...what]])
    expect(await register.refresh()).toBe(false)
    expect(outpost.runs.splice(0)).toEqual([['ls-remote', '--', 'origin', ref]])
    outpost.others('a', '2')
    expect(await register.refresh()).toBe(true)
    expect(outpost.runs.splice(0)).toEqual([
      ['ls-remote', '--', 'origin', ref],
      ['fetch', ...plain, ...what],
    ])
    outpost.others('a', '3')
    expect(await register.refresh('another')).toBe(true)
    expect(outpost.runs.splice(0)).toEqual([['fetch', ...plain, ...what]])
    expect(await register.refresh('another')).toBe(false)
  })

  it('fetches all where a commit of its own may be there, though it never saw one', async () => {
    const register = await open()
    outpost.others('a', '1')
    outpost.runs.length = 0
    expect(await register.swap(put('b', 'B'), 'x', at)).toBe(false)
    expect(outpost.runs.find(([command]) => command === 'fetch')).toEqual(['fetch', ...plain, ...what])
  })

  it.each([0, 1, 6, 7, 8, 20])('knows what continues what it has seen, %i commits on', async (more) => {
    outpost.others('a', 'first')
    const register = await open()
    for (let n = 0; n <= more; n += 1) outpost.others('a', `${n}`)
    outpost.runs.length = 0
    outpost.asked.length = 0
    expect(await register.refresh()).toBe(true)
    // a few are looked at one by one; only what is farther takes a process
    expect(commands()).toEqual(['ls-remote', 'fetch', ...(more + 1 > 7 ? ['rev-list'] : [])])
    expect(outpost.asked.at(-1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => `${outpost.head}~${n}`))
  })

  it('refuses a ref that does not continue what it has seen, or that is gone', async () => {
    const older = outpost.others('a', '1')
    outpost.others('a', '2')
    const register = await open()
    const seen = register.tip ?? ''
    outpost.head = older
    for (const expects of ['another', undefined] as const) {
      const looking = register.refresh(expects)
      await expect(looking).rejects.toThrow(Replaced)
      await expect(looking).rejects.toMatchObject({
        name: 'Replaced',
        message: `${ref} of origin does not continue ${seen.slice(0, 12)}, which was there before`,
      })
    }
    expect(outpost.runs.at(-1)).toEqual(['rev-list', '--count', '--max-count=1', seen, `^${older}`])
    expect(register.tip).toBe(seen)
    outpost.head = undefined
    for (const expects of ['another', undefined] as const)
      await expect(register.refresh(expects)).rejects.toThrow(`${ref} is gone from origin`)
  })

  it('refuses a ref that names no commit', async () => {
    outpost.head = 'f'.repeat(40)
    const opening = open()
    await expect(opening).rejects.toThrow(GitUnreachable)
    await expect(opening).rejects.toThrow(`what ${ref} names is no commit`)
  })

  it.each(['ls-remote', 'fetch'])('asks a remote that does not answer twice more: %s', async (command) => {
    outpost.others('a', '1')
    const register = await open()
    outpost.others('a', '2')
    fails(command, away(), away())
    expect(await register.refresh()).toBe(true)
    expect(paused).toEqual([100, 200])
    outpost.others('a', '3')
    fails(command, away(), away(), away())
    await expect(register.refresh()).rejects.toThrow('the remote is away')
    expect(paused.slice(2)).toEqual([100, 200])
  })

  it.each(['ls-remote', 'fetch'])(
    'does not wait for silence again, nor for a bug of ours: %s',
    async (command) => {
      outpost.others('a', '1')
      const register = await open()
      outpost.others('a', '2')
      for (const fault of [new GitSilent('no answer'), new TypeError('a bug')]) {
        fails(command, fault)
        await expect(register.refresh()).rejects.toBe(fault)
        fails('fetch', fault)
        await expect(register.refresh('another')).rejects.toBe(fault)
      }
      expect(paused).toEqual([])
    },
  )
})

describe('how a register is changed', () => {
  const pushed = (): string[] | undefined => outpost.runs.findLast(([command]) => command === 'push')

  it('makes a commit on what it has read, and pushes it under a lease on exactly that', async () => {
    const register = await open()
    outpost.runs.length = 0
    expect(await register.swap(put('a', 'A'), 'first', at)).toBe(true)
    const first = register.tip
    const options = [
      '--porcelain',
      '--no-verify',
      '--no-signed',
      '--no-follow-tags',
      '--recurse-submodules=no',
    ]
    expect(outpost.runs).toEqual([
      ['push', ...options, `--force-with-lease=${ref}:`, '--', 'origin', `${first}:${ref}`],
    ])
    expect(await register.swap(put('b/c.json', 'ü'), 'second', at)).toBe(true)
    expect(pushed()?.slice(6)).toEqual([
      ...[`--force-with-lease=${ref}:${first}`, '--', 'origin', `${register.tip}:${ref}`],
    ])
    expect(outpost.head).toBe(register.tip)
    expect((await register.read(['a', 'b/c.json'])).get('b/c.json')).toBe('ü')
  })

  it('tells git the whole change, by which no two are one', async () => {
    const register = await open()
    await register.swap(put('a', 'A'), 'first', at)
    const first = register.tip
    const changes = new Map([
      ['a', undefined],
      ['b/c.json', 'ü'],
    ])
    await register.swap(changes, 'second', at)
    const [one = '', two = ''] = outpost.told
    const words = /Write: [0-9a-f-]{36}\n/
    expect(one.replace(words, 'Write: it\n')).toBe(
      `commit refs/rolecall/written\nmark :1\ncommitter rolecall <rolecall@localhost> 1777888800 +0000\n` +
        `data 51\nfirst\n\nWrite: it\n\nM 100644 inline a\ndata 1\nA\n`,
    )
    expect(two.replace(words, 'Write: it\n')).toBe(
      `commit refs/rolecall/written\nmark :1\ncommitter rolecall <rolecall@localhost> 1777888800 +0000\n` +
        `data 52\nsecond\n\nWrite: it\n\nfrom ${first}\nD a\nM 100644 inline b/c.json\ndata 2\nü\n`,
    )
    expect(words.exec(one)?.[0]).not.toBe(words.exec(two)?.[0])
  })

  it.each(['', '/', 'a/', '/a', 'a//b', 'a b', 'a\nb', 'a/../b\n', 'ü'])(
    'takes %j for no path',
    async (path) => {
      const register = await open()
      await expect(register.swap(put(path, 'x'), 'x', at)).rejects.toThrow(
        `not a path of a register: ${path}`,
      )
      expect(outpost.head).toBeUndefined()
    },
  )

  it.each(['a', 'a/b.c/d', '%2E.%2F/x_y-z', '0'])('takes %j for a path', async (path) => {
    expect(await (await open()).swap(put(path, 'x'), 'x', at)).toBe(true)
  })

  it('changes nothing where somebody was faster, and then knows what they made', async () => {
    const register = await open()
    await register.swap(put('a', '1'), 'x', at)
    const theirs = outpost.others('a', '2')
    commands()
    expect(await register.swap(put('a', '3'), 'x', at)).toBe(false)
    expect(commands()).toEqual(['push', 'fetch', 'rev-list'])
    expect([register.tip, outpost.head]).toEqual([theirs, theirs])
    expect(await register.swap(put('a', '3'), 'x', at)).toBe(true)
  })

  it('has changed it where the answer was lost, also where others went on from there', async () => {
    const register = await open()
    await register.swap(put('a', '1'), 'x', at)
    outpost.after.push(() => {
      throw away()
    })
    commands()
    expect(await register.swap(put('a', '2'), 'x', at)).toBe(true)
    expect([commands(), register.tip]).toEqual([['push', 'ls-remote', 'fetch'], outpost.head])
    outpost.after.push(() => {
      outpost.others('b', 'theirs')
      throw away()
    })
    expect(await register.swap(put('a', '3'), 'x', at)).toBe(true)
    expect(register.tip).toBe(outpost.head)
    expect(await register.read(['a', 'b'])).toEqual(
      new Map([
        ['a', '3'],
        ['b', 'theirs'],
      ]),
    )
    expect(paused).toEqual([])
  })

  it('tries again while nobody else writes, and says after the sixth time what was wrong', async () => {
    const register = await open()
    await register.swap(put('a', '1'), 'x', at)
    const busy = (): GitUnreachable => new GitUnreachable('cannot lock ref')
    fails('push', busy(), busy(), busy(), busy(), busy())
    commands()
    expect(await register.swap(put('a', '2'), 'x', at)).toBe(true)
    expect(commands()).toEqual([...Array<string[]>(5).fill(['push', 'ls-remote']), ['push']].flat())
    expect(paused).toEqual([25, 50, 100, 200, 400])
    fails('push', busy(), busy(), busy(), busy(), busy(), busy())
    await expect(register.swap(put('a', '3'), 'x', at)).rejects.toThrow('cannot lock ref')
    expect(commands().filter((command) => command === 'push')).toHaveLength(6)
    expect((await register.read(['a'])).get('a')).toBe('2')
  })

  it('looks at once where the remote refused it, though nobody was faster', async () => {
    const register = await open()
    await register.swap(put('a', '1'), 'x', at)
    fails('push', new GitUnreachable('it said: failed to push some refs'))
    commands()
    expect(await register.swap(put('a', '2'), 'x', at)).toBe(true)
    expect(commands()).toEqual(['push', 'fetch', 'push'])
  })

  it.each([
    ['', 'To it\nDone\n'],
    ['of another ref', `To it\n \t{commit}:${ref}2\tdone\n`],
    ['that it was refused', `To it\n!\t{commit}:${ref}\t[rejected]\n`],
    ['that it came from elsewhere', `To it\nx \t{commit}:${ref}\tdone\n`],
  ])('is not changed where git says nothing of it %s', async (_, answer) => {
    const register = await open()
    const run = outpost.run.bind(outpost)
    outpost.run = async (args) => {
      if (args[0] !== 'push') return run(args)
      return answer.replace('{commit}', (args.at(-1) ?? '').split(':')[0] ?? '')
    }
    const swap = register.swap(put('a', '1'), 'x', at)
    await expect(swap).rejects.toThrow(GitUnreachable)
    await expect(swap).rejects.toThrow('git did not say that the push was taken')
    expect(register.tip).toBeUndefined()
  })

  it.each([' ', '*', '='])('is changed where git says so with %j', async (sign) => {
    const register = await open()
    const run = outpost.run.bind(outpost)
    outpost.run = async (args) => {
      const said = await run(args)
      return args[0] === 'push' ? said.replace(/^[ *]\t/m, `${sign}\t`) : said
    }
    expect(await register.swap(put('a', '1'), 'x', at)).toBe(true)
  })

  it('passes on a bug of ours at once, as it is', async () => {
    const register = await open()
    const bug = new TypeError('a bug')
    fails('push', bug)
    await expect(register.swap(put('a', '1'), 'x', at)).rejects.toBe(bug)
    expect(paused).toEqual([])
  })
})

it('who waits does so for up to 50 ms, twice as long each time up to 1.6 s, and at least for half of it', () => {
  const [least, most] = [0, 1 - Number.EPSILON].map((random) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    return [0, 1, 2, 5, 6, 60].map((failures) => Math.round(jittered(failures)))
  })
  expect(least).toEqual([25, 50, 100, 800, 800, 800])
  expect(most).toEqual([50, 100, 200, 1600, 1600, 1600])
})
