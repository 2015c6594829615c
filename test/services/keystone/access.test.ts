import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { connectorOf } from '../../../src/commands/connector.ts'
import type { Target } from '../../../src/connector/contract.ts'
import { secret } from '../../../src/connector/secrets.ts'
import { isWrite, type Write } from '../../../src/model/change.ts'
import { Graph, type GraphView } from '../../../src/model/graph.ts'
import { kinds, type Resource } from '../../../src/model/resource.ts'
import { diff } from '../../../src/plan/diff.ts'
import { order } from '../../../src/plan/order.ts'
import { openReader, openWriter } from '../../../src/systems/openstack/client.ts'
import { targetsIn } from '../../access/brute.ts'
import { brokenPromises } from '../../access/applied.ts'
import { keystoneBrute } from '../../openstack/brute.ts'
import { clouds } from '../../openstack/organisations.ts'
import { config, desired, system, wish, type World } from '../../plan/world.ts'
import { password, reset } from './server.ts'
import { api, keystone, make, withKeystone } from './world.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 30 : 3
const { rules, description } = connectorOf(config({ connector: 'openstack' }))

withKeystone('access to a real Keystone', () => {
  beforeEach(async () => {
    reset(keystone())
    await make('domain', { name: 'acme' })
  })

  it.each(possible(numRuns))(
    'organisation %#: what a plan says it means is what was read once it was applied, and what Keystone itself works out',
    async (world) => {
      const filling = planned({ wishes: world.live.map((one) => wish(one)) }, await read())
      expect(await send(filling)).toEqual([])
      const before = await read()
      const writes = planned(world, before)
      expect(await send(writes)).toEqual([])
      const after = await read()
      expect(brokenPromises({ rules, description, before, writes, after }, keystoneBrute)).toEqual([])
      expect(await effective(after)).toEqual(heldIn(after))
    },
  )
})

type Possible = World & Required<Pick<World, 'live' | 'wishes'>>

/** Organisations that Keystone takes: nothing implies admin, nothing enabled stands below what is disabled, no role implies itself. */
function possible(count: number): Possible[] {
  const sample = fc.sample(clouds, { numRuns: 200, seed: 6 })
  const taken = sample.map(({ live, wishes, ...rest }) => ({
    ...rest,
    live: live.flatMap(real),
    wishes: wishes.flatMap((one) => real(one).map((known) => ({ ...one, ...known }))),
  }))
  const busy = (world: { live: readonly Resource[]; wishes: readonly Resource[] }): boolean =>
    [world.live, world.wishes].every(
      (list) => stands(list) && list.some(({ ref }) => ref.kind === 'grant') && list.length > 12,
    )
  return taken.filter(busy).slice(0, count)
}

function real(one: Resource): Resource[] {
  const { kind, key } = one.ref
  if (kind === 'role' && ['admin', 'member'].includes(key)) return []
  if (kind === 'grant' && key.startsWith('foreign:')) return []
  if (kind === 'project' && key.endsWith('/')) return []
  const implies = one.links['implies']?.filter(
    (role) => role === 'role:member' || (key === 'root' && role === 'role:deployer'),
  )
  const { type: _, ...fields } = one.fields
  const links = { ...one.links, ...(implies === undefined ? {} : { implies }) }
  return [{ ...one, fields: kind === 'project' ? one.fields : fields, links }]
}

function stands(list: readonly Resource[]): boolean {
  const graph = new Graph(system, list)
  return [...graph.all('project')].every(({ fields, links }) => {
    const parent = graph.get('project', links['parent']?.[0]?.slice('project:'.length) ?? '')
    return fields['enabled'] !== true || parent?.fields['enabled'] !== false
  })
}

function target(): Target {
  const names = { authUrl: keystone().url, username: 'admin', password, projectName: 'admin' }
  return {
    ...{ system, settings: {}, root: '/', now: () => new Date() },
    credentials: Object.fromEntries(
      Object.entries(names).map(([name, value]) => [name, secret(value)] as const),
    ),
  }
}

async function read(): Promise<GraphView> {
  const reader = openReader(target())
  try {
    return (await reader.observe()).graph
  } finally {
    await reader.close()
  }
}

/** What was not done. */
async function send(writes: readonly Write[]): Promise<unknown[]> {
  const writer = openWriter(target())
  const failed = []
  for (const write of writes)
    for (const result of await writer.write([write])) if (result.outcome !== 'done') failed.push(result)
  await writer.close()
  return failed
}

function planned(world: World, actual: GraphView): Write[] {
  const changes = diff({
    desired: desired(world.wishes ?? [], world.comparesGrants),
    actual,
    description,
    rules,
    config: config({
      ...world.config,
      ...(world.live === undefined
        ? {}
        : { ignore: { account: ['admin'], project: ['admin'], grant: ['account:admin *'] } }),
    }),
    inventory: [],
  })
  return order(changes, { actual, description, rules, system })
    .map((step) => step.change)
    .filter(isWrite)
}

/** Roles on projects and domains, by Keystone's own word: it looks at nobody's being suspended, and at no project's being disabled. */
async function effective(graph: GraphView): Promise<string[]> {
  const names = new Map(
    kinds.flatMap((kind) =>
      [...graph.all(kind)].map(({ id, ref }) => [id ?? '', `${kind}:${ref.key}`] as const),
    ),
  )
  const { body } = await api('GET', '/role_assignments?effective')
  const all = body.role_assignments as unknown as readonly Effective[]
  const told = all.flatMap(({ user, role, scope }) => {
    const on =
      scope.project === undefined
        ? names.get(`domain/${scope.domain?.id}`)?.replace(/^project:(.*)\/$/, 'domain:$1')
        : names.get(scope.project.id)
    return on === undefined ? [] : [`${names.get(user.id)} ${names.get(role.id)} ${on}`]
  })
  return [...new Set(told)].sort()
}

interface Effective {
  readonly user: { readonly id: string }
  readonly role: { readonly id: string }
  readonly scope: { readonly project?: { readonly id: string }; readonly domain?: { readonly id: string } }
}

function heldIn(graph: GraphView): string[] {
  const able = new Graph(
    system,
    kinds.flatMap((kind) =>
      [...graph.all(kind)].map((one) => ({
        ...one,
        fields: { ...one.fields, ...(kind === 'account' ? { status: 'active' } : { enabled: true }) },
      })),
    ),
  )
  const { facts } = keystoneBrute(able, new Set([...targetsIn(able), 'domain:Default', 'domain:acme']))
  return [...facts].filter((fact) => /^\S+ role:\S+ (project:\S*[^/]|domain:\S+)$/.test(fact)).sort()
}
