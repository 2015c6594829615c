import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { meaningOf } from '../../src/guard/meaning.ts'
import { ownersBelowMinimum } from '../../src/guard/owners-below-minimum.ts'
import type { Change } from '../../src/model/change.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Kind } from '../../src/model/resource.ts'
import { account, context, guardCase, owner, place, ref, remove, rename, role } from './case.ts'

/** Who is behind an account that has another name than its person. */

const entry = (kind: Kind, key: string, handle: string): InventoryEntry => ({
  ...{ system: 'vpn', kind, key, handle },
  ...{ wish: '', run: 'r' },
})

describe('the person behind an account', () => {
  it('is whom the manifests name, else whom the inventory knows by that account, else its own name', () => {
    const people = (inventory: readonly InventoryEntry[]) =>
      check(
        [
          guardCase({
            live: ['ana', 'bo', 'chen', 'dee'].map((key) => owner(key)),
            wishes: [{ ref: ref('account', 'dee') }, { ref: ref('account', 'chen'), person: 'xia' }],
            changes: ['ana', 'bo', 'chen'].map((key) => remove(owner(key))),
            config: { owners: { anchors: [], minimum: 2 } },
            inventory,
          }),
        ],
        context(),
        [ownersBelowMinimum],
      ).flatMap(({ people }) => people)
    expect(people([])).toEqual(['ana', 'bo', 'xia'])
    const known = [
      entry('account', 'ana', 'zoe'),
      entry('account', 'bo', 'yan'),
      entry('account', 'chen', 'wim'),
      entry('group', 'bo', 'team'),
    ]
    expect(people(known)).toEqual(['xia', 'yan', 'zoe'])
  })

  it('is known by the name that the account has now, also where the plan renames it', () => {
    const bo = account('bo')
    const impact = meaningOf(
      guardCase({
        live: [owner('ana'), bo],
        wishes: [{ ref: ref('account', 'ana') }],
        changes: [role(owner('ana'), 'Member'), rename(bo, 'bob'), role(account('bob'), 'Owner')],
        inventory: [entry('account', 'bo', 'robert')],
      }),
    )
    expect(impact.people).toEqual({ vpn: { bob: 'robert' } })
  })
  it('has lost nothing where the plan only asks for it', () => {
    const live = owner('ana')
    const asked = {
      ref: live.ref,
      before: { fields: {}, links: live.links },
      after: { fields: {}, links: {} },
    }
    const manual: Change = { ...asked, action: 'manual', steps: ['Lower ana.'], cause: place(3) }
    expect(meaningOf(guardCase({ live: [live], changes: [manual] })).powers).toEqual([])
  })
})
