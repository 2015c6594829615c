import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import type { Observation, Target } from '../../src/connector/contract.ts'
import { isWrite, type Write } from '../../src/model/change.ts'
import type { GraphView } from '../../src/model/graph.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { startCloudConnexa, type CloudConnexaSandbox } from '../../src/sandbox/cloudconnexa/index.ts'
import type { AccessItem, Account, Role } from '../../src/sandbox/cloudconnexa/wire.ts'
import { description } from '../../src/systems/cloudconnexa/describe.ts'
import { cloudconnexa } from '../../src/systems/cloudconnexa/index.ts'
import { rules } from '../../src/systems/cloudconnexa/rules.ts'
import { brokenPromises } from '../access/applied.ts'
import { config, desired, system } from '../plan/world.ts'
import { cloudconnexaBrute } from './brute.ts'
import { ana, organisations, type Organisation } from './organisations.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 500 : 25

it('what a plan says it means is what a fresh read of the account shows once it was applied', async () => {
  const sandbox = await startCloudConnexa({ limits: 'off' })
  onTestFinished(() => sandbox.close())
  const target = targetOf(sandbox)
  const fresh = sandbox.account()
  let [held, told] = [0, 0]
  await fc.assert(
    fc.asyncProperty(organisations({ roles: ['Administrator', 'Member'], least: 1 }), async (one) => {
      sandbox.restore(filled(fresh, one))
      const before = (await observed(target)).graph
      const writes = planned(one, before)
      // What the account refuses is another plan's promise.
      if (!(await sent(target, writes))) return
      const after = (await observed(target)).graph
      expect(brokenPromises({ rules, description, before, writes, after }, cloudconnexaBrute)).toEqual([])
      held += 1
      told += writes.length
    }),
    { numRuns },
  )
  expect(held).toBeGreaterThan(numRuns / 2)
  expect(told).toBeGreaterThan(numRuns)
}, 600_000)

async function observed(target: Target): Promise<Observation> {
  const reader = await cloudconnexa.openReader(target)
  try {
    return await reader.observe()
  } finally {
    await reader.close()
  }
}

async function sent(target: Target, writes: readonly Write[]): Promise<boolean> {
  const writer = await cloudconnexa.openWriter(target)
  try {
    for (const write of writes)
      if ((await writer.write([write])).some(({ outcome }) => outcome !== 'done')) return false
    return true
  } finally {
    await writer.close()
  }
}

function planned({ wishes, config: more }: Organisation, actual: GraphView): Write[] {
  const changes = diff({
    desired: desired(wishes),
    actual,
    description,
    rules,
    config: config(more),
    inventory: [],
  })
  const steps = order(changes, { actual, description, rules, system })
  return steps.map((step) => step.change).filter(isWrite)
}

function targetOf({ address, credentials }: CloudConnexaSandbox): Target {
  const secret = (text: string): { reveal: () => string } => ({ reveal: () => text })
  return {
    ...{ system, endpoint: address, settings: {}, root: '/', now: () => new Date() },
    sleep: () => Promise.resolve(),
    credentials: {
      clientId: secret(credentials.clientId),
      clientSecret: secret(credentials.clientSecret),
    },
  }
}

// ---------------------------------------------------------------- by hand, in the words of the API

/** The account with these people, groups and access groups, as the portal would have made them. */
function filled(fresh: Account, { live, topology }: Organisation): Account {
  const account = structuredClone(fresh)
  // one that nobody can tell is none that the sandbox has
  account.topology = topology === 'full-mesh' ? 'FULL_MESH' : 'CUSTOM'
  const [owner, fallback] = [account.users[0]!, account.userGroups[0]!]
  const of = (kind: string): readonly Resource[] => live.filter(({ ref }) => ref.kind === kind)
  for (const { ref } of of('group'))
    if (ref.key !== 'Default') account.userGroups.push({ ...fallback, id: `g-${ref.key}`, name: ref.key })
  const group = (target: LinkTarget | undefined): string =>
    target === undefined || target === 'group:Default' ? fallback.id : `g-${splitTarget(target).name}`
  for (const { ref, fields, links } of of('account'))
    if (ref.key !== ana.ref.key)
      account.users.push({
        ...owner,
        id: `u-${ref.key}`,
        username: ref.key,
        email: `${ref.key}@acme.example`,
        role: ({ 'role:Administrator': 'ADMIN' } as Record<string, Role>)[links['role']![0]!] ?? 'MEMBER',
        status: fields['status'] === 'suspended' ? 'SUSPENDED' : 'ACTIVE',
        groupId: group(links['primaryGroup']?.[0]),
        secondaryGroupIds: (links['groups'] ?? []).map(group),
      })
  for (const { ref, fields, links } of of('policy')) {
    const items = (link: string, host: string): AccessItem[] =>
      (links[link] ?? []).flatMap((target) => itemsFor(account, target, { group, host }))
    account.accessGroups.push({
      id: `p-${ref.key}`,
      name: ref.key,
      description: null,
      source: items('subjects', 'HOST'),
      destination: items('resources', 'HOST_SERVICE'),
      defaultGroup: fields['default'] === true,
    })
  }
  return account
}

function itemsFor(
  account: Account,
  target: LinkTarget,
  { group, host }: { readonly group: (target: LinkTarget) => string; readonly host: string },
): AccessItem[] {
  const { type, name } = splitTarget(target)
  const all = (sort: string, parent?: string): AccessItem => ({
    type: sort,
    allCovered: true,
    ...(parent === undefined ? {} : { parent }),
  })
  const idOf = (list: readonly { readonly id: string; readonly name: string }[], wanted: string): string =>
    list.find((one) => one.name === wanted)!.id
  switch (type) {
    case 'all':
      return [all('USER_GROUP'), all('NETWORK_SERVICE'), all(host)]
    case 'everyone':
      return [all('USER_GROUP')]
    case 'group':
      return [{ type: 'USER_GROUP', allCovered: false, children: [group(target)] }]
    case 'network':
      return [all('NETWORK_SERVICE', name === '*' ? undefined : idOf(account.networks, name))]
    case 'host':
      return [all(host, name === '*' ? undefined : idOf(account.hosts, name))]
    default: {
      const [place = '', child = ''] = name.split('/')
      const above = [...account.networks, ...account.hosts].find((one) => one.name === place)!
      const inside = [
        ...account.networkApplications,
        ...account.networkIpServices,
        ...account.hostApplications,
      ].find((one) => one.networkItemId === above.id && one.name === child)!
      const sort = account.hosts.includes(above) ? host : 'NETWORK_SERVICE'
      return [{ type: sort, allCovered: false, parent: above.id, children: [inside.id] }]
    }
  }
}
