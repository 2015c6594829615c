import { describe, expect, it } from 'vitest'
import { ownerContext } from '../../src/plan/owners.ts'
import { isWrite, type Change } from '../../src/model/change.ts'
import type { Wish } from '../../src/model/desired.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import type { Resource } from '../../src/model/resource.ts'
import type { Description } from '../../src/connector/describe.ts'
import { order } from '../../src/plan/order.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  account,
  config,
  create,
  desired,
  owner,
  ref,
  remove,
  role,
  suspend,
  thing,
  update,
} from '../guard/case.ts'

/** Which steps come before everything else when somebody is compromised. */

function ordered(
  live: readonly Resource[],
  changes: readonly Change[],
  compromised: readonly string[],
  more: Partial<Description> = {},
): string[] {
  const actual = new Graph('vpn', live)
  const description = { ...directory, ...more }
  const wishes = compromised.map((key): Partial<Wish> => ({ ref: ref('account', key), compromised: true }))
  const parts = { config: config({ automation: ['bot'] }), description, rules, desired: desired(wishes) }
  const writes = changes.filter(isWrite)
  const owners = ownerContext({ ...parts, people: new Map() }, actual, writes, '2026-11-22T10:00:00Z')
  return order(changes, { actual, description, rules, system: 'vpn', owners }).map(told)
}

function told({ change, first }: Step): string {
  const names =
    'patch' in change
      ? Object.keys({ ...change.before.fields, ...change.before.links, ...change.after.links })
      : []
  const wave = first === true ? 'first ' : ''
  return `${wave}${change.action} ${change.ref.key}${names.length > 0 ? ` ${names.sort().join(' ')}` : ''}`
}

describe('the first wave of a system', () => {
  it('is the suspension alone; what else differs in the same account has its turn later', () => {
    const bo = account('bo', { groups: ['crew'] })
    const whole = update(
      bo,
      { fields: { status: 'active' }, links: { groups: ['group:crew'] } },
      { fields: { status: 'suspended' } },
    )
    const live = [owner('ana'), bo, thing('group', 'crew')]
    expect(ordered(live, [create(account('chen')), whole], ['bo'])).toEqual([
      'first update bo status',
      'create chen',
      'update bo groups',
    ])
  })

  it('is empty where nobody is compromised, however many are suspended', () => {
    const live = [owner('ana'), account('bo')]
    expect(ordered(live, [create(account('aaa')), suspend(account('bo'))], [])).toEqual([
      'create aaa',
      'update bo status',
    ])
  })

  it('does not hold an owner up behind others', () => {
    const live = [owner('zoe'), owner('chen'), account('bo')]
    expect(ordered(live, [suspend(account('bo')), suspend(owner('zoe'))], ['bo', 'zoe'])).toEqual([
      'first update zoe status',
      'first update bo status',
    ])
  })

  it.each([
    ['alone', []],
    ['beside the automation', [owner('bot')]],
    ['beside another who is suspended', [owner('dia', { status: 'suspended' })]],
  ] as const)(
    'an owner %s is followed by the successor of this very plan, who comes first',
    (_name, others) => {
      const live = [owner('ana'), account('bo'), ...others]
      const changes = [create(account('chen')), role(account('bo'), 'Owner'), suspend(owner('ana'))]
      expect(ordered(live, changes, ['ana'])).toEqual([
        'first update bo role',
        'first update ana status',
        'create chen',
      ])
    },
  )

  it('takes nobody along who is made an owner besides', () => {
    const live = [owner('ana'), owner('dia'), account('bo')]
    expect(ordered(live, [role(account('bo'), 'Owner'), suspend(owner('ana'))], ['ana'])).toEqual([
      'first update ana status',
      'update bo role',
    ])
  })

  it('is the removal where a system cannot suspend, and only there', () => {
    const live = [owner('ana'), account('bo')]
    const changes = [create(account('chen')), remove(account('bo'))]
    expect(ordered(live, changes, ['bo'], { suspend: 'none' })).toEqual(['first delete bo', 'create chen'])
    expect(ordered(live, changes, ['bo'])).toEqual(['create chen', 'delete bo'])
  })

  it('is the move into the group that may do nothing, with the group, where that is how an account is stopped', () => {
    const bo = account('bo', { groups: ['crew'] })
    const moved = update(
      bo,
      { fields: { email: 'a@acme.example' }, links: { groups: ['group:crew'] } },
      { fields: { email: 'b@acme.example' }, links: { groups: ['group:nowhere'] } },
    )
    const live = [owner('ana'), bo, thing('group', 'crew')]
    const changes = [create(thing('group', 'aaa')), create(thing('group', 'nowhere')), moved]
    expect(ordered(live, changes, ['bo'], { suspend: 'none' })).toEqual([
      'first create nowhere',
      'first update bo groups',
      'create aaa',
      'update bo email',
    ])
  })
})
