import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { noSecretSink } from '../../src/guard/no-secret-sink.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { account, context, create, guardCase, owner, remove, thing, update, type CaseWords } from './case.ts'

const local = {
  description: { ...description, newPassword: { min: 12, max: 64, symbols: '-' } },
  rules: { ...rules, needsPassword: ({ fields }: { fields: object }) => 'password' in fields },
}
const asked = (words: CaseWords) =>
  check([guardCase({ ...local, ...words })], context(), [noSecretSink]).map(({ refs, message }) => [
    refs.map(({ key }) => key).join(),
    message.slice(0, message.indexOf(', which')),
  ])
const needing = (key: string) => ({ ...account(key), fields: { username: key, password: true } })

describe('a password is needed', () => {
  const live = [owner('ana'), needing('bo')]

  it('for each new account that cannot do without', () => {
    const changes = [create(needing('zoe')), create(needing('yan')), create(account('xia'))]
    expect(asked({ live, changes })).toEqual([['yan,zoe', 'In "vpn" 2 new accounts need a password']])
    expect(asked({ live, changes: changes.slice(0, 1) })).toEqual([
      ['zoe', 'In "vpn" 1 new account needs a password'],
    ])
  })

  it('for nothing else', () => {
    const group = thing('group', 'ops', { fields: { password: true } })
    const changes = [
      create(group),
      remove(needing('bo')),
      update(needing('bo'), {}, { fields: { password: true } }),
    ]
    expect(asked({ live, changes })).toEqual([])
    expect(asked({ live, changes: [create(account('xia'))] })).toEqual([])
  })

  it('in no system that takes none, or that has no rule for it', () => {
    const changes = [create(needing('zoe'))]
    expect(asked({ live, changes, description })).toEqual([])
    expect(asked({ live, changes, rules })).toEqual([])
  })
})
