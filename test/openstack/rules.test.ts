import { describe, expect, it } from 'vitest'
import { impactOf } from '../../src/access/impact.ts'
import { Access } from '../../src/access/questions.ts'
import { secret } from '../../src/connector/secrets.ts'
import type { Write } from '../../src/model/change.ts'
import type { GraphView } from '../../src/model/graph.ts'
import type { Resource } from '../../src/model/resource.ts'
import { openstack } from '../../src/systems/openstack/index.ts'
import { keyOf, namedBy } from '../../src/systems/openstack/names.ts'
import { signInOf } from '../../src/systems/openstack/sign-in.ts'
import { codes, read, wish, world } from '../world.ts'
import { account, cloud, customer, grant, project, role, thing, typed } from './graph.ts'

const plain = openstack.rules
const { rules: cloudvps } = { ...openstack, ...openstack.variant?.({ profile: 'cloudvps', settings: {} }) }
const cause = { file: 'a.yaml', line: 1, document: 'User/a' }

function create(after: Resource): Write {
  return { action: 'create', ref: after.ref, after, cause }
}

function update(ref: Resource, before: object, after: object): Write {
  const part = (fields: object): { fields: object; links: object } => ({ fields, links: {}, ...fields })
  return {
    ...{ action: 'update', ref: ref.ref, patch: [], cause },
    before: { ...part({}), ...before },
    after: { ...part({}), ...after },
  } as Write
}

function messages(graph: GraphView, after: GraphView, ...writes: Write[]): string[] {
  return plain.invariants(graph, after, writes).map(({ message }) => message)
}

describe('names', () => {
  it.each([
    ['Default', 'ana'],
    ['Default', 'a/b'],
    ['acme', 'ana'],
    ['ac/me', 'a/b'],
    ['ac%2Fme', 'ana'],
    ['acme', ''],
    ['', 'admin'],
  ])('%j, %j has a key of its own that leads back', (domain, name) => {
    expect(namedBy('Default', keyOf('Default', { domain, name }))).toEqual({ domain, name })
  })
})

describe('who owns a Keystone', () => {
  const owns = (graph: GraphView, key = 'ana'): unknown => {
    const found = graph.get('account', key)
    return found && plain.ownership(found, graph)
  }
  const usable = { owner: true, unusable: [] }

  it('admin on the system, on any project or domain, by a group, by another role, or inherited: it rules the cloud', () => {
    const web = project('web')
    expect(owns(cloud(account('ana'), grant('account:ana', 'admin', 'system:all')))).toEqual(usable)
    expect(owns(cloud(web, account('ana'), grant('account:ana', 'admin', 'project:web')))).toEqual(usable)
    expect(owns(cloud(account('ana'), grant('account:ana', 'admin', 'domain:Default')))).toEqual(usable)
    const member = account('ana', { links: { groups: ['group:ops'] } })
    expect(
      owns(cloud(web, member, thing('group', 'ops'), grant('group:ops', 'admin', 'project:web'))),
    ).toEqual(usable)
    expect(
      owns(cloud(role('root', 'admin'), account('ana'), grant('account:ana', 'root', 'system:all'))),
    ).toEqual(usable)
    expect(owns(cloud(web, account('ana'), grant('account:ana', 'admin', 'projectsIn:Default')))).toEqual(
      usable,
    )
    const below = project('api', { links: { parent: ['project:web'] } })
    expect(
      owns(cloud(web, below, account('ana'), grant('account:ana', 'admin', 'projectsUnder:web'))),
    ).toEqual(usable)
    expect(owns(cloud(account('ana'), grant('account:ana', 'member', 'system:all')))).toEqual({
      owner: false,
      unusable: [],
    })
  })

  it('is not counted on who is suspended, or in a disabled domain or project, or on nothing that is there', () => {
    const because = (graph: GraphView): unknown => (owns(graph) as { unusable: string[] }).unusable
    const onSystem = grant('account:ana', 'admin', 'system:all')
    expect(because(cloud(account('ana', { fields: { status: 'suspended' } }), onSystem))).toEqual([
      'suspended',
    ])
    const elsewhere = account('ana', { links: { domain: ['project:acme/'] } })
    expect(because(cloud(elsewhere, onSystem))).toEqual(['in a disabled or unknown domain'])
    const off = project('off', { fields: { enabled: false } })
    expect(because(cloud(off, account('ana'), grant('account:ana', 'admin', 'project:off')))).toEqual([
      'in the disabled project off',
    ])
    expect(because(cloud(account('ana'), grant('account:ana', 'admin', 'projectsIn:Default')))).toEqual([
      'on nothing that is there: no project below Default',
    ])
  })

  it('lasts as long as the password, unless its end is ignored', () => {
    const passwordExpires = '2026-12-01T00:00:00.000000'
    const onSystem = grant('account:ana', 'admin', 'system:all')
    expect(owns(cloud(account('ana', { fields: { passwordExpires } }), onSystem))).toMatchObject({
      lasts: '2026-12-01T00:00:00.000000Z',
    })
    const exempt = account('ana', { fields: { passwordExpires, options: ['ignore_password_expiry'] } })
    expect(owns(cloud(exempt, onSystem))).toEqual(usable)
  })

  it('a role that was renamed away from admin owns nothing', () => {
    const renamed = cloud(account('ana'), grant('account:ana', 'admin', 'system:all'))
    const gone = {
      ...renamed,
      system: 'stack',
      get: renamed.get.bind(renamed),
      all: renamed.all.bind(renamed),
    }
    gone.get = (kind, key) => (kind === 'role' && key === 'admin' ? undefined : renamed.get(kind, key))
    expect(owns(gone)).toEqual({ owner: false, unusable: [] })
  })

  it('hangs on the grant, the roles on the way, the group, the project and both domains', () => {
    const graph = cloud(
      project('web'),
      account('ana', { links: { groups: ['group:ops'] } }),
      thing('group', 'ops'),
      grant('group:ops', 'root', 'project:web'),
      role('root', 'admin'),
    )
    const refs = plain.ownershipDependsOn(graph.get('account', 'ana')!, graph)
    expect(refs.map(({ kind, key }) => `${kind}:${key}`).sort()).toEqual([
      'grant:group:ops root project:web',
      'group:ops',
      'project:Default/',
      'project:web',
      'role:admin',
      'role:root',
    ])
  })
})

it('an owner by the system as a whole hangs on the domain of its account', () => {
  const acme = project('acme/', { fields: { type: 'domain' }, links: { domain: [] } })
  const ana = account('acme/ana', { links: { domain: ['project:acme/'] } })
  const graph = cloud(acme, ana, grant('account:acme/ana', 'admin', 'system:all'))
  const refs = plain.ownershipDependsOn(ana, graph).map(({ kind, key }) => `${kind}:${key}`)
  expect(refs).toContain('project:acme/')
})

describe('the floor', () => {
  const payload = {
    ...{ home: 'Default', role: 'admin', scope: 'project' },
    user: { name: 'ana', enabled: true, password_expires_at: null, options: {} },
    domain: { name: 'acme', enabled: true },
    project: { enabled: true },
    scopeDomain: { enabled: true },
  }
  it('lasts as long as the password, unless its end is ignored', () => {
    const user = { ...payload.user, password_expires_at: '2026-12-01T00:00:00.000000' }
    expect(openstack.floor({ ...payload, user })).toMatchObject({ lasts: '2026-12-01T00:00:00.000000Z' })
    const exempt = { ...user, options: { ignore_password_expiry: true } }
    expect(openstack.floor({ ...payload, user: exempt })).not.toHaveProperty('lasts')
  })

  it('finds an owner under the key that the graph has', () => {
    expect(openstack.floor(payload)).toEqual({ account: 'acme/ana', owner: true, usable: true })
    expect(openstack.floor({ ...payload, domain: { name: 'Default', enabled: true } }).account).toBe('ana')
  })
  it.each([
    ['another role', { role: 'member' }],
    ['a disabled user', { user: { ...payload.user, enabled: false } }],
    ['a disabled domain', { domain: { name: 'acme', enabled: false } }],
    ['a disabled project', { project: { enabled: false } }],
    ['a project of a disabled domain', { scopeDomain: { enabled: false } }],
    ['another project than the one that counts', { only: 'Main Customer Interface Project' }],
    ['nobody', { user: undefined }],
  ])('counts nobody by %s', (_, part) => {
    expect(openstack.floor({ ...payload, ...part } as typeof payload).usable).toBe(false)
  })
})

describe('what no plan may do', () => {
  it('refuses names that its tables have no room for', () => {
    const long = (count: number): Resource => thing('group', 'g'.repeat(count))
    expect(messages(cloud(), cloud(long(64)), create(long(64)))).toEqual([])
    expect(messages(cloud(), cloud(long(65)), create(long(65)))).toEqual([
      `group:${'g'.repeat(65)} has a name of more than 64 signs, which Keystone refuses.`,
    ])
  })

  it('refuses names that Keystone would alter, and those that differ in case only', () => {
    const blank = account(' ana')
    expect(messages(cloud(), cloud(blank), create(blank))).toEqual([
      'account: ana has blanks at an end of its name, which Keystone drops without a word.',
    ])
    const upper = account('ANA')
    expect(messages(cloud(account('ana')), cloud(account('ana'), upper), create(upper))).toEqual([
      'account:ANA differs from account "ana" in case only, and some databases take the two for one.',
    ])
  })

  it('refuses a role that nobody has, with those that are there', () => {
    const one = grant('account:ana', 'opertor', 'system:all')
    const after = cloud(account('ana'), one)
    const [violation] = plain.invariants(cloud(account('ana')), after, [create(one)])
    expect(violation).toMatchObject({
      message: 'grant:account:ana opertor system:all refers to role:opertor, which is not there.',
      remedy: 'Declare it as a Role, or name one that is there: admin, member, reader.',
    })
  })

  it('refuses circles of implied roles, and admin among them', () => {
    const circle = role('a', 'b')
    expect(messages(cloud(), cloud(circle, role('b', 'a')), create(circle))).toEqual([
      'role:a would imply itself.',
    ])
    const root = role('root', 'admin')
    expect(messages(cloud(), cloud(root), create(root))).toEqual([
      'role:root would imply admin, which Keystone refuses.',
    ])
  })

  it('refuses a role that would imply one of a single domain, and to make a domain immutable for ever', () => {
    const ofAcme = thing('role', 'acme/local', { links: { implies: [], domain: ['project:acme/'] } })
    const wide = role('wide', 'acme/local')
    expect(messages(cloud(ofAcme), cloud(ofAcme, wide), create(wide))).toEqual([
      'role:wide would imply role:acme/local, a role of one domain, which Keystone refuses.',
    ])
    const domain = project('acme/', { fields: { type: 'domain' }, links: { domain: [] } })
    const fixed = update(domain, {}, { fields: { immutable: true } })
    expect(messages(cloud(domain), cloud(domain), fixed)).toEqual([
      'project:acme/ is a domain, and one that is immutable stays so for ever.',
    ])
  })

  it('refuses to touch what is immutable, but to lift that', () => {
    const fixed = project('web', { fields: { immutable: true } })
    const described = update(fixed, {}, { fields: { description: 'x' } })
    expect(messages(cloud(fixed), cloud(fixed), described)).toEqual([
      'project:web is immutable, and Keystone refuses to change it.',
    ])
    const lifted = update(fixed, { fields: { immutable: true } }, { fields: { immutable: false } })
    expect(messages(cloud(fixed), cloud(fixed), lifted)).toEqual([])
  })

  it('refuses to make or remove a domain, and to disable a project above an enabled one', () => {
    const domain = project('acme/', { fields: { type: 'domain' }, links: { domain: [] } })
    expect(messages(cloud(), cloud(domain), create(domain))).toEqual([
      'project:acme/ is a domain, and rolecall neither makes, renames nor removes one.',
    ])
    const web = project('web', { fields: { enabled: false } })
    const api = project('api', { links: { parent: ['project:web'] } })
    const off = update(web, { fields: { enabled: true } }, { fields: { enabled: false } })
    expect(messages(cloud(project('web'), api), cloud(web, api), off)).toEqual([
      'project:web would be disabled above an enabled project.',
    ])
  })

  it('refuses to remove a project above others, to enable one below a disabled one, and to rename what policies inherit from', () => {
    const web = project('web')
    const api = project('api', { links: { parent: ['project:web'] } })
    const removal: Write = { action: 'delete', ref: web.ref, before: web, cause }
    const allowed = openstack.variant!({ settings: { deleteProjects: true } }).rules!
    expect(allowed.invariants(cloud(web, api), cloud(api), [removal]).map(({ message }) => message)).toEqual([
      'project:web has projects below it.',
    ])
    const off = project('web', { fields: { enabled: false } })
    expect(messages(cloud(off), cloud(off, api), create(api))).toEqual([
      'project:api would be enabled below a disabled project.',
    ])
    const shop = project('shop')
    const renamed = { ...update(shop, {}, {}), action: 'rename', from: 'web' } as Write
    const held = grant('account:ana', 'member', 'projectsUnder:web')
    expect(messages(cloud(web), cloud(shop), renamed)).toEqual([])
    expect(messages(cloud(web, account('ana'), held), cloud(shop, account('ana'), held), renamed)).toEqual([
      'project:shop is renamed while roles are given on all projects below "web", and a policy names those by the old name.',
    ])
  })

  it('looks at a state once, however many projects are written', () => {
    const projects = Array.from({ length: 50 }, (_, at) =>
      project(`p${at}`, { links: { parent: at === 0 ? [] : ['project:p0'] } }),
    )
    const graph = cloud(...projects)
    let looks = 0
    const counted: GraphView = {
      system: 'stack',
      get: (kind, key) => graph.get(kind, key),
      all: (kind) => {
        looks += 1
        return graph.all(kind)
      },
    }
    const writes = projects.map((one) =>
      update(one, { fields: { enabled: true } }, { fields: { enabled: false } }),
    )
    plain.invariants(counted, counted, writes.slice(0, 1))
    const forOne = looks
    plain.invariants(counted, counted, writes)
    expect(looks).toBe(forOne)
  })

  it('refuses the deletion of a project unless its System allows it', () => {
    const removal: Write = { action: 'delete', ref: project('web').ref, before: project('web'), cause }
    expect(messages(cloud(project('web')), cloud(), removal)).toHaveLength(1)
    const allowed = openstack.variant?.({ settings: { deleteProjects: true } }).rules
    expect(allowed?.invariants(cloud(project('web')), cloud(), [removal])).toEqual([])
  })
})

describe('CloudVPS', () => {
  const ownership = (graph: GraphView, key: string): unknown =>
    cloudvps.ownership(graph.get('account', key)!, graph)

  it('V4, V5: main-customer and customer-admin own the account; admin on a project does not', () => {
    const graph = customer(
      typed('ana', 'customer-admin'),
      typed('tom', 'customer-tech'),
      grant('account:tom', 'admin', 'system:all'),
    )
    expect([ownership(graph, 'main'), ownership(graph, 'ana'), ownership(graph, 'tom')]).toEqual([
      { owner: true, unusable: [] },
      { owner: true, unusable: [] },
      { owner: false, unusable: [] },
    ])
  })

  it("a domain comes with the cloud: nobody has to declare it, and it is nobody's to remove", () => {
    const domain = project('acme/', { fields: { type: 'domain' }, links: { domain: [] } })
    for (const rules of [plain, cloudvps])
      expect([domain, project('web')].map((one) => rules.implied?.(one, customer()))).toEqual([
        'domains come with the cloud',
        undefined,
      ])
  })

  it('V2, V5: the role of a customer-admin owns the account on the interface project alone, by a group too', () => {
    const own = (resource: string, ...more: Resource[]): unknown =>
      ownership(
        customer(
          project('web'),
          thing('group', 'ops'),
          typed('tom', 'customer-tech', { links: { groups: ['group:ops'] } }),
          grant('group:ops', 'customer-admin', resource),
          ...more,
        ),
        'tom',
      )
    expect(own('project:web')).toEqual({ owner: false, unusable: [] })
    expect(own('project:0042')).toEqual({ owner: true, unusable: [] })
    // of two, nobody can say which one counts
    expect(own('project:0042', project('0043', { fields: { type: 'interface' } }))).toEqual({
      owner: false,
      unusable: [],
    })
  })

  it('V1: a state with two interface projects, or with none, is refused whatever is written', () => {
    const seen = (graph: GraphView): string[] =>
      cloudvps.invariants(graph, graph, []).map(({ message }) => message)
    const second = project('0043', { fields: { type: 'interface' } })
    expect(seen(customer())).toEqual([])
    expect(seen(customer(second))).toEqual([
      'There must be exactly one Main Customer Interface Project, and 2 are seen.',
    ])
    expect(seen(cloud(typed('main', 'main-customer')))).toEqual([
      'There must be exactly one Main Customer Interface Project, and 0 are seen.',
    ])
  })

  it('a user has one type', () => {
    const ana = typed('ana', 'customer-tech', {
      links: { role: ['role:customer-tech', 'role:customer-client'] },
    })
    const graph = customer(ana)
    const found = cloudvps.invariants(customer(), graph, [create(ana)]).map(({ message }) => message)
    expect(found).toEqual(['account:ana would have 2 types at once.'])
  })

  it('V1: a second interface project is never made', () => {
    const second = project('0043', { fields: { type: 'interface' } })
    const graph = customer(second)
    const found = cloudvps.invariants(customer(), graph, [create(second)]).map(({ message }) => message)
    expect(found).toContain(
      'project:0043 is a Main Customer Interface Project, which comes with the account and is never made.',
    )
    expect(cloudvps.sealed(project('0042', { fields: { type: 'interface' } }))).toBe(true)
  })

  it('V4: the main-customer is sealed, and so are the roles that are types', () => {
    expect(cloudvps.sealed(typed('main', 'main-customer'))).toBe(true)
    expect(cloudvps.sealed(role('customer-tech'))).toBe(true)
    expect(cloudvps.sealed(typed('ana', 'customer-admin'))).toBe(false)
  })

  it('V4, V5: what CloudVPS adds to every project is implied, with its cause, and nobody else is', () => {
    const graph = customer(project('web'), typed('ana', 'customer-admin'), typed('tom', 'customer-tech'))
    const because = (subject: string, resource: string): unknown =>
      cloudvps.implied?.(grant(subject, 'member', resource), graph)
    expect(because('account:ana', 'project:web')).toBe('customer-admin is added to every project')
    expect(because('account:main', 'projectsIn:Default')).toBe('main-customer is added to every project')
    expect(because('account:tom', 'project:web')).toBeUndefined()
    expect(because('account:ana', 'project:0042')).toBeUndefined()
  })

  it('V4, V5: a project that comes is one more that main-customer and customer-admin are added to, said with its cause', () => {
    const people = [typed('ana', 'customer-admin'), typed('tom', 'customer-tech')]
    const web = project('web')
    const { access } = impactOf({
      ...{ rules: cloudvps, system: 'stack', writes: [create(web)], person: (key: string) => key },
      ...{ before: customer(...people), after: customer(...people, web) },
    })
    const told = access.map((change) => JSON.stringify(change))
    expect(told.join('\n')).toContain('every right')
    expect(access.flatMap(({ subjects, through }) => [...subjects, ...through])).toEqual(
      expect.arrayContaining([
        'account:ana',
        'account:main',
        'project:web',
        'role:customer-admin',
        'role:main-customer',
      ]),
    )
    expect(told.join('\n')).not.toContain('account:tom')
  })

  it('V2, V4, V5, V6, V7, V8: the type alone decides what one may do in the interface', () => {
    const graph = customer(
      project('web'),
      ...[
        ['ana', 'customer-admin'],
        ['finn', 'customer-billing'],
        ['tom', 'customer-tech'],
        ['cleo', 'customer-client'],
      ].map(([key = '', type = '']) => typed(key, type)),
      account('nobody'),
      grant('account:tom', 'compute-operator', 'project:web'),
    )
    const access = new Access(cloudvps, graph)
    const may = (name: string): string[] =>
      access
        .rightsOf(`account:${name}`)
        .map(({ action, on }) => `${action} ${on}`)
        .sort()
    const admin = [
      'assign VPS interface:*',
      'configure CDN interface:*',
      'edit contact information interface:*',
      'every right project:web',
      'manage customer and accounts interface:*',
      'see billing interface:*',
    ]
    expect(may('main')).toEqual([...admin, 'remove the main-customer interface:*'].sort())
    expect(may('ana')).toEqual(admin)
    expect(may('finn')).toEqual(['edit contact information interface:*', 'see billing interface:*'])
    expect(may('tom')).toEqual(['role:compute-operator project:web', 'sign in interface:*'])
    expect(may('cleo')).toEqual(['sign in interface:*'])
    expect(may('nobody')).toEqual([])
  })
})

it('who holds a role that is not there has a power that nobody knows', () => {
  const graph = cloud(account('ana'), grant('account:ana', 'ghost', 'system:all'))
  expect(plain.power(graph.get('account', 'ana')!, graph)).toBe('unknown')
})

it('a new user gets a password, without which nobody could sign in as it', () => {
  expect(plain.needsPassword?.(account('ana'))).toBe(true)
})

describe('manifests of a cloud', () => {
  const base = (profile?: string): ReturnType<typeof world> =>
    world().system('stack', {
      connector: 'openstack',
      defaults: {},
      settings: {},
      ...(profile === undefined ? {} : { profile }),
    })
  const web = { system: 'stack', type: 'openstack' }

  it('an account has no role of its own, and needs none', () => {
    const user = base().user('ana', { accounts: { stack: {} } })
    expect(codes(user)).toEqual([])
    const { diagnostics } = read(base().user('ana', { accounts: { stack: { role: 'admin' } } }))
    expect(diagnostics.map(({ code, message, fix }) => [code, message, fix])).toEqual([
      [
        'unsupported-field',
        'An account in the system "stack" (openstack) has no "role" of its own.',
        'Take the line out, and give roles on projects, domains or the system by an AccessPolicy.',
      ],
    ])
  })

  it('V3: a role that nobody declares is a live one, held on what a policy names', () => {
    const policy = {
      ...{ systems: ['stack'], subjects: [{ user: 'ana' }], roles: ['compute-operator'] },
      resources: [{ project: 'web' }, { domain: 'acme' }, { projectsIn: 'acme' }, { system: 'all' as const }],
    }
    const all = base()
      .user('ana', { accounts: { stack: {} } })
      .project('web', web)
      .policy('p', policy)
    expect(codes(all)).toEqual([])
    for (const on of ['project:web', 'domain:acme', 'projectsIn:acme', 'system:all'])
      expect(wish(all, 'grant', `account:ana compute-operator ${on}`, 'stack').links['resource']).toEqual([
        on,
      ])
  })

  it('settings of a role and of a project are checked, and stand where the system has them', () => {
    const all = base()
      .role('deployer', { system: 'stack', settings: { immutable: true } })
      .project('web', { ...web, settings: { tags: ['prod', 'eu'], enabled: false } })
      .project('api', { ...web, settings: { parent: 'web' } })
    expect(codes(all)).toEqual([])
    expect(wish(all, 'role', 'deployer', 'stack').fields).toEqual({ immutable: true })
    expect(wish(all, 'project', 'web', 'stack').fields).toMatchObject({
      tags: ['eu', 'prod'],
      enabled: false,
    })
    expect(wish(all, 'project', 'api', 'stack').links).toMatchObject({ parent: ['project:web'] })
    expect(codes(base().project('web', { ...web, settings: { tag: ['eu'] } }))).toHaveLength(1)
  })

  it('V4: the type of a user is never left open in CloudVPS', () => {
    expect(codes(base('cloudvps').user('ana', { accounts: { stack: {} } }))).toEqual(['no-role'])
    expect(
      codes(base('cloudvps').user('ana', { accounts: { stack: { userType: 'customer-tech' } } })),
    ).toEqual([])
    expect(codes(base().user('ana', { accounts: { stack: { userType: 'customer-tech' } } }))).toEqual([
      'unsupported-field',
    ])
  })

  it('V4, V5: nobody but who is expected is given a type that owns the account', () => {
    const all = world()
      .system('stack', {
        ...{ connector: 'openstack', defaults: {}, settings: {}, profile: 'cloudvps' },
        owners: { expected: ['ana'] },
      })
      .user('ana', { accounts: { stack: { userType: 'customer-admin' } } })
    expect(codes(all)).toEqual([])
    expect(codes(all.user('bo', { accounts: { stack: { userType: 'customer-admin' } } }))).toEqual([
      'unexpected-owner',
    ])
  })

  it('V2: a policy on the interface project is an error: what one is there is its type', () => {
    const all = base('cloudvps')
      .user('ana', { accounts: { stack: { userType: 'customer-tech' } } })
      .project('interface', { system: 'stack', type: 'interface', name: '0042' })
      .policy('p', {
        ...{ systems: ['stack'], subjects: [{ user: 'ana' }], roles: ['customer-admin'] },
        resources: [{ project: 'interface' }],
      })
    const { diagnostics } = read(all)
    expect(diagnostics.map(({ code, message, fix }) => [code, message, fix])).toEqual([
      [
        'policy-not-here',
        'The policy "p" gives roles on "interface", a project of type "interface" in the system "stack" (openstack).',
        'What a user is there is its type: write `userType` on the account, and take the project out here.',
      ],
    ])
  })
})

describe('signing in', () => {
  const target = (
    credentials: Record<string, string>,
    endpoint?: string,
  ): Parameters<typeof signInOf>[0] => ({
    ...{ system: 'stack', settings: {}, root: '/', now: () => new Date(0) },
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: Object.fromEntries(
      Object.entries(credentials).map(([name, value]) => [name, secret(value)]),
    ),
  })
  const user = {
    authUrl: 'https://ks.example:5000/v3/',
    username: 'ana',
    password: 'p',
    userDomainName: 'acme',
  }

  it('asks for the scope that the variables name', () => {
    const scope = (more: Record<string, string>): unknown =>
      (signInOf(target({ ...user, ...more })).request as { auth: { scope: unknown } }).auth.scope
    expect(signInOf(target(user)).endpoint).toBe('https://ks.example:5000')
    expect(scope({})).toBeUndefined()
    expect(scope({ systemScope: 'all', projectName: 'web' })).toEqual({ system: { all: true } })
    expect(scope({ projectName: 'web', projectDomainId: 'd1' })).toEqual({
      project: { name: 'web', domain: { id: 'd1' } },
    })
    expect(scope({ domainName: 'acme' })).toEqual({ domain: { name: 'acme' } })
  })

  it('sends nothing to another address than the one that the credentials are for', () => {
    expect(() => signInOf(target(user, 'https://evil.example'))).toThrow(
      'The endpoint of "stack" is not where its credentials are for (https://ks.example:5000).',
    )
  })

  it('reads an entry of clouds.yaml, and takes none that switches the check of certificates off', () => {
    const auth = 'auth: {auth_url: "https://ks.example", username: ana, password: p, project_name: web}'
    const clouds = (more: string): string => `clouds:\n  acme:\n    ${auth}\n${more}`
    expect(signInOf(target({ clouds: clouds('') })).endpoint).toBe('https://ks.example')
    expect(() => signInOf(target({ clouds: clouds('    verify: false\n') }))).toThrow(
      'switches the check of certificates off',
    )
    expect(() => signInOf(target({ clouds: clouds('    auth_type: v3oidcpassword\n') }))).toThrow(
      '"v3oidcpassword"',
    )
    expect(() => signInOf(target({ clouds: 'password: [canary' }))).toThrow('is not YAML')
  })
})
