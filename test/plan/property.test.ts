import { spawnSync } from 'node:child_process'
import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWrite, type Write } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { kinds, refKey, splitTarget, type Kind } from '../../src/model/resource.ts'
import { canonical } from '../../src/plan/digest.ts'
import { diff } from '../../src/plan/diff.ts'
import { moved } from '../../src/plan/fingerprint.ts'
import { simulate, usableOwners } from '../../src/plan/simulate.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { bundled } from '../bundled.ts'
import { states, worlds } from './arbitrary.ts'
import { config, desired, remembered, stepsOf, system, wish, type World } from './world.ts'

/** What is drawn is drawn anew in every run; `ROLECALL_DEEP=1` draws so many in one, and otherwise it is half of them. */
const runs = (deep: number): number => (process.env['ROLECALL_DEEP'] === '1' ? deep : deep / 2)

const writesOf = (world: World): Write[] =>
  stepsOf(world)
    .map((step) => step.change)
    .filter(isWrite)

describe('for any organisation and any wishes', () => {
  it('equal states give an empty plan', () => {
    fc.assert(
      fc.property(states(''), fc.boolean(), (state, exact) => {
        const wishes = state.map((one) =>
          wish(one, { exactGroups: exact, exactMembers: exact, exactManagers: exact }),
        )
        expect(
          stepsOf({ wishes, live: state, comparesGrants: true, config: { exclusive: [...kinds] } }),
        ).toEqual([])
      }),
    )
  })

  it('D2: what is planned, once done, leaves nothing to plan', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const end = played(world, () => undefined)
        const input = {
          desired: desired(world.wishes, world.comparesGrants),
          description,
          rules,
          config: config(world.config),
          inventory: remembered(world, end),
        }
        const left = diff({ ...input, actual: end }).filter(isWrite)
        expect(left).toEqual([])
      }),
      { numRuns: runs(500) },
    )
  })

  it('all at once and one by one end in the same state', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const writes = writesOf(world)
        const atOnce = simulate(new Graph(system, world.live), writes, description)
        expect(whole(played(world, () => undefined))).toBe(whole(atOnce))
      }),
      { numRuns: runs(300) },
    )
  })

  it('each step finds what it needs: the thing itself, a free name, and what it links to', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        played(world, (state, change) => {
          const { kind, key } = change.ref
          if (change.action === 'create') expect(state.get(kind, key)).toBeUndefined()
          else expect(state.get(kind, change.action === 'rename' ? change.from : key)).toBeDefined()
          if (change.action === 'rename') expect(state.get(kind, key)).toBeUndefined()
          for (const target of change.action === 'delete' ? [] : Object.values(change.after.links).flat())
            expect(exists(state, target), `${refKey(change.ref)} → ${target}`).toBe(true)
        })
      }),
      { numRuns: runs(500) },
    )
  })

  it('nothing is left behind that refers to what is gone, unless it is left alone', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const actual = new Graph(system, world.live)
        const end = simulate(actual, writesOf(world), description)
        fc.pre(dangling(end).length === 0)
        played(world, (state, change) => {
          expect(dangling(simulate(state, [change], description))).toEqual([])
        })
      }),
      { numRuns: runs(500) },
    )
  })

  it('an owner is only ever lost in a step that says so, after everything that gives', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const steps = stepsOf(world)
        const firstReduction = steps.findIndex((step) => step.lowers.length > 0)
        const lastGrant = steps.findLastIndex(
          ({ change, lowers }) =>
            lowers.length === 0 && (change.action === 'create' || change.action === 'rename'),
        )
        if (firstReduction >= 0) expect(lastGrant).toBeLessThan(firstReduction)
        let state: GraphView = new Graph(system, world.live)
        for (const { change, lowers } of steps) {
          if (!isWrite(change)) continue
          const next = simulate(state, [change], description)
          const kept = usableOwners(next, rules).keys
          const lost = [...usableOwners(state, rules).keys].filter(
            (key) =>
              !kept.has(key) &&
              !(change.action === 'rename' && change.from === key && kept.has(change.ref.key)),
          )
          expect(lowers).toEqual(expect.arrayContaining(lost))
          state = next
        }
      }),
      { numRuns: runs(300) },
    )
  })

  it('the order of the input does not matter', () => {
    fc.assert(
      fc.property(worlds, fc.infiniteStream(fc.nat()), (world, dice) => {
        const mixed: World = {
          ...world,
          wishes: shuffled(world.wishes, dice),
          live: shuffled(world.live, dice),
          inventory: shuffled(world.inventory, dice),
        }
        expect(canonical(stepsOf(mixed))).toBe(canonical(stepsOf(world)))
      }),
      { numRuns: runs(300) },
    )
  })

  it('a fresh read of the same state finds nothing moved, and one of another state just what moved', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const steps = stepsOf(world)
        expect(moved(steps, new Graph(system, world.live), description)).toEqual([])
        for (const { id, change } of steps) {
          if (change.action !== 'delete') continue
          const without = world.live.filter((one) => one.id !== change.before.id)
          const fresh = moved(steps, new Graph(system, without), description)
          expect(fresh.map((step) => step.id)).toContain(id)
        }
      }),
      { numRuns: runs(200) },
    )
  })
})

it.each([
  { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LC_ALL: 'sv_SE.UTF-8', LANG: 'sv_SE.UTF-8' },
])('a plan is the same to the byte in $TZ and $LANG, whatever the order of its input', (env) => {
  here ??= elsewhere({ TZ: 'UTC', LC_ALL: 'C', LANG: 'C' }, 'as written')
  expect(here).toContain('"format":"rolecall/plan/v1"')
  expect(elsewhere(env, 'reversed')).toBe(here)
})

let here: string | undefined
const script = await bundled(new URL('./elsewhere.ts', import.meta.url))

function elsewhere(env: Record<string, string>, direction: string): string {
  const child = spawnSync(process.execPath, [script, direction], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (child.status !== 0) throw new Error(child.stderr)
  return child.stdout
}

/** Plays the steps in their order; `look` sees the state before each. */
function played(world: World, look: (state: GraphView, write: Write) => void): GraphView {
  let state: GraphView = new Graph(system, world.live ?? [])
  for (const change of writesOf(world)) {
    look(state, change)
    state = copy(simulate(state, [change], description))
  }
  return state
}

/** A graph of its own, as a fresh read would give it. */
function copy(view: GraphView): GraphView {
  return new Graph(
    system,
    kinds.flatMap((kind) => [...view.all(kind)]),
  )
}

function whole(view: GraphView): string {
  const all = kinds.flatMap((kind) => [...view.all(kind)])
  return canonical(
    Object.fromEntries(all.map(({ ref, id, fields, links }) => [refKey(ref), { id, fields, links }])),
  )
}

function exists(state: GraphView, target: string): boolean {
  const { type, name } = splitTarget(target)
  if (!(kinds as readonly string[]).includes(type)) return true
  return description.roles.includes(name) || state.get(type as Kind, name) !== undefined
}

/** References that have lost their target, where the system would not let that target go. */
function dangling(state: GraphView): string[] {
  return kinds.flatMap((kind) =>
    [...state.all(kind)].flatMap(({ ref, links }) =>
      Object.values(links)
        .flat()
        .filter((target) => !exists(state, target))
        .map((target) => `${refKey(ref)} → ${target}`),
    ),
  )
}

function shuffled<T>(items: readonly T[], dice: Iterator<number>): T[] {
  return items
    .map((item) => ({ item, at: Number(dice.next().value) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
