import { describe, expect, it } from 'vitest'
import { codes, desired, lints, read, wish, world } from '../world.ts'

describe('the governing documents of a protected branch', () => {
  const before = world()
    .system('dir', { owners: { minimum: 2 } })
    .user('ana', { accounts: { dir: {} } })
  const protectedSources = before.manifests()

  it('a change does not relax its own rules: System, Settings, Guardrail and Acceptance count as they stand there', () => {
    const after = world()
      .settings({ grace: 1, freeze: 'Christmas' })
      .system('dir', { stage: 'full', owners: { minimum: 1 }, automation: ['bot'] })
      .user('ana', { accounts: { dir: {} } })
      .acceptance('mine', { finding: 'removal-limit', atMost: 1000 })
    const { workspace } = read(after, { protectedSources })
    expect(workspace?.systems.get('dir')).toMatchObject({ owners: { minimum: 2 }, automation: [] })
    expect(workspace?.settings).toMatchObject({ grace: 30 })
    expect(workspace?.settings.freeze).toBeUndefined()
    expect(workspace?.acceptances).toEqual([])
  })

  it('taking them out of the files at hand takes nothing away', () => {
    const after = world()
      .system('other')
      .user('ana', { accounts: { dir: {} } })
    const { workspace } = read(after, { protectedSources })
    expect([...(workspace?.systems.keys() ?? [])]).toEqual(['dir'])
  })

  it('everything else is taken from the change at hand', () => {
    const after = world()
      .system('dir')
      .user('bo', { accounts: { dir: {} } })
    expect([...desired(after, 'dir', { protectedSources }).wishes.account.keys()]).toEqual(['bo'])
  })

  it('a system that the protected branch lacks may be named, and is left out until it is merged', () => {
    const after = world()
      .system('dir')
      .system('vpn')
      .user('ana', { accounts: { dir: {}, vpn: {} } })
      .group('g', { systems: { vpn: { account: {} } } })
    const { workspace, diagnostics } = read(after, { protectedSources })
    expect(diagnostics).toEqual([])
    expect([...(workspace?.systems.keys() ?? [])]).toEqual(['dir'])
    expect([...(workspace?.desired.keys() ?? [])]).toEqual(['dir'])
    expect(codes(after.user('bo', { accounts: { vpn: { role: 'Membre' } } }), { protectedSources })).toEqual([
      'unknown-role',
    ])
  })

  it('labels in an Acceptance are those of the protected branch', () => {
    const labelled = (name: string): ReturnType<typeof world> =>
      before
        .acceptance('leavers', { finding: 'removal-limit', people: { labels: { contract: 'ends' } } })
        .user(name, { accounts: { dir: {} } }, { labels: { contract: 'ends' } })
    const { workspace } = read(labelled('bo'), { protectedSources: labelled('chen').manifests() })
    expect(workspace?.acceptances).toMatchObject([{ name: 'leavers', people: ['chen'] }])
  })

  it('an expected owner whom the change takes out is no fault of the change', () => {
    const owners = { owners: { expected: ['ana', 'bo'] } }
    const ana = world()
      .system('dir', owners)
      .user('ana', { accounts: { dir: { role: 'Owner' } } })
    const there = ana.user('bo', { accounts: { dir: { role: 'Owner' } } }).manifests()
    expect(codes(ana, { protectedSources: there })).toEqual([])
    expect(lints(ana, { protectedSources: there })).toEqual(['no-account'])
    expect(codes(ana)).toEqual(['unknown-user'])
  })

  it('a fault in a person of the protected branch is not what is at hand', () => {
    const broken = [
      ...protectedSources,
      { file: 'access/old.yaml', text: 'apiVersion: rolecall/v1\nkind: Usr\n' },
    ]
    expect(read(before, { protectedSources: broken }).diagnostics).toEqual([])
  })

  it('a governing document that is at fault there is a fault', () => {
    const broken = world().system('dir', { connector: 'directry' }).manifests()
    expect(codes(before, { protectedSources: broken })).toContain('unknown-connector')
  })
})

describe('one run shows as much as it can, and no fault twice', () => {
  it('documents at fault do not hide what is wrong with others', () => {
    const many = world()
      .group('engineering', { members: ['anna'] })
      .user('ana', { accounts: { dir: { role: 'Chief' } } })
      .user('bo', { groups: ['enginering'], accounts: { dir: {} } })
      .policy('p', { resources: [{ project: 'web' }] })
    expect(codes(many)).toEqual(['unknown-project', 'unknown-user', 'unknown-role', 'unknown-group'])
  })

  it('what refers to a document at fault is not said to refer to nothing', () => {
    const files = world()
      .group('engineering', { systems: { dir: { account: {} } } })
      .user('ana', { groups: ['engineering'] })
      .manifests()
      .map(({ file, text }) => ({ file, text: text.replace('kind: Group', 'kind: Grup') }))
    expect(codes(files)).toEqual(['unknown-kind'])
  })

  it('a whole folder that is missing is answered in no time, and not with a guess for each', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `person-${i}`)
    const text = names
      .slice(0, 2500)
      .map((name) => `apiVersion: rolecall/v1\nkind: User\nmetadata: {name: ${name}}\nspec: {}\n`)
      .join('---\n')
    const files = [
      ...world().group('all', { members: names }).manifests(),
      { file: 'access/people.yaml', text },
    ]
    const unknown = read(files).diagnostics.filter(({ code }) => code === 'unknown-user')
    expect(unknown).toHaveLength(2500)
    expect(unknown.filter(({ fix }) => fix?.startsWith('Did you mean') === true)).toHaveLength(100)
  })

  it('warnings and hints do not stop a run, errors do', () => {
    const warned = world().user('ana', { employment: 'contractor', accounts: { dir: {} } })
    expect(read(warned).workspace).toBeDefined()
    expect(read(warned.user('bo', { accounts: { vpn: {} } })).workspace).toBeUndefined()
  })
})

describe('the content of a document', () => {
  const digest = (text: string): string | undefined =>
    read([...world().manifests(), { file: 'access/p.yaml', text }]).workspace?.document('User/ana')?.digest

  const ana = `apiVersion: rolecall/v1
kind: User
metadata: {name: ana}
spec: {email: ana@acme.example, accounts: {dir: {role: Member}}}
`

  it('is the same however it is laid out, and wherever it stands', () => {
    const laidOut = `# the first of us
kind: User
apiVersion: "rolecall/v1"
spec:
  accounts:
    dir:
      role: Member   # for now
  email: ana@acme.example
metadata:
  name: ana
`
    expect(digest(ana)).toMatch(/^[0-9a-f]{64}$/)
    expect(digest(laidOut)).toBe(digest(ana))
  })

  it('is another as soon as it says something else', () => {
    expect(digest(ana.replace('Member', 'Owner'))).not.toBe(digest(ana))
  })

  it('is unknown for a document that is not there', () => {
    expect(read(world()).workspace?.document('User/nobody')).toBeUndefined()
  })
})

it('D1: people carry what findings and guardrails ask for', () => {
  const { workspace } = read(
    world()
      .user('ana', { employment: 'employee', accounts: { dir: {} } }, { labels: { team: 'platform' } })
      .user('bot', {
        type: 'service',
        owner: 'ana',
        purpose: 'Builds',
        accounts: { dir: {} },
      }),
  )
  expect([...(workspace?.people.values() ?? [])]).toMatchObject([
    {
      name: 'ana',
      type: 'person',
      employment: 'employee',
      labels: { team: 'platform' },
      cause: { document: 'User/ana' },
    },
    { name: 'bot', type: 'service', labels: {} },
  ])
})

it('C1: a contractor without an expiry is a warning', () => {
  const { diagnostics } = read(world().user('bo', { employment: 'contractor', accounts: { dir: {} } }))
  expect(diagnostics).toMatchObject([{ code: 'contractor-without-until', severity: 'warning' }])
  expect(
    lints(world().user('bo', { employment: 'contractor', until: '2027-01-31', accounts: { dir: {} } })),
  ).toEqual([])
})

it('a wish knows where it comes from', () => {
  const from = world()
    .user('ana', { accounts: { dir: {} } })
    .user('bo', { accounts: { dir: {} } })
  expect(wish(from, 'account', 'bo').cause).toEqual({
    file: 'access/users.yaml',
    line: 9,
    document: 'User/bo',
  })
})
