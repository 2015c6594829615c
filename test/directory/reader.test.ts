import Database from 'libsql'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kinds } from '../../src/model/resource.ts'
import { ConnectorFault } from '../../src/connector/fault.ts'
import { openToRead } from '../../src/systems/directory/database.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { create, ref } from './resources.ts'
import { testDirectory } from './world.ts'

describe('reading', () => {
  it('a file that does not exist is an empty directory, proven, and is not made', async () => {
    const { observe, read, file } = testDirectory()
    const { graph, proofs, readAt } = await observe()
    for (const kind of kinds) {
      expect([...graph.all(kind)]).toEqual([])
      expect(proofs[kind]).toEqual({ complete: true, evidence: ['transaction'], count: 0 })
    }
    expect(readAt).toBe('2026-11-22T12:00:00.000Z')
    expect(await read('account', 'ana')).toBeUndefined()
    expect(existsSync(dirname(file))).toBe(false)
  })

  it('an empty file is an empty directory too', async () => {
    const { observe, file } = testDirectory()
    mkdirSync(dirname(file))
    writeFileSync(file, '')
    expect((await observe()).proofs.account).toMatchObject({ complete: true, count: 0 })
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('sends no write: SQLite refuses one, and the file is the same byte for byte', async () => {
    const people = testDirectory()
    await people.write(
      create('group', 'engineering'),
      create('account', 'ana', { links: { role: ['role:Owner'] } }),
    )
    const before = readFileSync(people.file)
    await people.observe()
    await people.read('account', 'ana')
    expect(readFileSync(people.file).equals(before)).toBe(true)
    const looker = openToRead(people.file)
    const erase = (): Promise<unknown> =>
      Promise.resolve().then(() => looker.look((file) => file?.exec('DELETE FROM accounts')))
    const refused = { cause: { code: 'SQLITE_READONLY' } }
    await expect(erase()).rejects.toMatchObject(refused)
    const other = new Database(people.file)
    other.exec("INSERT INTO groups (name) VALUES ('finance')")
    await expect(erase()).rejects.toMatchObject(refused)
    expect((await people.observe()).proofs.account).toMatchObject({ count: 1 })
    looker.close()
    other.close()
  })

  it('sees the file that the first apply makes while it is open', async () => {
    const people = testDirectory()
    const reader = await directory.openReader(people.target)
    expect(await reader.read(ref('account', 'ana'))).toBeUndefined()
    await people.write(create('account', 'Ana', { links: { role: ['role:Owner'] } }))
    expect(await reader.read(ref('account', 'ana'))).toMatchObject({
      id: 'account/1',
      fields: { username: 'Ana' },
    })
    await reader.close()
  })

  it('takes all collections from one moment', async () => {
    const people = testDirectory()
    await people.write(
      create('group', 'engineering'),
      create('account', 'ana', { links: { groups: ['group:engineering'] } }),
    )
    const other = new Database(people.file)
    // Somebody has the file open: SQLite gives one moment to the reader.
    other.exec("INSERT INTO groups (name) VALUES ('finance')")
    const looker = openToRead(people.file)
    const seen = looker.look((file) => {
      file?.exec('BEGIN')
      const groups = file?.rows('SELECT name FROM groups')
      other.exec('DELETE FROM accounts; DELETE FROM memberships; DELETE FROM groups')
      const accounts = file?.rows('SELECT user_name FROM accounts')
      file?.exec('COMMIT')
      return { groups, accounts }
    })
    expect(seen).toMatchObject({ groups: [{}, {}], accounts: [{}] })
    expect(looker.look((file) => file?.rows('SELECT user_name FROM accounts'))).toEqual([])
    looker.close()
    other.close()
  })

  it('leaves the built-in roles out: they are words of the system, not resources', async () => {
    const people = testDirectory()
    await people.write(create('role', 'auditor', { fields: { privileges: ['log.read'] } }))
    const { graph } = await people.observe()
    expect([...graph.all('role')].map((role) => role.ref.key)).toEqual(['auditor'])
    expect(await people.read('role', 'Owner')).toBeUndefined()
  })

  it('carries what nobody knows: a role, a status and a group that the tables do not have', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana', { links: { role: ['role:Member'] } }))
    people.byHand(
      "UPDATE accounts SET role = 'Emperor', status = 'frozen'; INSERT INTO memberships VALUES ('ana', 'ghosts')",
      'PRAGMA ignore_check_constraints = ON',
    )
    expect(await people.read('account', 'ana')).toMatchObject({
      fields: { status: 'frozen' },
      links: { role: ['role:Emperor'], groups: ['group:ghosts'] },
    })
  })

  it('has no account of its own, and gives the rows of owners as they stand', async () => {
    const people = testDirectory()
    await people.write(
      create('account', 'Ana', { links: { role: ['role:Owner'] } }),
      create('account', 'bo', { links: { role: ['role:Administrator'] } }),
    )
    const reader = await directory.openReader(people.target)
    expect(await reader.whoami()).toBeUndefined()
    const payloads = await reader.ownerPayloads()
    expect(payloads).toEqual([
      { id: 1, user_name: 'Ana', type: 'person', status: 'active', role: 'Owner', scope: null },
    ])
    expect(payloads.map(directory.floor)).toEqual([{ account: 'ana', owner: true, usable: true }])
    await reader.close()
  })
})

describe('files that cannot be trusted', () => {
  it.each([
    {
      what: 'not SQLite',
      spoil: (file: string) => {
        writeFileSync(file, 'not a database at all '.repeat(100))
      },
      code: 'unreadable',
      message: /is not an SQLite file\.$/,
    },
    {
      what: 'cut off in the middle',
      spoil: (file: string) => {
        writeFileSync(file, readFileSync(file).subarray(0, 6000))
      },
      code: 'unreadable',
      message: /is damaged\.$/,
    },
    {
      what: 'a folder',
      spoil: (file: string) => {
        mkdirSync(`${file}.d`)
      },
      code: 'unreachable',
      message: /cannot be opened\.$/,
      file: 'people.db.d',
    },
    {
      what: 'a link to itself',
      spoil: (file: string) => {
        symlinkSync('people.db.l', `${file}.l`)
      },
      code: 'unreachable',
      message: /cannot be opened\.$/,
      file: 'people.db.l',
    },
    {
      what: 'a link to itself by way of what is missing',
      spoil: (file: string) => {
        symlinkSync('missing/../people.db.m', `${file}.m`)
      },
      code: 'unreachable',
      message: /cannot be opened\.$/,
      file: 'people.db.m',
    },
  ])('$what: one sentence, one way forward', async ({ spoil, code, message, file }) => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    spoil(people.file)
    const target =
      file === undefined ? people.target : { ...people.target, settings: { file: `.rolecall/${file}` } }
    const fault = await faultOf(async () => (await directory.openReader(target)).observe())
    expect(fault).toMatchObject({ code, message: expect.stringMatching(message) as unknown })
    expect(fault.fix).toMatch(/\.$/)
    await faultOf(async () => (await directory.openWriter(target)).write([create('group', 'x')]))
  })

  it('another program’s file is not a directory, and is not written to', async () => {
    const people = testDirectory()
    mkdirSync(dirname(people.file))
    people.byHand('CREATE TABLE bookmarks (url TEXT)')
    const before = readFileSync(people.file)
    expect((await faultOf(people.observe)).message).toMatch(
      /is an SQLite file of another program, not a directory\.$/,
    )
    expect((await faultOf(() => people.write(create('group', 'x')))).code).toBe('unreadable')
    expect(readFileSync(people.file).equals(before)).toBe(true)
  })

  it('a file of a later version is not read, let alone written', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    people.byHand('PRAGMA user_version = 99')
    const fault = await faultOf(people.observe)
    expect(fault.message).toMatch(/was written by a later version of rolecall\.$/)
    expect(fault.fix).toBe('Update rolecall to the version that wrote it.')
    expect((await faultOf(() => people.write(create('group', 'x')))).message).toBe(fault.message)
  })

  it('a list that is not JSON is a fault and not an empty list', async () => {
    const people = testDirectory()
    await people.write(create('group', 'engineering'))
    people.byHand("UPDATE groups SET regions = '[eu'", 'PRAGMA ignore_check_constraints = ON')
    expect((await faultOf(people.observe)).message).toMatch(/holds a list that is not JSON\.$/)
  })

  it.each(['../outside.db', '/etc/passwd', '.', '', 'link/outside.db', 'dangling.db'])(
    'the file %j lies outside of the workspace and is not opened',
    async (file) => {
      const people = testDirectory()
      symlinkSync('/tmp', join(people.root, 'link'))
      symlinkSync('/tmp/rolecall-nowhere.db', join(people.root, 'dangling.db'))
      const fault = await faultOf(() => directory.openReader({ ...people.target, settings: { file } }))
      expect(fault.message).toMatch(/^The file of system "people" lies outside of the workspace: "/)
      expect(existsSync('/tmp/rolecall-nowhere.db')).toBe(false)
    },
  )
})

async function faultOf(work: () => Promise<unknown>): Promise<ConnectorFault> {
  const error: unknown = await work().then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConnectorFault)
  return error as ConnectorFault
}
