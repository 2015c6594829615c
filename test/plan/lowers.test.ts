import { describe, expect, it } from 'vitest'
import { isWrite, type Change } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Resource } from '../../src/model/resource.ts'
import { loweredByEach } from '../../src/plan/lowers.ts'
import { account, create, owner, remove, rename, role, thing, update } from '../guard/case.ts'
import { description, rules } from '../guard/realm.ts'

/** Whom each step takes the right of an owner from, where groups give it. */

const giving = (key: string): Resource => thing('group', key, { links: { role: ['role:Owner'] } })
const [admins, chiefs] = [giving('admins'), giving('chiefs')]

function lowers(live: readonly Resource[], ...changes: readonly Change[]): (readonly string[] | undefined)[] {
  const actual = new Graph('vpn', live)
  const found = loweredByEach(changes.filter(isWrite), { actual, description, rules })
  expect([...found.values()].every((keys) => keys.length > 0)).toBe(true)
  return changes.map((change) => found.get(change))
}

describe('whom a step lowers', () => {
  it('is told for each by itself', () => {
    const live = [owner('ana'), owner('bo'), account('chen'), admins]
    expect(lowers(live, role(owner('ana'), 'Member'), remove(owner('bo')), remove(account('chen')))).toEqual([
      ['ana'],
      ['bo'],
      undefined,
    ])
  })

  it('is whoever loses it through several together, for each of them, and nobody who keeps it', () => {
    const both = { groups: ['admins', 'chiefs'] }
    const live = [account('bo', both), owner('chen', both), admins, chiefs, thing('group', 'crew')]
    const changes = [role(admins, 'Member'), role(chiefs, 'Member'), remove(thing('group', 'crew'))]
    expect(lowers(live, ...changes)).toEqual([['bo'], ['bo'], undefined])
  })

  it('is in order, by the names that they will have, whoever loses it how', () => {
    const both = { groups: ['admins', 'chiefs'] }
    const live = [
      account('bo', both),
      account('zed', both),
      account('zoe', { groups: ['admins'] }),
      admins,
      chiefs,
    ]
    const changes = [role(admins, 'Member'), role(chiefs, 'Member'), rename(account('zed', both), 'ada')]
    expect(lowers(live, ...changes)).toEqual([['ada', 'bo', 'zoe'], ['ada', 'bo'], ['ada']])
  })

  it('is nobody for what comes new under a name that somebody gives up', () => {
    const both = { groups: ['admins', 'chiefs'] }
    const live = [account('bo', both), admins, chiefs]
    const changes = [
      role(admins, 'Member'),
      role(chiefs, 'Member'),
      rename(account('bo', both), 'bob'),
      create(account('bo')),
    ]
    expect(lowers(live, ...changes)).toEqual([['bob'], ['bob'], ['bob'], undefined])
  })

  it('is nobody where names change places and nothing else changes', () => {
    const live = [owner('ana'), account('bo')]
    expect(lowers(live, rename(account('bo'), 'carl'), rename(owner('ana'), 'bo'))).toEqual([
      undefined,
      undefined,
    ])
  })

  it('is nobody where another right stays', () => {
    const both = account('bo', { groups: ['admins', 'chiefs'] })
    expect(lowers([both, admins, chiefs], role(admins, 'Member'))).toEqual([undefined])
    const change = update(
      both,
      { links: { groups: ['group:admins', 'group:chiefs'] } },
      { links: { groups: [] } },
    )
    expect(lowers([both, admins, chiefs], change)).toEqual([['bo']])
  })
})
