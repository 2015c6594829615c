import { describe, expect, it } from 'vitest'
import { unprovenCompared, type ComparedRead } from '../../src/guard/proof.ts'
import { allRead, desired, guardCase, owner, ref, remove, suspend, thing } from './case.ts'

/** Which collections of a comparison may hold more than was read. */

describe('unprovenCompared', () => {
  const group = thing('group', 'finance')
  const poor = { ...allRead, group: { complete: false, reason: 'page 3 of 5 failed' } } as const
  const kindsOf = (words: Partial<ComparedRead>): string[] => {
    const { config, description, observation } = guardCase({ live: [owner('ana'), group], proofs: poor })
    const read = { config, description, observation, desired: desired([]), inventory: [], changes: [] }
    return unprovenCompared({ ...read, ...words }).map(({ kind, reason }) => `${kind}: ${reason}`)
  }

  it('names a collection that is wished, applied, exclusive, or in which something would be removed', () => {
    const found = ['group: page 3 of 5 failed']
    const entry = { system: 'vpn', kind: 'group', key: 'x', handle: 'x', wish: '', run: 'r1' } as const
    expect(kindsOf({ desired: desired([{ ref: ref('group', 'finance') }]) })).toEqual(found)
    expect(kindsOf({ inventory: [entry] })).toEqual(found)
    expect(kindsOf({ config: { exclusive: ['group'] } })).toEqual(found)
    expect(kindsOf({ changes: [remove(group)] })).toEqual(found)
    expect(kindsOf({ changes: [{ action: 'keep', ref: group.ref, reason: 'unmanaged' }] })).toEqual([])
    expect(kindsOf({ changes: [{ action: 'keep', ref: group.ref, reason: 'stage' }] })).toEqual(found)
    expect(kindsOf({})).toEqual([])
    const other = thing('policy', 'vpn')
    expect(kindsOf({ changes: [{ action: 'keep', ref: other.ref, reason: 'sealed' }] })).toEqual([])
    expect(kindsOf({ inventory: [entry, { ...entry, kind: 'policy' }] })).toEqual(found)
    expect(kindsOf({ inventory: [{ ...entry, kind: 'policy' }] })).toEqual([])
    expect(kindsOf({ changes: [remove(other), remove(group)] })).toEqual(found)
  })

  it('asks no proof where the system has none to give, unless something goes', () => {
    const { description } = guardCase({ live: [] })
    const without = {
      ...description,
      kinds: { ...description.kinds, group: { ...description.kinds.group!, evidence: [] } },
    }
    const wished = desired([{ ref: ref('group', 'finance') }])
    expect(kindsOf({ description: without, desired: wished })).toEqual([])
    expect(kindsOf({ description: without, desired: wished, changes: [remove(group)] })).toEqual([
      'group: the system offers no proof for them',
    ])
    const held = (what: 'delete' | 'update', of = group.ref) =>
      kindsOf({
        description: without,
        desired: wished,
        changes: [
          { action: 'keep', ref: ref('policy', 'vpn'), reason: 'stage', held: 'update' },
          { action: 'keep', ref: of, reason: 'stage', held: what },
        ],
      })
    expect(held('delete')).toEqual(['group: the system offers no proof for them'])
    expect(held('update')).toEqual([])
    expect(held('delete', ref('policy', 'vpn'))).toEqual([])
    expect(kindsOf({ description: without, desired: wished, changes: [suspend(owner('ana'))] })).toEqual([])
  })

  it('takes a proof with too little evidence for none, and so a collection that was not read at all', () => {
    const { description } = guardCase({ live: [] })
    const wished = desired([{ ref: ref('group', 'finance') }])
    const { group: _, ...missing } = allRead
    const weak = { ...allRead, group: { complete: true, evidence: ['last-page'], count: 3 } } as const
    expect(kindsOf({ description, desired: wished, observation: { proofs: weak } })).toEqual([
      'group: without transaction',
    ])
    expect(kindsOf({ description, desired: wished, observation: { proofs: missing } })).toEqual([
      'group: not read',
    ])
    const both = {
      ...description,
      kinds: {
        ...description.kinds,
        group: { ...description.kinds.group!, evidence: ['transaction', 'total'] },
      },
    } as const
    expect(kindsOf({ description: both, desired: wished, observation: { proofs: weak } })).toEqual([
      'group: without transaction and total',
    ])
  })

  it('asks for no proof of what the system does not have', () => {
    const { description } = guardCase({ live: [] })
    const { group: _, ...kinds } = description.kinds
    const wished = desired([{ ref: ref('group', 'finance') }])
    expect(kindsOf({ description: { ...description, kinds }, desired: wished })).toEqual([])
  })
})
