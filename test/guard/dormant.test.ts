import { expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import type { Resource } from '../../src/model/resource.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { account, context, create, guardCase, owner, ref, rename, type CaseWords } from './case.ts'

/** What the directory cannot show by itself; the rest is in test/lifecycle/dormant.test.ts. */
function told(words: CaseWords): unknown[] {
  return check([guardCase(words)], context({ dormantAfter: { days: 90 } }))
    .filter(({ code }) => code === 'dormant-account')
    .map(({ refs, message, dormant = [] }) => ({
      refs: refs.map(({ key }) => key),
      dormant: dormant.map((one) => one.account),
      unknown: /not known.*: (.*)\.$/.exec(message)?.[1],
    }))
}

const since = (day: string, one: Resource): Resource => ({
  ...one,
  fields: { ...one.fields, lastSignIn: `${day}T08:30:00Z` },
})
const idle = since('2026-01-01', owner('ana'))

it('the account of the credentials is rolecall at work, and signs in', () => {
  expect(told({ live: [idle] })).toMatchObject([{ dormant: ['ana'] }])
  expect(told({ live: [idle], identity: 'ana' })).toEqual([])
})

it('who cannot be used is no danger, whatever the role is worth', () => {
  const one = since('2026-01-01', owner('ana', { status: 'suspended' }))
  const power = (): 'owner' => 'owner'
  expect(told({ live: [one], rules: { ...rules, power } })).toEqual([])
})

it('what the plan makes has no past that could be unknown', () => {
  const live = [since('2026-11-20', account('bo'))]
  expect(told({ live: [...live, owner('zoe')] })).toEqual([{ refs: ['zoe'], dormant: [], unknown: 'zoe' }])
  expect(told({ live, changes: [create(owner('zoe'))], wishes: [{ ref: ref('account', 'zoe') }] })).toEqual(
    [],
  )
})

it('what the plan renames is called what it is called now', () => {
  const wishes = [{ ref: ref('account', 'anna') }]
  expect(told({ live: [idle], changes: [rename(idle, 'anna')], wishes })).toEqual([
    { refs: ['ana'], dormant: ['ana'], unknown: undefined },
  ])
})

it('the later of a sign-in and the beginning of the record counts: between the two nobody looked', () => {
  const record = { signInsFrom: '2026-11-01T00:00:00Z' }
  expect(told({ live: [{ ...idle, fields: { ...idle.fields, ...record } }] })).toEqual([])
})
