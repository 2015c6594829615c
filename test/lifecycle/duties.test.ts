/** Separation of duties as a rule of the team: over all groups and roles of a person, whatever system each is in. */
import { expect, it } from 'vitest'
import { world, type World } from '../world.ts'
import { at, onDisk } from './travel.ts'

const two = (rule: string): World =>
  world()
    .system('bank')
    .system('erp')
    .guardrail('separation', {
      on: ['account.create', 'account.update'],
      severity: 'refuse',
      rule,
      message: 'Nobody pays and approves',
    })
    .group('finance', { systems: { erp: {}, bank: {} } })
    .group('payers', { systems: { bank: {} } })
    .group('approvers', { systems: { erp: {} }, parent: 'finance' })
    .user('ana', { accounts: { bank: { role: 'Owner' }, erp: { role: 'Owner' } } })

const groups = two("!('payers' in person.groups && 'finance' in person.groups)")
const roles = two("!('bank/Administrator' in person.roles && 'erp/Administrator' in person.roles)")

async function refusal(from: World, day = '2026-11-22'): Promise<string[]> {
  const { stdout } = await at(day, onDisk(from), 'plan')
  return stdout.split('\n').filter((line) => line.startsWith('  Guardrail'))
}

it('refuses two groups of one person in two systems, also through the group above', async () => {
  const accounts = { bank: {}, erp: {} }
  expect(await refusal(groups.user('bo', { accounts, groups: ['payers'] }))).toEqual([])
  const both = groups.user('bo', { accounts, groups: ['payers', 'approvers'] })
  expect(await refusal(both)).toEqual([
    '  Guardrail "separation" does not hold for account:bo of "bank": Nobody pays and approves.',
    '  Guardrail "separation" does not hold for account:bo of "erp": Nobody pays and approves.',
  ])
})

it('a membership whose day is over is none, and one that the group lists is one', async () => {
  const accounts = { bank: {}, erp: {} }
  const dated = groups
    .group('auditors', { systems: { erp: {} }, parent: 'finance', members: ['bo'] })
    .user('bo', { accounts, groups: [{ group: 'payers', until: '2026-11-22' }] })
  expect(await refusal(dated)).toHaveLength(2)
  expect(await refusal(dated, '2026-11-23')).toEqual([])
})

it('refuses two roles of one person', async () => {
  const role = 'Administrator'
  const one = roles.user('bo', { accounts: { bank: { role }, erp: {} } })
  expect(await refusal(one)).toEqual([])
  expect(await refusal(roles.user('bo', { accounts: { bank: { role }, erp: { role } } }))).toHaveLength(2)
})
