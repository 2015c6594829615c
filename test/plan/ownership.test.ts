import { describe, expect, it } from 'vitest'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { byCommit, ignoring, ownership } from '../../src/plan/ownership.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { account, config, place, ref, thing } from '../guard/case.ts'

/** What may be removed although nobody declares it, and on what ground. */

const entry = (words: Partial<InventoryEntry> = {}): InventoryEntry =>
  ({ kind: 'account', key: 'bo', handle: 'bo', wish: 'w', run: 'r1', ...words }) as InventoryEntry
const bo = (id?: string) => account('bo', id === undefined ? {} : { id })

describe('the ground of a removal', () => {
  const ground = (
    resource: Parameters<ReturnType<typeof ownership>>[0],
    inventory: readonly InventoryEntry[],
    words: Parameters<typeof config>[0] = {},
    grounds?: ReadonlyMap<string, string>,
  ) => ownership(config(words), description, inventory, grounds)(resource)

  it('is the inventory: which run applied it, which commit took it out, or what git says', () => {
    const applied = { ...place(8), because: 'no longer declared; applied by run r1' }
    const taken = { ...place(8), because: 'no longer declared; taken out by commit 0123456789ab' }
    const said = { ...place(8), because: 'no longer declared; taken out by commit 9, "Bo leaves"' }
    expect(ground(bo(), [entry()])).toEqual(applied)
    expect(ground(bo(), [entry({ run: byCommit('0123456789abcdef') })])).toEqual(taken)
    const git = new Map([['account:bo', 'taken out by commit 9, "Bo leaves"']])
    expect(ground(bo(), [entry()], {}, git)).toEqual(said)
    expect(ground(account('chen'), [entry()], {}, git)).toBeUndefined()
  })

  it('is an exclusive collection, at the place that makes it one', () => {
    const words = { exclusive: ['group' as const], places: { exclusive: place(12) } }
    expect(ground(thing('group', 'crew'), [], words)).toEqual({
      ...place(12),
      because: 'not declared, and exclusive: groups',
    })
    expect(ground(thing('group', 'crew'), [], { exclusive: ['group'] })).toMatchObject({ line: 8 })
    expect(ground(bo(), [], words)).toBeUndefined()
  })

  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['known by both, the same', '1', '1', true],
    ['known by both, another', '1', '2', false],
    ['known by the inventory only', '1', undefined, true],
    ['known by the system only', undefined, '1', true],
    ['known by neither', undefined, undefined, true],
  ])('where the name is the same and the native id is %s', (_name, known, live, ours) => {
    const one = entry(known === undefined ? {} : { id: known })
    expect(ground(bo(live), [one]) !== undefined).toBe(ours)
  })

  it('is that of the id, whatever it is called by now', () => {
    const inventory = [entry({ key: 'robert', id: '1', run: 'r7' }), entry({ id: '2' })]
    expect(ground(bo('1'), inventory)?.because).toBe('no longer declared; applied by run r7')
  })

  it('is never there for a role that the system brings along, and is for others of that name', () => {
    const exclusive = { exclusive: ['role', 'account'] as const }
    expect(ground(thing('role', 'Owner'), [], exclusive)).toBeUndefined()
    expect(ground(thing('role', 'Auditor'), [], exclusive)).toBeDefined()
    expect(ground(account('Owner'), [], exclusive)).toBeDefined()
  })

  it('is never there for what the system does not let anybody write', () => {
    const kinds = { ...description.kinds, group: { ...description.kinds.group!, writable: false } }
    const all = ownership(config({ exclusive: ['group'] }), { ...description, kinds }, [])
    expect(all(thing('group', 'crew'))).toBeUndefined()
  })
})

describe('what a system is told to ignore', () => {
  it('is what any of its patterns fits, small and big letters as the kind has them', () => {
    const ignored = ignoring(config({ ignore: { account: ['x*', 'Bo*'], group: ['Eng*'] } }), description)
    const cases = [ref('account', 'bob'), ref('group', 'Eng1'), ref('group', 'eng1'), ref('policy', 'x')]
    expect(cases.map(ignored)).toEqual([true, true, false, false])
  })
})
