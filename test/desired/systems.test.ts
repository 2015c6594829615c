import { describe, expect, it } from 'vitest'
import { codes, describing, lints, read, world, type World } from '../world.ts'

const people = world()
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: {} } })

/** The people of a world, in a system of the given owners. */
function owned(owners: object, from: World = world()): World {
  return from
    .system('dir', { owners })
    .user('ana', { accounts: { dir: { role: 'Owner', username: 'A.Silva' } } })
    .user('bo', { accounts: { dir: {} } })
}

describe('defaults', () => {
  it('of Settings', () => {
    expect(read(people).workspace?.settings).toEqual({
      name: 'acme',
      ledger: { type: 'file', path: '.rolecall/ledger.db' },
      grace: 30,
      dormantAfter: { days: 90 },
      access: 'access',
    })
  })

  it('of a System', () => {
    const text = `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: dir}
spec: {connector: directory, settings: {file: d.db}}
`
    const { workspace } = read([{ file: 'rolecall.yaml', text }])
    expect(workspace?.systems.get('dir')).toMatchObject({
      name: 'dir',
      connector: 'directory',
      credentials: {},
      authentication: 'local',
      memberships: 'manifests',
      stage: 'report',
      exclusive: [],
      ignore: {},
      owners: { anchors: [], minimum: 2 },
      automation: [],
      limits: { moreThan: 10, percent: 10 },
      cause: { file: 'rolecall.yaml', line: 6, document: 'System/dir' },
    })
  })

  it('what is written has a place, and what is built in has none', () => {
    const { workspace } = read(owned({ minimum: 1, anchors: ['ana'] }))
    const places = workspace?.systems.get('dir')?.places
    expect(places?.['owners.minimum']).toEqual({ file: 'rolecall.yaml', line: 20, document: 'System/dir' })
    expect(places?.['owners.anchors']?.line).toBe(21)
    expect(places?.['limits.removals']).toBeUndefined()
  })

  it('limits have a place under both names', () => {
    const { workspace } = read(world().system('dir', { limits: { removals: { percent: 5 } } }))
    const system = workspace?.systems.get('dir')
    expect(system?.limits).toEqual({ moreThan: 10, percent: 5 })
    expect(system?.places['limits.percent']).toEqual(system?.places['limits.removals.percent'])
  })

  it('the day on which credentials expire is no credential', () => {
    const credentials = { token: { env: 'TOKEN' }, expires: '2027-01-31' }
    const { workspace } = read(world().system('dir', { credentials }))
    expect(workspace?.systems.get('dir')?.credentials).toEqual({ token: { env: 'TOKEN' } })
  })
})

describe('owners', () => {
  it('people are named, accounts are meant', () => {
    const { workspace } = read(owned({ expected: ['ana'], anchors: ['ana'], minimum: 1 }))
    expect(workspace?.systems.get('dir')?.owners).toEqual({
      expected: ['a.silva'],
      anchors: ['a.silva'],
      minimum: 1,
    })
  })

  it('of several accounts of an anchor, those that own are protected', () => {
    const two = world()
      .system('dir', { owners: { expected: ['ana'], anchors: ['ana'] } })
      .user('ana', { accounts: { dir: {}, root: { system: 'dir', username: 'root', role: 'Owner' } } })
    const owners = read(two).workspace?.systems.get('dir')?.owners
    expect(owners).toMatchObject({ expected: ['ana', 'root'], anchors: ['root'] })
  })

  it('D3: anybody who is not expected and is given an owner role is an error', () => {
    const { diagnostics } = read(owned({ expected: ['bo'] }))
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      {
        code: 'unexpected-owner',
        span: { file: 'access/users.yaml', line: 8 },
        message: '"ana" would own the system "dir" (directory), and is not among its expected owners (bo).',
      },
    ])
  })

  it('without `expected` anybody may be given an owner role; with an empty list nobody', () => {
    expect(codes(owned({}))).toEqual([])
    expect(codes(owned({ expected: [] }))).toEqual(['unexpected-owner'])
  })

  it('a role that implies an owner role through others makes an owner', () => {
    const chain = owned({ expected: ['ana'] })
      .role('deputy', { implies: ['Owner'] })
      .role('chief', { implies: ['deputy'] })
    expect(codes(chain.user('chen', { accounts: { dir: { role: 'chief' } } }))).toEqual(['unexpected-owner'])
  })

  it('an account that is gone is given nothing', () => {
    const gone = owned({ expected: ['ana'] }).user('old', {
      accounts: { dir: { role: 'Owner' } },
      status: 'left',
      until: '2026-01-01',
    })
    expect(codes(gone)).toEqual([])
  })

  it('an anchor is somebody who has an account; that one owns the system is only a warning', () => {
    expect(codes(owned({ anchors: ['chen'] }).user('chen'))).toEqual(['no-account'])
    expect(codes(owned({ anchors: ['nobody'] }))).toEqual(['unknown-user'])
    expect(lints(owned({ anchors: ['bo'] }))).toEqual(['anchor-not-owner'])
  })

  it('somebody expected who has no account is a warning', () => {
    expect(codes(owned({ expected: ['ana', 'chen'] }).user('chen'))).toEqual([])
    expect(lints(owned({ expected: ['ana', 'chen'] }).user('chen', { accounts: { dir: 'none' } }))).toEqual([
      'no-account',
    ])
  })
})

describe('what a system cannot do is an error', () => {
  it.each([
    ['roles of its own', { declaredRoles: false }, world().role('auditor'), 'unsupported-kind'],
    ['a group to suspend to', {}, world().system('dir', { suspendTo: 'g' }).group('g'), 'unsupported-field'],
    ['a profile', {}, world().system('dir', { profile: 'nowhere' }), 'unknown-profile'],
  ] as const)('%s', (_, differs, from, code) => {
    expect(codes(from, { connectors: describing(differs) })).toEqual([code])
  })

  it.each([
    ['project', world().project('x')],
    ['scope', world().scope('x')],
    ['policy', world().policy('x')],
    ['mapping', world().mapping('x')],
    ['role', world().role('x')],
    ['grant', world().policy('x', { roles: ['Member'], subjects: [], resources: [] })],
  ] as const)('a kind it lacks: %s', (kind, from) => {
    const { [kind]: lacking, ...kinds } = describing({})['directory']?.kinds ?? {}
    expect(lacking).toBeDefined()
    expect(codes(from, { connectors: describing({ kinds }) })).toEqual(['unsupported-kind'])
  })

  it('a collection it lacks, in exclusive and in ignore', () => {
    const { mapping, ...kinds } = describing({})['directory']?.kinds ?? {}
    expect(mapping).toBeDefined()
    const from = world().system('dir', { exclusive: ['groups', 'mappings'], ignore: { mappings: ['*'] } })
    expect(codes(from, { connectors: describing({ kinds }) })).toEqual([
      'unsupported-kind',
      'unsupported-kind',
    ])
  })
})

it('what is declared cannot be ignored too; patterns fold as the keys do', () => {
  expect(
    codes(
      world()
        .system('dir', { ignore: { accounts: ['B*'] } })
        .user('bo', { accounts: { dir: {} } }),
    ),
  ).toEqual(['declared-and-ignored'])
  expect(
    codes(
      world()
        .system('dir', { ignore: { groups: ['B*'] } })
        .group('bo'),
    ),
  ).toEqual([])
})

describe('acceptances', () => {
  it('people are named, or chosen by label', () => {
    const labelled = people.user('chen', { accounts: { dir: {} } }, { labels: { contract: 'x', team: 'y' } })
    const { workspace } = read(
      labelled
        .acceptance('by-name', { finding: 'removal-limit', names: ['gone', 'bo'] })
        .acceptance('by-label', { finding: 'removal-limit', people: { labels: { contract: 'x' } } })
        .acceptance('by-number', { finding: 'removal-limit', atMost: 4 }),
    )
    expect(workspace?.acceptances.map(({ name, people, atMost }) => ({ name, people, atMost }))).toEqual([
      { name: 'by-label', people: ['chen'], atMost: undefined },
      { name: 'by-name', people: ['bo', 'gone'], atMost: undefined },
      { name: 'by-number', people: undefined, atMost: 4 },
    ])
  })

  it('its last day is included; after it there is a warning', () => {
    const until = (day: string): string[] =>
      lints(people.acceptance('a', { finding: 'removal-limit', atMost: 1, until: day }))
    expect(until('2026-11-22')).toEqual([])
    expect(until('2026-11-21')).toEqual(['acceptance-over'])
  })
})
