import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SecretRecord } from '../../src/apply/ports.ts'
import type { Secret, Writer } from '../../src/connector/contract.ts'
import { newPassword } from '../../src/connector/password.ts'
import { check } from '../../src/guard/check.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { makeWorld, type Faults, type World } from '../apply/world.ts'
import { account, context, create, guardCase, owner, ref } from '../guard/case.ts'

/** A new account that needs a password: the operator has it before the account is made, and nobody else ever does. */

const asked = { min: 12, max: 64, symbols: '-_.' }
const needy: Faults = {
  connector: { newPassword: asked },
  rules: { ...rules, needsPassword: ({ fields }) => fields['type'] !== 'service' },
}

let world: World

beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.close())

describe('the executor', () => {
  it('keeps a password before it sends the create, and hands the same one to the writer', async () => {
    const order: string[] = []
    const given: (string | undefined)[] = []
    const kept: SecretRecord[] = []
    const report = await world.reach(
      { people: { ana: { role: 'Owner' }, zoe: {} } },
      {
        ...needy,
        secrets: {
          keep: (record) => {
            order.push(`keep ${record.account}`)
            kept.push(record)
            return Promise.resolve()
          },
        },
        writer: (writer): Writer => ({
          ...writer,
          write: (writes, passwords) => {
            for (const { ref: one } of writes.filter(({ action }) => action === 'create')) {
              order.push(`create ${one.key}`)
              given.push(passwords?.get(one.key)?.reveal())
            }
            return writer.write(writes)
          },
        }),
      },
    )
    expect(report.ending.how).toBe('finished')
    for (const name of ['ana', 'zoe'])
      expect(order.indexOf(`keep ${name}`)).toBeLessThan(order.indexOf(`create ${name}`))
    expect(given).toEqual(kept.map(({ password }) => password.reveal()))
    expect(kept.map(({ system, account: key, step }) => [system, key, step])).toEqual([
      ['people', 'ana', 'people/1'],
      ['people', 'zoe', 'people/2'],
    ])
    const ledger = JSON.stringify(
      await Promise.all((await world.ledger.runs(10)).map(({ run }) => world.ledger.readJournal(run))),
    )
    for (const password of given) {
      expect(password).toHaveLength(24)
      expect(ledger + JSON.stringify(report)).not.toContain(password)
    }
  })

  it('sends nothing when it could not be kept', async () => {
    const report = await world.reach(
      { people: { ana: { role: 'Owner' } } },
      { ...needy, secrets: { keep: () => Promise.reject(new Error('The disk is full.')) } },
    )
    expect(report.systems[0]?.steps.map(({ outcome }) => outcome)).toMatchObject([
      { result: 'failed', reason: 'The disk is full' },
    ])
    expect(await world.live()).toEqual([])
  })

  it('makes no account that needs one where no place was named', async () => {
    const report = await world.reach({ people: { ana: { role: 'Owner' } } }, needy)
    expect(report.systems[0]?.steps.map(({ outcome }) => outcome)).toMatchObject([
      { result: 'failed', reason: 'It needs a password, and there is nowhere to put one' },
    ])
    expect(await world.live()).toEqual([])
  })

  it('keeps both passwords when a create was lost and is sent again: no line is taken back', async () => {
    const kept: SecretRecord[] = []
    const secrets = {
      keep: (record: SecretRecord): Promise<void> => {
        kept.push(record)
        return Promise.resolve()
      },
    }
    const lost = (writer: Writer): Writer => ({ ...writer, write: () => Promise.reject(new Error('cut')) })
    const wishes = { people: { ana: { role: 'Owner' } } }
    await world.reach(wishes, { ...needy, secrets, writer: lost })
    await world.reach(wishes, { ...needy, secrets })
    expect(kept.map(({ account: key }) => key)).toEqual(['ana', 'ana'])
    expect(new Set(kept.map(({ run }) => run)).size).toBe(2)
    expect(await world.owners()).toEqual(['ana'])
  })
})

describe('the guard', () => {
  const one = guardCase({
    live: [owner('ana')],
    changes: [create(account('zoe')), create(account('bot', { type: 'service' }))],
  })

  it('says who needs a password, and what apply has to be told', () => {
    const needing = {
      ...one,
      description: { ...description, newPassword: asked },
      rules: { ...rules, ...needy.rules },
    }
    expect(check([needing], context())).toEqual([
      {
        code: 'no-secret-sink',
        system: 'vpn',
        severity: 'warn',
        where: 'built in',
        acceptable: false,
        refs: [ref('account', 'zoe')],
        count: 1,
        message:
          'In "vpn" 1 new account needs a password, which is made when the plan is carried out and written to a place of yours before the account is.',
        remedy: 'Name the place to apply: --secrets-to file:PATH, or --secrets-to exec:PROGRAM.',
      },
    ])
  })

  it('says nothing where the system makes accounts without one', () => {
    expect(check([one], context())).toEqual([])
  })
})

describe('a password', () => {
  it.each([
    [{ min: 8, max: 128, symbols: '-_.' }, 24],
    [{ min: 32, max: 128, symbols: '' }, 32],
    [{ min: 8, max: 12, symbols: '!' }, 12],
  ])('has one of each sort and the length of the rules: %o', (words, length) => {
    const made = Array.from({ length: 200 }, () => newPassword(words).reveal())
    expect(new Set(made).size).toBe(200)
    for (const one of made) {
      expect(one).toHaveLength(length)
      expect(one).toMatch(/[a-z]/)
      expect(one).toMatch(/[A-Z]/)
      expect(one).toMatch(/[0-9]/)
      if (words.symbols !== '') expect(one.split('').some((sign) => words.symbols.includes(sign))).toBe(true)
      expect(
        one
          .replace(/[a-zA-Z0-9]/g, '')
          .split('')
          .every((sign) => words.symbols.includes(sign)),
      ).toBe(true)
      expect(one).not.toMatch(/[lIO01]/)
    }
  })

  it('prints itself nowhere', () => {
    const made: Secret = newPassword(asked)
    expect(JSON.stringify({ made }) + inspect(made)).not.toContain(made.reveal())
  })
})
