import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Target, Writer, WriteResult } from '../../../src/connector/contract.ts'
import { secret } from '../../../src/connector/secrets.ts'
import type { Part, Write } from '../../../src/model/change.ts'
import type { Graph } from '../../../src/model/graph.ts'
import type { Kind, Resource } from '../../../src/model/resource.ts'
import { openReader, openWriter } from '../../../src/systems/openstack/client.ts'
import { password } from './server.ts'
import { wireTo, type KeystoneWire } from './wire.ts'
import { api, idOf, keystone, make, withKeystone } from './world.ts'

/**
 * What a writer looks at before it sends anything to a real Keystone, one thing at a time: somebody else was quicker, and
 * each way in which that shows stops that write and nothing else.
 */
withKeystone('what is written to a real Keystone', () => {
  let wire: KeystoneWire
  let seen: Pick<Graph, 'get'>
  let writer: Writer
  const ids: Record<string, string> = {}

  const target = (): Target => ({
    ...{ system: 'stack', settings: { domain: 'acme', reads: 'domain' }, root: '/', now: () => new Date() },
    credentials: {
      authUrl: secret(`${wire.address}/v3`),
      ...{ username: secret('admin'), password: secret(password), projectName: secret('admin') },
    },
  })

  const users = ['gone', 'renamed', 'disabled', 'joins', 'stays', 'moved', 'tuned', 'halved', 'linked']
  const groups = ['ops', 'filled', 'told', 'hidden']
  const roles = ['r-low', 'r-high', 'r-implied', 'r-implies', 'r-hidden', 'r-sealed']
  const path = (name: string): string => `/${ids[name] ?? ''}`
  const role = (name: string): string => (ids[name] ?? '').replace('roles/', '')

  beforeAll(async () => {
    wire = await wireTo(new URL(keystone().url).origin)
    const acme = await make('domain', { name: 'acme' })
    ids['acme'] = `domains/${acme}`
    for (const name of users)
      ids[name] = `users/${await make('user', { name, domain_id: acme, options: {} })}`
    for (const name of groups)
      ids[name] = `groups/${await make('group', { name, domain_id: acme, description: 'as planned' })}`
    for (const name of roles)
      ids[name] =
        `roles/${await make('role', { name, options: name === 'r-sealed' ? { immutable: true } : {} })}`
    for (const name of ['web', 'home'])
      ids[name] = `projects/${await make('project', { name, domain_id: acme })}`
    await api('PUT', `${path('home')}/${ids['stays'] ?? ''}/roles/${await idOf('role', 'admin')}`)
    const reader = openReader(target())
    seen = (await reader.observe()).graph
    await reader.close()

    // somebody is quicker
    await api('DELETE', path('gone'))
    await api('PATCH', path('renamed'), { user: { name: 'anders' } })
    await api('PATCH', path('disabled'), { user: { enabled: false } })
    await api('PUT', `${path('ops')}/${ids['joins'] ?? ''}`)
    await api('PUT', `${path('filled')}/${ids['stays'] ?? ''}`)
    await api('PATCH', path('told'), { group: { description: 'by hand' } })
    await api('PATCH', path('moved'), { user: { default_project_id: ids['home']?.replace('projects/', '') } })
    await api('PATCH', path('tuned'), { user: { options: { ignore_lockout_failure_attempts: true } } })
    await api('PUT', `${path('r-high')}/implies/${role('r-implied')}`)
    await api('PUT', `${path('r-implies')}/implies/${role('r-low')}`)
    await api('PATCH', path('web'), { project: { name: 'www' } })
    await api('PATCH', path('acme'), { domain: { description: 'by hand' } })
    writer = openWriter(target())
  })
  afterAll(async () => {
    await writer.close()
    await wire.close()
  })

  const cause = { document: 'User/some', file: 'access/some.yaml', line: 1 }
  const thing = (kind: Kind, key: string): Resource => {
    const found = seen.get(kind, key)
    if (found === undefined) throw new Error(`there is no ${kind} ${key}`)
    return found
  }
  const part = ({ fields = {}, links = {} }: Partial<Part>): Part => ({ fields, links })
  const remove = (kind: Kind, key: string): Write => ({
    ...{ action: 'delete', ref: thing(kind, key).ref, before: thing(kind, key), cause },
  })
  const change = (kind: Kind, key: string, before: Partial<Part>, after: Partial<Part>): Write => {
    const { ref, id = '' } = thing(kind, key)
    return { ...{ action: 'update', ref, id, before: part(before), after: part(after) }, patch: [], cause }
  }
  const call = (kind: Kind, key: string, to: string): Write => {
    const { ref, id = '' } = thing(kind, key)
    return {
      ...{ action: 'rename', ref: { ...ref, key: to }, id, from: key, before: part({}), after: part({}) },
      ...{ patch: [], cause },
    }
  }
  const sent = (): string[] =>
    wire.calls.flatMap(({ method, path: at }) =>
      method === 'GET' || at === '/v3/auth/tokens' ? [] : [`${method} ${at.replace('/v3', '')}`],
    )
  /** What became of it, without the ids that Keystone makes up. */
  const write = async (one: Write): Promise<{ outcome?: WriteResult['outcome']; message: string }> => {
    wire.calls.splice(0)
    const [result] = await writer.write([one])
    if (result === undefined || !('message' in result)) return { ...result, message: '' }
    return { ...result, message: result.message.replaceAll(/[0-9a-f]{32}/g, 'ID') }
  }

  it.each<[string, () => Write, string]>([
    ['is gone', () => remove('account', 'gone'), 'account:gone: it is not there any more.'],
    ['has another name', () => remove('account', 'renamed'), 'account:renamed: it is called "anders" now.'],
    [
      'has another name, before it is changed',
      () =>
        change('account', 'renamed', { fields: { status: 'active' } }, { fields: { status: 'suspended' } }),
      'account:renamed: it is called "anders" now.',
    ],
    [
      'has another name, before it is called otherwise',
      () => call('project', 'web', 'site'),
      'project:site: it is called "www" now.',
    ],
    [
      'has another status',
      () => remove('account', 'disabled'),
      'account:disabled: it changed since the plan was made: status is now "suspended", not "active".',
    ],
    [
      'has come into a group',
      () => remove('account', 'joins'),
      'account:joins: it changed since the plan was made: "group:ops" is now in groups.',
    ],
    [
      'has a member more',
      () => remove('group', 'filled'),
      'group:filled: it changed since the plan was made: "account:stays" is now in it.',
    ],
    [
      'has another description',
      () =>
        change(
          ...(['group', 'told'] as const),
          { fields: { description: 'as planned' } },
          { fields: { description: 'as wished' } },
        ),
      'group:told: it changed since the plan was made: description is now "by hand", not "as planned".',
    ],
    [
      'has a default project',
      () => change('account', 'moved', {}, { links: { defaultProject: ['project:home'] } }),
      'account:moved: it changed since the plan was made: "project:home" is now in defaultProject.',
    ],
    [
      'comes with another role',
      () => remove('role', 'r-implied'),
      'role:r-implied: it changed since the plan was made: "role:r-high" is now in it.',
    ],
    [
      'brings another role',
      () => remove('role', 'r-implies'),
      'role:r-implies: it changed since the plan was made: "role:r-low" is now in implies.',
    ],
    [
      'is a domain of another description',
      () => change('project', 'acme/', {}, { fields: { description: 'as wished' } }),
      'project:acme/: it changed since the plan was made: description is now "by hand", not nothing.',
    ],
    [
      'is another assignment',
      () => {
        const grant = thing('grant', 'account:stays admin project:home')
        return {
          action: 'delete',
          ref: grant.ref,
          before: { ...grant, id: 'projects/1/users/2/roles/3' },
          cause,
        }
      },
      'grant:account:stays admin project:home: it is another one now: projects/ID/users/ID/roles/ID, not projects/1/users/2/roles/3.',
    ],
    [
      'is to have a group that is not there',
      () => change('account', 'stays', {}, { links: { groups: ['group:nobody'] } }),
      'account:stays: group:nobody is not there.',
    ],
  ])('nothing is sent for what %s meanwhile', async (_, one, message) => {
    expect(await write(one())).toEqual({ outcome: 'failed', message })
    expect(sent()).toEqual([])
  })

  it.each<[string, () => Write, RegExp, string]>([
    [
      'itself',
      () => remove('account', 'stays'),
      /^\/v3\/users\/[^/]+$/,
      '"stack" does not allow GET /v3/users/ID to these credentials (403).',
    ],
    [
      'its members',
      () => remove('group', 'hidden'),
      /\/groups\/[^/]+\/users$/,
      'group:hidden: its members could not be read: they may not be read (403).',
    ],
    [
      'what implies it',
      () => remove('role', 'r-hidden'),
      /\/role_inferences$/,
      'role:r-hidden: what implies it could not be read: they may not be read (403).',
    ],
  ])('nothing is sent where %s may not be looked at', async (_, one, where, message) => {
    wire.faults.add({ method: 'GET', path: where, trouble: { status: 403 } })
    const result = await write(one())
    wire.faults.clear()
    expect(result).toEqual({ outcome: 'failed', message })
    expect(sent()).toEqual([])
  })

  it('what came meanwhile into a set stays there, beside what is wished', async () => {
    const wished = { options: ['ignore_password_expiry'] }
    expect(await write(change('account', 'tuned', {}, { fields: wished }))).toMatchObject({ outcome: 'done' })
    expect((await api('GET', path('tuned'))).body['user']).toMatchObject({
      options: { ignore_lockout_failure_attempts: true, ignore_password_expiry: true },
    })
  })

  it('a role that cannot be changed is opened first, by a call that does nothing else', async () => {
    const before = { immutable: true }
    const after = { immutable: false, description: 'open' }
    const one = change('role', 'r-sealed', { fields: before }, { fields: after })
    expect(await write(one)).toMatchObject({ outcome: 'done' })
    expect(sent()).toEqual([`PATCH ${path('r-sealed')}`, `PATCH ${path('r-sealed')}`])
    expect((await api('GET', path('r-sealed'))).body['role']).toMatchObject({ description: 'open' })
  })

  it('what is done in part is looked at, and what was not begun has failed', async () => {
    const refused = { method: 'PUT', path: /\/groups\/.*\/users\//, trouble: { status: 403 } }
    const links = { groups: ['group:ops'] } as const
    const reason = 'does not allow PUT'
    wire.faults.add(refused)
    const halved = await write(
      change(
        'account',
        'halved',
        { fields: { status: 'active' } },
        { fields: { status: 'suspended' }, links },
      ),
    )
    expect(halved).toMatchObject({ outcome: 'uncertain' })
    expect(halved.message).toContain(`account:halved: it is done in part: "stack" ${reason}`)
    wire.faults.clear()
    wire.faults.add(refused)
    const linked = await write(change('account', 'linked', {}, { links }))
    wire.faults.clear()
    expect(linked).toMatchObject({ outcome: 'failed' })
    expect(linked.message).toContain(`account:linked: "stack" ${reason}`)
  })
})
