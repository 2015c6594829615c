import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Write } from '../../src/model/change.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { create, done, remove, rename, resource, update } from './resources.ts'
import { testDirectory, type TestDirectory } from './world.ts'

describe('all or nothing', () => {
  it('writes in order, in one transaction, and gives the ids that SQLite gave', async () => {
    const people = testDirectory()
    expect(
      await people.write(
        create('group', 'engineering'),
        create('group', 'frontend', { links: { parent: ['group:engineering'] } }),
        create('account', 'Ana', { links: { role: ['role:Owner'], primaryGroup: ['group:frontend'] } }),
      ),
    ).toEqual([
      { ...done, id: 'group/1' },
      { ...done, id: 'group/2' },
      { ...done, id: 'account/1' },
    ])
    expect(await people.read('account', 'ana')).toEqual({
      ...resource('account', 'ana'),
      id: 'account/1',
      fields: { username: 'Ana', type: 'person', status: 'active', sealed: false },
      links: { role: ['role:Owner'], primaryGroup: ['group:frontend'], groups: [], manages: [], scope: [] },
    })
  })

  it('rolls everything back with the write that fails, and says which that was', async () => {
    const people = testDirectory()
    const because = 'account:bo was refused: it refers to something that is not there.'
    expect(
      await people.write(
        create('account', 'ana'),
        create('account', 'bo', { links: { groups: ['group:nobody'] } }),
        create('account', 'chen'),
      ),
    ).toEqual([
      { outcome: 'failed', message: `Rolled back with another write of its transaction: ${because}` },
      { outcome: 'failed', message: because },
      { outcome: 'failed', message: `Rolled back with another write of its transaction: ${because}` },
    ])
    expect((await people.observe()).proofs.account).toMatchObject({ count: 0 })
  })

  it('makes the file with the first write and not before', async () => {
    const people = testDirectory()
    const writer = await directory.openWriter(people.target)
    expect(existsSync(people.file)).toBe(false)
    await writer.write([create('account', 'ana')])
    expect(existsSync(people.file)).toBe(true)
    await writer.close()
  })

  it('never gives an id a second time', async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    await people.write(remove(await people.live('account', 'ana')))
    expect(await people.write(create('account', 'ana'))).toEqual([{ ...done, id: 'account/2' }])
  })
})

describe('what a write touches', () => {
  it('C8: a member raised to administrator is one update of the role, and nothing else changes', async () => {
    const people = await withAna()
    const before = await people.live('account', 'ana')
    const raise = update(
      'account',
      'ana',
      { links: { role: ['role:Member'] } },
      { links: { role: ['role:Administrator'] } },
    )
    expect(await people.write(raise)).toEqual([{ ...done, id: before.id }])
    expect(await people.live('account', 'ana')).toEqual({
      ...before,
      links: { ...before.links, role: ['role:Administrator'] },
    })
  })

  it('takes members out of a set and puts others in; those it does not name may come and go', async () => {
    const people = await withAna()
    people.byHand("INSERT INTO memberships VALUES ('ana', 'third')")
    await people.write(
      update(
        'account',
        'ana',
        { links: { groups: ['group:first'] } },
        { links: { groups: ['group:second'] } },
      ),
      update(
        'group',
        'first',
        { fields: { regions: ['eu-west-1'] } },
        { fields: { regions: ['us-east-1'] } },
      ),
    )
    expect((await people.live('account', 'ana')).links['groups']).toEqual(['group:second', 'group:third'])
    expect((await people.live('group', 'first')).fields['regions']).toEqual(['eu-central-1', 'us-east-1'])
  })

  it('empties what the wish has no more', async () => {
    const people = await withAna()
    await people.write(
      update(
        'account',
        'ana',
        { fields: { email: 'ana@acme.example' }, links: { role: ['role:Member'] } },
        {},
      ),
    )
    const ana = await people.live('account', 'ana')
    expect(ana.fields).not.toHaveProperty('email')
    expect(ana.links['role']).toEqual([])
  })

  it('a rename keeps the id, and everything that refers to it follows', async () => {
    const people = await withAna()
    await people.write(
      create('policy', 'payroll', {
        links: { subjects: ['group:first', 'account:ana'], resources: ['application:pay'] },
      }),
      create('grant', 'group:first Member all:*', {
        links: { subject: ['group:first'], role: ['role:Member'], resource: ['all:*'] },
      }),
    )
    const [first, ana] = [await people.live('group', 'first'), await people.live('account', 'ana')]
    await people.write(
      rename('group', 'first', 'One (EU)', { fields: { regions: ['eu-west-1'] } }, {}),
      rename('account', 'ana', 'asilva', { fields: { username: 'Ana' } }, { fields: { username: 'ASilva' } }),
    )
    expect(await people.read('group', 'first')).toBeUndefined()
    expect(await people.live('group', 'One (EU)')).toMatchObject({
      id: first.id,
      fields: { regions: ['eu-central-1'] },
    })
    expect(await people.live('account', 'asilva')).toMatchObject({
      id: ana.id,
      fields: { username: 'ASilva' },
      links: { groups: ['group:One (EU)'] },
    })
    expect((await people.live('policy', 'payroll')).links['subjects']).toEqual([
      'account:asilva',
      'group:One (EU)',
    ])
    expect(await people.live('grant', 'group:One (EU) Member all:*')).toMatchObject({ id: 'grant/1' })
  })

  it('memberships go along with an account and with a group', async () => {
    const people = await withAna()
    await people.write(remove(await people.live('group', 'first'), 'account:ana'))
    expect((await people.live('account', 'ana')).links).toMatchObject({
      groups: [],
      primaryGroup: ['group:home'],
    })
    await people.write(remove(await people.live('group', 'home'), 'account:ana'))
    expect((await people.live('account', 'ana')).links['primaryGroup']).toEqual([])
  })
})

describe('the last look before a write', () => {
  const raise = update(
    'account',
    'ana',
    { links: { role: ['role:Member'] } },
    { links: { role: ['role:Owner'] } },
  )

  it.each<{ moved: string; sql: string; write: Write; message: string }>([
    {
      moved: 'a value',
      sql: "UPDATE accounts SET status = 'suspended'",
      write: update('account', 'ana', { fields: { status: 'active' } }, { fields: { status: 'suspended' } }),
      message: 'it changed since the plan was made: status is now "suspended", not "active"',
    },
    {
      moved: 'a value that was not there',
      sql: "UPDATE groups SET description = 'x' WHERE name = 'first'",
      write: update('group', 'first', {}, { fields: { description: 'y' } }),
      message: 'it changed since the plan was made: description is now "x", not nothing',
    },
    {
      moved: 'a link',
      sql: "UPDATE accounts SET role = 'Administrator'",
      write: raise,
      message: 'it changed since the plan was made: "role:Member" is no longer in role',
    },
    {
      moved: 'a member that comes',
      sql: "INSERT INTO memberships VALUES ('ana', 'second')",
      write: update('account', 'ana', {}, { links: { groups: ['group:second'] } }),
      message: 'it changed since the plan was made: "group:second" is now in groups',
    },
    {
      moved: 'all of it',
      sql: 'DELETE FROM accounts',
      write: raise,
      message: 'it is not there any more',
    },
    {
      moved: 'its identity',
      sql: 'UPDATE accounts SET id = 77',
      write: { ...raise, id: 'account/1' } as Write,
      message: 'it is another one now: account/77, not account/1',
    },
    {
      moved: 'the seal',
      sql: 'UPDATE accounts SET sealed = 1',
      write: raise,
      message: 'it is sealed',
    },
  ])('$moved has moved: the write is not done', async ({ sql, write, message }) => {
    const people = await withAna()
    people.byHand(sql)
    const name = `${write.ref.kind}:${write.ref.key}`
    expect(await people.write(write)).toEqual([
      { outcome: 'failed', message: `${name} was left as it is: ${message}.` },
    ])
  })

  it('a delete does not take what came since, and takes what has left since', async () => {
    const people = await withAna()
    const asRead = await people.live('account', 'ana')
    people.byHand("INSERT INTO managers VALUES ('ana', 'first')")
    expect(await people.write(remove(asRead))).toMatchObject([
      { outcome: 'failed', message: expect.stringContaining('"group:first" is now in manages') as unknown },
    ])
    people.byHand('DELETE FROM managers; DELETE FROM memberships')
    expect(await people.write(remove(asRead))).toMatchObject([done])
  })

  it.each([
    ['member', "INSERT INTO memberships VALUES ('BO', 'first')"],
    ['manager', "INSERT INTO managers VALUES ('bo', 'first')"],
    [
      'person whose primary group it is',
      "UPDATE accounts SET primary_group = 'first' WHERE user_name = 'Bo'",
    ],
  ])('a group that got a %s since is not removed: nobody saw that go along', async (_name, sql) => {
    const people = await withAna()
    await people.write(create('account', 'Bo'))
    const removal = remove(await people.live('group', 'first'), 'account:ana', 'account:chen')
    people.byHand(sql)
    expect(await people.write(removal)).toEqual([
      {
        outcome: 'failed',
        message:
          'group:first was left as it is: it changed since the plan was made: "account:bo" is now in it.',
      },
    ])
    people.byHand(
      "DELETE FROM memberships WHERE account = 'bo'; DELETE FROM managers; DELETE FROM accounts WHERE user_name = 'Bo'",
    )
    expect(await people.write(removal)).toMatchObject([done])
  })

  it('the case of an address is no difference', async () => {
    const people = await withAna()
    people.byHand("UPDATE accounts SET email = 'ANA@acme.example'")
    const move = update(
      'account',
      'ana',
      { fields: { email: 'ana@acme.example' } },
      { fields: { email: 'a@acme.example' } },
    )
    expect(await people.write(move)).toMatchObject([done])
  })
})

describe('what the tables forbid', () => {
  it.each<{ write: Write; message: string }>([
    { write: create('account', 'ANA'), message: 'account:ana was refused: there is one already.' },
    {
      write: create('account', 'bo', { fields: { status: 'asleep' } }),
      message: 'account:bo was refused: an account is active or suspended.',
    },
    {
      write: create('role', 'boss', { links: { implies: ['role:Owner'] } }),
      message: 'role:boss was refused: no role implies Owner.',
    },
    {
      write: create('account', 'bo', { links: { role: ['role:Emperor'] } }),
      message: 'account:bo was refused: it refers to something that is not there.',
    },
    {
      write: create('account', 'bo', { links: { role: ['role:Owner', 'role:Member'] } }),
      message: 'account:bo was left as it is: it can have only one role.',
    },
    {
      write: create('account', 'bo', { fields: { sealed: true } }),
      message: 'account:bo was left as it is: only a person can set "sealed", in the file itself.',
    },
    {
      write: create('account', 'bo', { fields: { shoeSize: 43 } }),
      message: 'account:bo was left as it is: a directory has no field "shoeSize" for it.',
    },
    {
      write: create('account', 'bo', { links: { groups: ['network:hq'] } }),
      message: 'account:bo was left as it is: its groups cannot be network:hq.',
    },
    {
      write: create('group', 'a\0b'),
      message:
        'group:a\uFFFDb was left as it is: a text holds a NUL or half a character, which SQLite cannot keep.',
    },
    {
      write: create('group', 'a\ud800'),
      message:
        'group:a\ud800 was left as it is: a text holds a NUL or half a character, which SQLite cannot keep.',
    },
  ])('$message', async ({ write, message }) => {
    const people = await withAna()
    expect(await people.write(write)).toEqual([{ outcome: 'failed', message }])
  })

  it('something that is referred to stays', async () => {
    const people = await withAna()
    await people.write(create('policy', 'payroll', { links: { subjects: ['group:first'] } }))
    expect(await people.write(remove(await people.live('group', 'first'), 'account:ana'))).toEqual([
      { outcome: 'failed', message: 'group:first was refused: something else still refers to it.' },
    ])
  })

  it('a built-in role is not there to be changed or removed', async () => {
    const people = await withAna()
    expect(await people.write(remove(resource('role', 'Owner')))).toEqual([
      { outcome: 'failed', message: 'role:Owner was left as it is: it is not there any more.' },
    ])
  })
})

async function withAna(): Promise<TestDirectory> {
  const people = testDirectory()
  const results = await people.write(
    create('group', 'home'),
    create('group', 'first', { fields: { regions: ['eu-central-1', 'eu-west-1'] } }),
    create('group', 'second'),
    create('group', 'third'),
    create('account', 'ana', {
      fields: { username: 'Ana', email: 'ana@acme.example' },
      links: { role: ['role:Member'], primaryGroup: ['group:home'], groups: ['group:first'] },
    }),
  )
  expect(results).toMatchObject([done, done, done, done, done])
  return people
}
