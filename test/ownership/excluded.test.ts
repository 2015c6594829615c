/** What a fresh runner cannot know, and what it does then; and what it knows that the property does not show. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Source } from '../../src/manifest/document.ts'
import { world, type World } from '../world.ts'
import { becauseOf, makeLife, makeRepo, system, told, type Life } from './life.ts'

const repo = makeRepo()
afterAll(repo.close)

const day = (number: number, hour = 6): Date => new Date(Date.UTC(2026, 4, number, hour))
const owner = world().user('root', { accounts: { dir: { role: 'Owner' } } })
const member = (base: World, name: string, username = name): World =>
  base.user(name, { accounts: { dir: { username } } })
const account = (key: string) => ({ system, kind: 'account', key }) as const
const cause = { file: '', line: 1, document: '' }

let life: Life
beforeEach(() => {
  life = makeLife(repo, day(1, 12))
})
afterEach(() => life.close())

/** Commits one state a day; each is applied by the runner with the ledger unless it is said otherwise. */
async function lived(
  states: readonly (readonly [Source[], 'applied' | 'not applied', (() => Promise<unknown>)?])[],
) {
  const ids = repo.branch(
    states.map(([files], index) => ({ at: day(index + 1), files, subject: `Commit ${index + 1}` })),
  )
  const ledger = life.ledger('kept')
  for (const [index, [files, isApplied, then]] of states.entries()) {
    life.now = day(index + 1, 12)
    const head = ids[index] ?? ''
    if (isApplied === 'applied') await life.apply(await life.plan(files, head, ledger), ledger)
    await then?.()
  }
  const [files = []] = states.at(-1) ?? []
  life.now = day(states.length, 18)
  const head = ids.at(-1) ?? ''
  return { kept: await life.plan(files, head, ledger), fresh: await life.plan(files, head), ids, ledger }
}

const make = (key: string) => () =>
  life.byHand({
    action: 'create',
    ref: account(key),
    after: {
      ref: account(key),
      fields: { username: key, type: 'person', status: 'active' },
      links: { role: ['role:Member'] },
    },
    cause,
  })
const rename = (from: string, to: string) => () =>
  life.byHand({
    action: 'rename',
    ref: account(to),
    from,
    before: { fields: { username: from }, links: {} },
    after: { fields: { username: to }, links: {} },
    patch: [],
    cause,
  })

describe('worlds in which a fresh runner plans otherwise', () => {
  it('a stranger under a name that was seen to be gone is removed, by the commit that once took the name out', async () => {
    const { kept, fresh, ids } = await lived([
      [member(owner, 'ana').manifests(), 'applied'],
      [owner.manifests(), 'applied', make('ana')],
    ])
    expect(told(kept)).toEqual(['keep account:ana unmanaged'])
    expect(told(fresh)).toEqual(['delete account:ana'])
    expect(becauseOf(fresh, 'ana')).toBe(
      `no longer declared; taken out by commit ${ids[1]?.slice(0, 12)} "Commit 2"`,
    )
  })

  it('what was renamed by hand is created under its name, and the other one is left alone', async () => {
    const { kept, fresh } = await lived([
      [member(owner, 'ana').manifests(), 'applied', rename('ana', 'anna')],
    ])
    expect(told(kept)).toEqual(['rename account:anna → ana'])
    expect(told(fresh)).toEqual(['create account:ana', 'keep account:anna unmanaged'])
  })

  it('a name that passed to another document is not followed: what is there is changed, and the first is made anew', async () => {
    const { kept, fresh } = await lived([
      [member(owner, 'ana', 'a').manifests(), 'applied'],
      [member(member(owner, 'ana', 'b'), 'bo', 'a').manifests(), 'not applied'],
    ])
    expect(told(kept)).toEqual(['create account:a', 'rename account:a → b'])
    expect(told(fresh)).toEqual(['create account:b'])
  })

  it('what was applied and never was on the branch is left alone', async () => {
    const ids = repo.branch([{ at: day(1), files: owner.manifests() }])
    const ledger = life.ledger('kept')
    await life.apply(await life.plan(member(owner, 'ana').manifests(), ids[0] ?? '', ledger), ledger)
    expect(told(await life.plan(owner.manifests(), ids[0] ?? '', ledger))).toEqual(['delete account:ana'])
    expect(told(await life.plan(owner.manifests(), ids[0] ?? ''))).toEqual(['keep account:ana unmanaged'])
  })
})

describe('what git tells', () => {
  it('a native name that changed without a word is a rename for both', async () => {
    const { kept, fresh } = await lived([
      [member(owner, 'ana', 'a').manifests(), 'applied'],
      [member(owner, 'ana', 'b').manifests(), 'not applied'],
    ])
    expect(told(kept)).toEqual(['rename account:a → b'])
    expect(told(fresh)).toEqual(['rename account:a → b'])
  })

  it('what a date has ended was declared until then', async () => {
    const dated = owner
      .group('g', { systems: { dir: { account: {} } } })
      .user('ana', { groups: [{ group: 'g', until: '2026-05-02' }] })
    const { kept, fresh, ids } = await lived([
      [dated.manifests(), 'applied'],
      [dated.manifests(), 'not applied'],
      [dated.user('bo').manifests(), 'not applied'],
    ])
    expect(told(kept)).toEqual(['delete account:ana'])
    expect(told(fresh)).toEqual(['delete account:ana'])
    expect(becauseOf(fresh, 'ana')).toBe(
      `no longer declared; taken out by commit ${ids[2]?.slice(0, 12)} "Commit 3"`,
    )
  })

  it('says so where the branch has not changed and a date alone ended it', async () => {
    const dated = owner
      .group('g', { systems: { dir: { account: {} } } })
      .user('ana', { groups: [{ group: 'g', until: '2026-05-02' }] })
    const ids = repo.branch([{ at: day(1), files: dated.manifests(), subject: 'Ana helps out' }])
    const ledger = life.ledger('kept')
    await life.apply(await life.plan(dated.manifests(), ids[0] ?? '', ledger), ledger)
    life.now = day(4)
    const fresh = await life.plan(dated.manifests(), ids[0] ?? '')
    expect(told(fresh)).toEqual(['delete account:ana'])
    expect(becauseOf(fresh, 'ana')).toBe(
      `no longer declared; its days are over, in what commit ${ids[0]?.slice(0, 12)} "Ana helps out" declares`,
    )
  })

  it('what `ignore` named meanwhile was handed back, for both', async () => {
    const ignoring = world()
      .system(system, { ignore: { accounts: ['ana'] } })
      .user('root', { accounts: { dir: { role: 'Owner' } } })
    const { kept, fresh } = await lived([
      [member(owner, 'ana').manifests(), 'applied'],
      [ignoring.manifests(), 'not applied'],
      [owner.manifests(), 'not applied'],
    ])
    expect(told(kept)).toEqual(['keep account:ana unmanaged'])
    expect(told(fresh)).toEqual(['keep account:ana unmanaged'])
  })

  it('a commit that cannot be read says nothing, and what it alone names is not decided without a person', async () => {
    const broken = [...owner.manifests(), { file: 'access/x.yaml', text: 'name: zoe\nkind: [\n' }]
    const { fresh } = await lived([
      [owner.manifests(), 'applied'],
      [broken, 'not applied'],
      [owner.manifests(), 'not applied', make('zoe')],
    ])
    expect(told(fresh)).toEqual(['keep account:zoe unmanaged'])
    expect(fresh.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['released refuse'])
  })

  it('after history was rewritten nothing that git cannot tell of goes unseen', async () => {
    const { ledger } = await lived([[member(owner, 'ana').manifests(), 'applied', make('zoe')]])
    const [head = ''] = repo.branch([
      { at: day(2), files: member(owner, 'ana').manifests(), subject: 'Anew' },
    ])
    const seen = await life.plan(member(owner, 'ana').manifests(), head, ledger)
    expect(seen.findings.map(({ code, refs }) => [code, refs.map(({ key }) => key)])).toEqual([
      ['released', ['zoe']],
    ])
  })

  it('the manifests may have lain elsewhere', async () => {
    const moved = (files: Source[]): Source[] =>
      files.map(({ file, text }) => ({
        file: file.replace('access/', 'old/'),
        text:
          file === 'rolecall.yaml'
            ? text.replace('name: acme\nspec: {}', 'name: acme\nspec: {access: old}')
            : text,
      }))
    const { fresh } = await lived([
      [moved(member(owner, 'ana').manifests()), 'not applied', make('ana')],
      [owner.manifests(), 'not applied'],
    ])
    expect(told(fresh)).toContain('delete account:ana')
  })

  it('what a run could not remove stays known, though git is not asked for it again', async () => {
    const { ledger, ids } = await lived([
      [member(owner, 'ana').manifests(), 'not applied', make('ana')],
      [owner.manifests(), 'not applied'],
    ])
    const held = world()
      .system(system, { stage: 'report' })
      .user('root', { accounts: { dir: { role: 'Owner' } } })
      .manifests()
    await life.apply(await life.plan(held, ids[1] ?? '', ledger), ledger)
    expect(await ledger.inventory(system)).toMatchObject([
      { key: 'ana', run: `commit ${ids[1]?.slice(0, 12)}` },
    ])
    const again = await life.plan(owner.manifests(), ids[1] ?? '', ledger)
    expect(told(again)).toContain('delete account:ana')
    expect((await ledger.lastSeen(system))?.commit).toBe(ids[1])
  })
})
