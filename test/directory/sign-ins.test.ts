import Database from 'libsql'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applicationId, migrations } from '../../src/systems/directory/schema.sql.ts'
import { create, done, update } from './resources.ts'
import { testDirectory, type TestDirectory } from './world.ts'

/** A directory as an earlier version made it: without anything about sign-ins. */
function older(): TestDirectory {
  const people = testDirectory()
  mkdirSync(dirname(people.file))
  const database = new Database(people.file)
  database.exec(migrations[0] ?? '')
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
    INSERT INTO accounts (user_name, role) VALUES ('ana', 'Owner')`)
  database.close()
  return people
}

const records = "INSERT INTO sign_in_record (since) VALUES ('2026-10-01T00:00:00Z')"

async function signInsOf(people: TestDirectory, name: string): Promise<unknown[]> {
  const { fields } = await people.live('account', name)
  return [fields['lastSignIn'], fields['signInsFrom']]
}

describe('a file of an earlier version', () => {
  it('is read as it is, byte for byte: of sign-ins nothing is known', async () => {
    const people = older()
    const before = readFileSync(people.file)
    const { graph } = await people.observe()
    expect([...graph.all('account')].map(({ ref, fields }) => [ref.key, fields])).toEqual([
      ['ana', { username: 'ana', type: 'person', status: 'active', sealed: false }],
    ])
    expect(await signInsOf(people, 'ana')).toEqual([undefined, undefined])
    expect(readFileSync(people.file).equals(before)).toBe(true)
  })

  it('is brought forward by the first write, and who is in it is not known to have stayed away', async () => {
    const people = older()
    expect(await people.write(create('account', 'bo'))).toMatchObject([done])
    people.byHand(records)
    expect(await signInsOf(people, 'ana')).toEqual([undefined, undefined])
    expect(await signInsOf(people, 'bo')).toEqual([undefined, '2026-11-22T12:00:00.000Z'])
    people.byHand("UPDATE accounts SET last_sign_in = '2026-11-22T08:30:00Z' WHERE user_name = 'ana'")
    expect(await signInsOf(people, 'ana')).toEqual(['2026-11-22T08:30:00Z', undefined])
  })
})

describe('sign-ins', () => {
  it('are not known while nobody says since when they are recorded', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    expect(await signInsOf(people, 'ana')).toEqual([undefined, undefined])
    people.byHand(records)
    expect(await signInsOf(people, 'ana')).toEqual([undefined, '2026-11-22T12:00:00.000Z'])
  })

  it('of an account that is older than the record are known from then on', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    people.byHand("INSERT INTO sign_in_record (since) VALUES ('2026-12-24T00:00:00Z')")
    expect(await signInsOf(people, 'ana')).toEqual([undefined, '2026-12-24T00:00:00Z'])
  })

  it('are written by nobody but the application', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    const forged = update('account', 'ana', {}, { fields: { lastSignIn: '2026-11-22T08:30:00Z' } })
    expect(await people.write(forged)).toEqual([
      {
        outcome: 'failed',
        message: 'account:ana was left as it is: "lastSignIn" is what happened, and nobody\'s to write.',
      },
    ])
  })

  it.each(['yesterday', '2026-11-22', '2026-11-22T08:30:00+01:00', '2026-13-45T08:30:00Z', ''])(
    '%j is no moment that could be compared, and the file refuses it',
    async (text) => {
      const people = testDirectory()
      await people.write(create('account', 'ana'))
      expect(() => {
        people.byHand(`UPDATE accounts SET last_sign_in = '${text}'`)
      }).toThrow('A sign-in is a moment in UTC, as 2026-11-22T08:30:00Z')
      expect(() => {
        people.byHand(`INSERT INTO sign_in_record (since) VALUES ('${text}')`)
      }).toThrow('Sign-ins are recorded from a moment on in UTC, as 2026-11-22T08:30:00Z')
    },
  )

  it('are recorded from one moment on, and not from two', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    people.byHand(records)
    expect(() => {
      people.byHand(records)
    }).toThrow('Sign-ins are recorded from one moment on')
  })
})
