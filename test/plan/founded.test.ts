import { describe, expect, it } from 'vitest'
import { isWrite, type Change } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import type { Resource } from '../../src/model/resource.ts'
import { patchOf } from '../../src/plan/delta.ts'
import { order } from '../../src/plan/order.ts'
import { ownerContext } from '../../src/plan/owners.ts'
import { unfounded } from '../../src/plan/founded.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  changesOf,
  config,
  desired,
  live,
  owner,
  person,
  stepsOf,
  system,
  wish,
  type World,
} from './world.ts'

/** A saved plan beside a fresh diff: what may have moved meanwhile, and what must not. */

function told(saved: readonly Step[], now: World): readonly string[] {
  return unfounded(saved, {
    ...{ system, description, rules, config: config() },
    wanted: changesOf(now),
    actual: new Graph(system, now.live ?? []),
    desired: desired(now.wishes ?? []),
  })
}

/** The fresh diff is `fresh`, whatever the world says; the saved plan is one change. */
function asks(saved: Change, fresh: readonly Change[], now: World = {}): boolean {
  const steps = [{ id: 'office/1', change: saved, needs: [], lowers: [], fingerprint: '' }]
  const all = unfounded(steps, {
    ...{ system, description, rules, config: config() },
    wanted: fresh,
    actual: new Graph(system, now.live ?? []),
    desired: desired(now.wishes ?? []),
  })
  return !all.some((one) => one.endsWith('the manifests do not ask for it'))
}

const cause = { file: 'access/all.yaml', line: 1, document: 'User/bo' }
const bo = person('bo').ref
type Values = Partial<Pick<Resource, 'fields' | 'links'>>
const part = ({ fields = {}, links = {} }: Values) => ({ fields, links })

function update(
  before: Values,
  after: Values,
  document = cause.document,
): Extract<Change, { action: 'update' }> {
  const delta = { before: part(before), after: part(after) }
  return {
    ...{ action: 'update', ref: bo, ...delta },
    patch: patchOf(delta, description.kinds.account),
    cause: { ...cause, document },
  }
}
const rename = (from: string, before: Values = {}, after: Values = {}): Change => ({
  ...update(before, after),
  ...{ action: 'rename', from },
})
const create = (resource: Resource, document = cause.document): Change => ({
  ...{ action: 'create', ref: resource.ref, after: resource },
  cause: { ...cause, document },
})
const remove = (before: Resource, along?: readonly string[], document = cause.document): Change => ({
  ...{ action: 'delete', ref: before.ref, before, cause: { ...cause, document } },
  ...(along === undefined ? {} : { along }),
})

describe('what the manifests ask for', () => {
  const name = (familyName: string): Values => ({ fields: { familyName } })
  const groups = (...names: string[]): Values => ({
    links: { groups: names.map((one) => `group:${one}` as const) },
  })

  it('is each value as it is now and as it is to be', () => {
    const saved = update(name('Wu'), name('Wang'))
    expect(asks(saved, [update(name('Wu'), name('Wang'))])).toBe(true)
    expect(asks(saved, [update(name('Zhao'), name('Wang'))])).toBe(false)
    expect(asks(saved, [update(name('Wu'), name('Li'))])).toBe(false)
    expect(asks(saved, [update({}, name('Wang'))])).toBe(false)
    expect(asks(saved, [])).toBe(false)
    expect(asks(update({}, { fields: { shoeSize: 46 } }), [update({}, {})])).toBe(false)
  })

  it('is at least the members of a set that the plan names', () => {
    const saved = update(groups('b'), groups('a'))
    expect(asks(saved, [update(groups('b', 'd'), groups('a', 'c'))])).toBe(true)
    expect(asks(saved, [update(groups('b'), groups('c'))])).toBe(false)
    expect(asks(saved, [update(groups('d'), groups('a'))])).toBe(false)
    expect(asks(saved, [update({}, {})])).toBe(false)
    const primary = (one: string): Values => ({ links: { primaryGroup: [`group:${one}`] } })
    const whole = update(primary('a'), primary('b'))
    expect(asks(whole, [update(primary('a'), primary('b'))])).toBe(true)
    expect(asks(whole, [update({ links: { primaryGroup: ['group:a', 'group:c'] } }, primary('b'))])).toBe(
      false,
    )
  })

  it('is of the same sort, or a rename that changes as much', () => {
    const saved = update(name('Wu'), name('Wang'))
    expect(asks(saved, [rename('bob', name('Wu'), name('Wang'))])).toBe(true)
    expect(asks(saved, [create(person('bo'))])).toBe(false)
    expect(asks(rename('bob'), [rename('bob')])).toBe(true)
    expect(asks(rename('bob'), [rename('rob')])).toBe(false)
    expect(asks(rename('bob'), [update({}, {})])).toBe(false)
    expect(asks(create(person('bo')), [create(person('bo'))])).toBe(true)
    expect(asks(create(person('bo')), [{ ...remove(person('bo')), ...{ after: person('bo') } }])).toBe(false)
    expect(asks(remove(person('bo')), [{ ...create(person('bo')), ...{ before: person('bo') } }])).toBe(false)
    const odd = { ...saved, action: 'create' } as unknown as Change
    expect(asks(saved, [odd])).toBe(false)
  })

  it('of several about one thing, is one of them', () => {
    const both = [remove(person('bo')), create(person('bo'))]
    expect(asks(create(person('bo')), both)).toBe(true)
    expect(asks(remove(person('bo')), both)).toBe(true)
  })

  it('takes nobody along whom the plan does not name', () => {
    const ops = live('group', 'ops')
    expect(asks(remove(ops, ['account:bo', 'account:chen']), [remove(ops, ['account:bo'])])).toBe(true)
    expect(asks(remove(ops, ['account:bo']), [remove(ops)])).toBe(true)
    expect(asks(remove(ops, ['account:bo']), [remove(ops, ['account:bo', 'account:chen'])])).toBe(false)
    expect(asks(remove(ops), [remove(ops, ['account:bo'])])).toBe(false)
  })

  it('is what the document asks for that the plan names: also the group of who joins it', () => {
    const wishes = [wish(person('bo')), ...['ops', 'eng', 'Member'].map((key) => wish(live('group', key)))]
    const joins = (document: string, links: Values = groups('ops')) =>
      asks(update({}, links, document), [update({}, links)], { wishes })
    expect(joins('User/bo')).toBe(true)
    expect(joins('Group/ops')).toBe(true)
    expect(joins('Group/eng')).toBe(false)
    expect(joins('Group/Member', { links: { role: ['role:Member'] } })).toBe(false)
    const leaves = asks(update(groups('ops'), {}, 'Group/ops'), [update(groups('ops'), {})], { wishes })
    expect(leaves).toBe(true)
  })

  it('is the system itself where nobody declares the account', () => {
    const change = (wishes: World['wishes'] = []) =>
      asks(update({}, groups('ops'), 'System/office'), [update({}, groups('ops'))], { wishes })
    expect(change()).toBe(true)
    expect(change([wish(person('bo'))])).toBe(false)
  })

  it('is nobody else where something comes or goes, or is no account', () => {
    const wishes = [wish(live('group', 'ops'))]
    const joining = person('bo', groups('ops'))
    expect(asks(create(joining, 'System/office'), [create(joining)], { wishes })).toBe(false)
    expect(asks(remove(joining, [], 'System/office'), [remove(joining)], { wishes })).toBe(false)
    const ref = live('group', 'eng').ref
    const parent = (document: string): Change => ({ ...update({}, {}, document), ref })
    expect(asks(parent('System/office'), [parent('Group/eng')], { wishes })).toBe(false)
  })
})

describe('the order of a saved plan', () => {
  const under = (key: string, parent?: string) =>
    live('group', key, { links: { parent: parent === undefined ? [] : [`group:${parent}`] } })
  const moves = [wish(under('x', 'y')), wish(under('y', 'z')), wish(under('z'))]
  const rest = [under('x'), under('y', 'm'), under('z')]
  /** Between the two that move stands one of which the plan knows nothing. */
  const below: World = { wishes: moves, live: [...rest, under('m', 'x')] }
  const beside: World = { wishes: moves, live: [...rest, under('m')] }
  const keys = (steps: readonly Step[]) =>
    steps.map(({ change, needs }) => `${change.ref.key} ${needs.join()}`)

  it('stands when that which made one move wait for another is not there any more', () => {
    const saved = stepsOf(below)
    expect(keys(saved)).toEqual(['y ', 'x office/1', 'm '])
    expect(told(saved, below)).toEqual([])
    expect(told(saved, beside)).toEqual([])
  })

  it('falls when a move would have to wait now, and says which', () => {
    const saved = stepsOf(beside)
    expect(keys(saved)).toEqual(['x ', 'y ', 'm '])
    expect(told(saved, beside)).toEqual([])
    expect(told(saved, below)).toEqual([
      'office/1 office group:x: what it is put under stands elsewhere now, and would be under it for a moment',
    ])
  })

  it('stands when a careful order would be another, but nothing comes under itself in this one', () => {
    const fields = { description: 'new' }
    const leaves = { ...under('y'), fields }
    const wishes = [wish(under('x', 'y')), wish(leaves), wish(under('z', 'x'))]
    const live = (m: string | undefined) => [under('x'), under('y', 'm'), under('z'), under('m', m)]
    const saved = stepsOf({ wishes, live: live(undefined) })
    expect(keys(saved)).toEqual(['x ', 'y ', 'z ', 'm '])
    // z is put under x only when y has left m: x, under y, is never under z
    expect(told(saved, { wishes, live: live('z') })).toEqual([])
    expect(keys(stepsOf({ wishes, live: live('z') }))).not.toEqual(keys(saved))
    expect(told(saved, { wishes, live: live('x') })).toHaveLength(1)
  })

  it('falls when a new thing is on the way that leads back', () => {
    const named = [wish(under('x', 'y')), wish(under('y')), wish(under('n', 'y'))]
    const wishes = (m: string) => [wish(under('m', m)), ...named]
    const live = (y: string | undefined) => [under('x'), under('y', y), under('m')]
    const saved = stepsOf({ wishes: wishes('n'), live: live(undefined) })
    expect(keys(saved)).toEqual(['n ', 'm office/1', 'x '])
    expect(told(saved, { wishes: wishes('n'), live: live(undefined) })).toEqual([])
    // y stands under m now: with n, which is made under y, m would come under itself
    expect(told(saved, { wishes: wishes('n'), live: live('m') })).toEqual([
      'office/2 office group:m: what it is put under stands elsewhere now, and would be under it for a moment',
    ])
  })

  it('falls when moves wait for each other', () => {
    const circle = stepsOf(below).map((step, at) => ({
      ...step,
      needs: [at === 0 ? 'office/2' : 'office/1'],
    }))
    expect(told(circle, below)).toEqual(['its changes have no order in which they could be sent'])
  })

  it('hangs on no need that is made up, of whatever else', () => {
    const more: World = {
      wishes: [...moves, wish(live('group', 'n', { fields: { description: 'new' } }))],
      live: [...rest, under('m'), live('group', 'n', { fields: { description: 'old' } })],
    }
    const saved = stepsOf(more)
    const at = (key: string) => saved.findIndex(({ change }) => change.ref.key === key)
    expect(told(saved, more)).toEqual([])
    const waiting = (key: string, other: string) =>
      told(
        saved.map((step, place) =>
          place === at(key) ? { ...step, needs: [saved[at(other)]?.id ?? ''] } : step,
        ),
        more,
      ).map((one) => one.replace(/^\S+ /, ''))
    const said = 'its place, its needs or whom it lowers is not what follows from the changes'
    expect(waiting('y', 'n')).toEqual([`office group:y: ${said}`])
    expect(waiting('n', 'x')).toEqual([`office group:n: ${said}`])
  })
  it('stands with a move that is a rename', () => {
    const named = [wish(under('a', 'y'), { previousKeys: ['x'] }), ...moves.slice(1)]
    const saved = stepsOf({ ...below, wishes: named })
    expect(keys(saved)).toEqual(['a ', 'y ', 'a office/1,office/2', 'm '])
    expect(told(saved, { ...below, wishes: named })).toEqual([])
    expect(told(saved, { ...beside, wishes: named })).toEqual([])
  })

  it('hangs on no need between moves of different things', () => {
    const implying = (...roles: string[]) =>
      live('role', 'r', { links: { implies: roles.map((one) => `role:${one}` as const) } })
    const world: World = {
      wishes: [...moves, wish(implying('Member'))],
      live: [...(beside.live ?? []), implying()],
    }
    const saved = stepsOf(world)
    const moved = saved.find(({ change }) => change.ref.kind === 'role')
    expect(told(saved, world)).toEqual([])
    const [first] = saved.filter(({ change, needs }) => change.ref.key === 'y' && needs.length === 0)
    const made = saved.map((step) => (step === first ? { ...step, needs: [moved?.id ?? ''] } : step))
    expect(told(made, world)).not.toEqual([])
  })

  it('stands with what comes before both moves', () => {
    const first = live('group', 'a', { fields: { description: 'new' } })
    const before = live('group', 'a', { fields: { description: 'old' } })
    const world: World = { wishes: [wish(first), ...moves], live: [...(below.live ?? []), before] }
    const saved = stepsOf(world)
    expect(saved.map(({ change }) => change.ref.key)).toEqual(['a', 'y', 'x', 'm'])
    expect(told(saved, world)).toEqual([])
  })

  it('has those who are compromised first, as it had when it was made', () => {
    const [ana, chen] = ['ana', 'chen'].map((key) => owner(key))
    if (ana === undefined || chen === undefined) throw new Error('there are two')
    const stopped = wish({ ...chen, fields: { ...chen.fields, status: 'suspended' } }, { compromised: true })
    const group = live('group', 'ops', { fields: { description: 'new' } })
    const world = {
      wishes: [wish(ana), stopped, wish(group)],
      live: [ana, chen, live('group', 'ops', { fields: { description: 'old' } })],
    }
    const actual = new Graph(system, world.live)
    const [changes, wishes] = [changesOf(world), desired(world.wishes)]
    const parts = { config: config(), description, rules, desired: wishes, people: new Map() }
    const owners = ownerContext(parts, actual, changes.filter(isWrite), '2026-11-22T10:00:00Z')
    const now = { system, description, rules, config: config(), wanted: changes, actual, desired: wishes }
    const saved = order(changes, { actual, description, rules, system, owners })
    expect(saved[0]).toMatchObject({ first: true, change: { ref: chen.ref } })
    expect(unfounded(saved, { ...now, owners })).toEqual([])
    expect(unfounded(saved, now)).not.toEqual([])
  })
})
