/**
 * Losing its memory loses nothing: whatever was committed, applied and done by hand, a fresh runner with an empty ledger
 * plans the same as one whose ledger has seen it all. The worlds in which it cannot, because neither git nor the live
 * system holds what only the ledger knew, are these, each with a test of its own in `excluded.test.ts`:
 *
 * 1. somebody makes a thing by hand under a name that was rolecall's before and was seen to be gone;
 * 2. somebody renames a thing by hand, or deletes it and makes it anew: its native id is in the ledger alone;
 * 3. a name passes from one document to another without being out of use in between;
 * 4. what was applied never was on the protected branch.
 */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Write } from '../../src/model/change.ts'
import type { Source } from '../../src/manifest/document.ts'
import { readManifests } from '../../src/manifest/read.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { world } from '../world.ts'
import { deeds, makeLife, makeRepo, system, type Commit, type Life, type Seen } from './life.ts'

/** What is drawn is drawn anew in every run; `ROLECALL_DEEP=1` draws more in one. */
const cases = process.env['ROLECALL_DEEP'] === '1' ? 300 : 20

/** One thing of an organisation: which of its names it bears, and something that can be different about it. */
interface Thing {
  readonly name: 0 | 1 | 2
  readonly detail: 0 | 1 | 2
}
const handles = ['p1', 'p2', 'p3', 'g1', 'g2', 'g3', 'q1', 'q2'] as const
type Handle = (typeof handles)[number]
type Organisation = Readonly<Partial<Record<Handle, Thing>>>

type Event =
  /** Something about one document; `broken` commits a file that nobody can read. */
  | {
      readonly do: 'commit'
      readonly edits: readonly (readonly [Handle, Thing | undefined])[]
      readonly also: 'nothing' | 'broken' | 'ignore'
    }
  | { readonly do: 'apply' }
  | {
      readonly do: 'hand'
      readonly act: 'delete' | 'change' | 'make'
      readonly what: Handle
      readonly name: 0 | 1 | 2
    }

const handle = fc.constantFrom(...handles)
const thing = fc.record({ name: fc.constantFrom(0, 1, 2), detail: fc.constantFrom(0, 1, 2) })
const edit = fc.tuple(handle, fc.option(thing, { nil: undefined, freq: 2 }))
const commit = fc.record({
  do: fc.constant('commit' as const),
  edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  also: fc.oneof(
    { weight: 8, arbitrary: fc.constant('nothing' as const) },
    fc.constantFrom('broken' as const, 'ignore' as const),
  ),
})
const apply = fc.record({ do: fc.constant('apply' as const) })
const hand = fc.record({
  do: fc.constant('hand' as const),
  act: fc.constantFrom('delete' as const, 'change' as const, 'make' as const),
  what: handle,
  name: fc.constantFrom(0, 1, 2),
})
const between = fc.array(fc.oneof(apply, hand), { maxLength: 2 })
const first = fc.record({
  do: fc.constant('commit' as const),
  edits: fc.tuple(
    ...handles.map((one) => fc.tuple(fc.constant(one), fc.option(thing, { nil: undefined, freq: 3 }))),
  ),
  also: fc.constant('nothing' as const),
})
const lives = fc
  .tuple(
    fc.tuple(first, fc.tuple(apply)),
    fc.array(fc.tuple(commit, between), { minLength: 2, maxLength: 7 }),
  )
  .map(([one, others]) => [one, ...others])

const nameOf = (one: Handle, name: number): string => (name === 0 ? one : `${one}-${name}`)

/** Beyond what the organisation says there is an owner, whom nothing is done to. */
function manifests(organisation: Organisation, day: number, also: string): Source[] {
  const has = (one: Handle): boolean => organisation[one] !== undefined
  let all = world().system(
    system,
    also === 'ignore' ? { ignore: { accounts: ['p1*'], groups: ['g1*'] } } : {},
  )
  all = all.user('root', { accounts: { dir: { role: 'Owner' } } })
  for (const one of handles) {
    const it = organisation[one]
    if (it === undefined || (also === 'ignore' && (one === 'p1' || one === 'g1'))) continue
    const name = nameOf(one, it.name)
    if (one.startsWith('g'))
      all = all.group(one, { description: `v${it.detail}`, systems: { dir: { name, account: {} } } })
    else if (one.startsWith('p')) {
      // In g2 until a day that may come between two commits: some are people of the system through that alone.
      const until = dateOf(day + it.detail)
      const groups = has('g2') ? [{ group: 'g2', until }] : []
      const accounts = it.detail === 2 && has('g2') ? {} : { accounts: { dir: { username: name } } }
      all = all.user(one, { groups, ...accounts })
    } else if (has('g3'))
      all = all.policy(one, {
        name,
        subjects: [{ group: 'g3' }],
        resources: [{ application: `app-${it.detail}` }],
      })
  }
  const files = all.manifests()
  return also === 'broken' ? [...files, { file: 'access/broken.yaml', text: 'kind: [\n' }] : files
}

const start = Date.parse('2026-05-04T06:00:00Z')
const dateOf = (day: number): string => new Date(start + day * 86_400_000).toISOString().slice(0, 10)

const repo = makeRepo()
afterAll(repo.close)

/** Plays a life and gives the two plans at its end, by the runner that was there and by one that comes new. */
async function played(
  events: readonly (readonly [Event & { do: 'commit' }, readonly Event[]])[],
): Promise<[Seen, Seen]> {
  let organisation: Organisation = {}
  const commits: Commit[] = events.map(([one], day) => {
    organisation = { ...organisation, ...Object.fromEntries(one.edits) }
    return { at: new Date(start + day * 86_400_000), files: manifests(organisation, day, one.also) }
  })
  // The last one can be read: a command says nothing but that otherwise.
  const last = commits.length - 1
  commits[last] = { ...commits[last]!, files: manifests(organisation, last, 'nothing') }
  const ids = repo.branch(commits)
  const life = makeLife(repo, new Date(start))
  try {
    const ledger = life.ledger('kept')
    for (const [index, [, then]] of events.entries()) {
      const isReadable = !commits[index]!.files.some(({ file }) => file.includes('broken'))
      for (const [turn, event] of then.entries()) {
        life.now = new Date(start + index * 86_400_000 + (turn + 1) * 3_600_000)
        if (event.do === 'apply' && isReadable)
          await life.apply(await life.plan(commits[index]!.files, ids[index]!, ledger), ledger)
        if (event.do === 'hand') await byHand(life, event, commits.slice(0, index + 1))
      }
    }
    life.now = new Date(start + last * 86_400_000 + 12 * 3_600_000)
    const files = commits[last].files
    return [await life.plan(files, ids[last]!, ledger), await life.plan(files, ids[last]!)]
  } finally {
    await life.close()
  }
}

/** Whatever a person can do with another tool, but for the excluded worlds. */
async function byHand(
  life: Life,
  { act, what, name }: Event & { do: 'hand' },
  until: readonly Commit[],
): Promise<void> {
  const key = nameOf(what, name)
  const kind = what.startsWith('g') ? 'group' : what.startsWith('p') ? 'account' : 'policy'
  const ref = { system, kind, key } as const
  const live = (await life.observe()).graph.get(kind, key)
  const cause = { file: '', line: 1, document: '' }
  const write = ((): Write | undefined => {
    if (act === 'delete') return live && { action: 'delete', ref, before: live, cause }
    if (act === 'make')
      return live || wasDeclared(key, kind, until)
        ? undefined
        : { action: 'create', ref, after: made(ref), cause }
    if (live === undefined || kind === 'policy') return undefined
    const field = kind === 'group' ? 'description' : 'familyName'
    const before = live.fields[field] === undefined ? {} : { [field]: live.fields[field] }
    return {
      ...{ action: 'update', ref, cause, patch: [] },
      before: { fields: before, links: {} },
      after: { fields: { [field]: 'by hand' }, links: {} },
    }
  })()
  if (write) await life.byHand(write)
}

function made(ref: Write['ref']): Extract<Write, { action: 'create' }>['after'] {
  if (ref.kind === 'account')
    return {
      ref,
      fields: { username: ref.key, type: 'person', status: 'active' },
      links: { role: ['role:Member'] },
    }
  if (ref.kind === 'policy')
    return { ref, fields: {}, links: { subjects: ['everyone:*'], resources: ['application:x'] } }
  return { ref, fields: {}, links: {} }
}

/** On any day: what was declared once is not made by hand here. */
function wasDeclared(key: string, kind: 'group' | 'account' | 'policy', commits: readonly Commit[]): boolean {
  return commits.some(({ files }, index) => {
    const readable = files.filter(({ file }) => !file.includes('broken'))
    const { workspace } = readManifests(readable, {
      root: '/',
      today: dateOf(index),
      connectors: descriptions,
    })
    return workspace?.desired.get(system)?.wishes[kind].has(key) === true
  })
}

describe(`in ${cases} lives of a workspace`, () => {
  it('a fresh runner with an empty ledger plans the same as one that was there all along', async () => {
    const tally = { removals: 0, renames: 0, different: 0 }
    await fc.assert(
      fc.asyncProperty(lives, async (events) => {
        const [kept, fresh] = await played(events)
        expect(deeds(fresh.changes)).toEqual(deeds(kept.changes))
        // What stands in a commit that nobody can read is refused by who has nothing else to go by.
        if (fresh.past.unclear.size === kept.past.unclear.size)
          expect(fresh.plan.intent).toBe(kept.plan.intent)
        tally.removals += kept.changes.filter(({ action }) => action === 'delete').length
        tally.renames += kept.changes.filter(({ action }) => action === 'rename').length
        if (kept.past.rebuilt.length !== fresh.past.rebuilt.length) tally.different += 1
      }),
      { numRuns: cases },
    )
    // The lives were not all too dull to tell a difference.
    expect(tally.removals).toBeGreaterThan(cases / 50)
    expect(tally.renames).toBeGreaterThan(cases / 50)
    expect(tally.different).toBeGreaterThan(cases / 50)
    if (process.env['TALLY']) console.log(tally)
  }, 600_000)
})
