/** Accounts to start from: as after signing up, and with what a small company has to reach. */
import { randomBytes } from 'node:crypto'
import type { AccessGroup, Account, GroupMappings, Place, Service } from './wire.ts'
import { nextId } from './world.ts'

/** What an account begins with: `new` as after signing up, `acme` with networks, hosts and the topology set. */
export const seeds = ['new', 'acme'] as const
export type Seed = (typeof seeds)[number]

/** The owner is there from the start: set at sign-up, and no call makes one. */
export function accountOf(seed: Seed): Account {
  const account = signedUp()
  if (seed === 'acme') equip(account)
  return account
}

function signedUp(): Account {
  const unmapped = (): GroupMappings => ({ fallbackGroupId: null, mappings: [] })
  const account: Account = {
    keys: [{ clientId: 'acme.sandbox', clientSecret: randomBytes(24).toString('base64url') }],
    ids: 0,
    authentication: 'local',
    topology: 'FULL_MESH',
    regions: [
      region('us-east-1', 'Americas', 'United States', 'US', 'Virginia'),
      region('us-west-1', 'Americas', 'United States', 'US', 'San Jose'),
      region('eu-central-1', 'Europe', 'Germany', 'DE', 'Frankfurt'),
      region('eu-west-2', 'Europe', 'United Kingdom', 'GB', 'London'),
      region('ap-southeast-1', 'Asia Pacific', 'Singapore', 'SG', 'Singapore'),
    ],
    users: [],
    userGroups: [],
    accessGroups: [],
    locationContexts: [],
    devicePostures: [],
    networks: [],
    networkApplications: [],
    networkIpServices: [],
    hosts: [],
    hostApplications: [],
    hostIpServices: [],
    mappings: { saml: unmapped(), ldap: unmapped(), multiple: true },
  }
  const groupId = nextId(account)
  account.userGroups.push({
    id: groupId,
    name: 'Default',
    vpnRegionIds: [],
    allRegionsIncluded: true,
    internetAccess: 'SPLIT_TUNNEL_ON',
    gatewaysIds: [],
    maxDevice: 3,
    connectAuth: 'ON_PRIOR_AUTH',
    tunnelBypass: { ipv4Subnets: [] },
    systemSubnets: ['100.96.0.0/20'],
  })
  account.users.push({
    id: nextId(account),
    username: 'ana@acme.example',
    firstName: 'Ana',
    lastName: 'Silva',
    email: 'ana@acme.example',
    groupId,
    secondaryGroupIds: [],
    status: 'ACTIVE',
    authType: 'INTERNAL',
    role: 'OWNER',
  })
  account.accessGroups.push(fullMesh(account))
  return account
}

/** What is left over when the topology becomes CUSTOM; while it is there, no other access group has an effect. */
export function fullMesh(account: Account): AccessGroup {
  const all = (type: string): { type: string; allCovered: true } => ({ type, allCovered: true })
  return {
    id: nextId(account),
    name: 'Default Full Mesh Access',
    description: null,
    source: ['USER_GROUP', 'NETWORK_SERVICE', 'HOST'].map(all),
    destination: ['USER_GROUP', 'NETWORK_SERVICE', 'HOST_SERVICE'].map(all),
    defaultGroup: true,
  }
}

/** Networks and hosts, the topology CUSTOM without the full mesh, and policies about places and devices. */
function equip(account: Account): void {
  account.topology = 'CUSTOM'
  account.accessGroups = []
  const [fra1, hq] = [network(account, 'fra1'), network(account, 'hq')]
  for (const name of ['payroll', 'grafana', 'git']) application(account, fra1, name)
  for (const name of ['payroll', 'wiki']) application(account, hq, name)
  ipService(account, fra1, 'ldap', 'SERVICE_DESTINATION', '10.1.0.10/32')
  ipService(account, hq, 'office-lan', 'IP_SOURCE', '10.2.0.0/24')
  const build: Place = {
    id: nextId(account),
    name: 'build-1',
    description: null,
    domain: null,
    internetAccess: 'SPLIT_TUNNEL_ON',
    systemSubnets: ['100.80.1.16/28'],
    connectors: [],
    gatewaysIds: [],
  }
  account.hosts.push(build)
  account.hostApplications.push({
    ...service(account, build, 'ci'),
    routes: [domain(account, 'ci.acme.example')],
  })
  account.locationContexts.push({
    id: nextId(account),
    name: 'eu-only',
    description: 'From countries of the EU',
    userGroupsIds: [],
    countryCheck: { allowed: true, countries: ['DE', 'FR', 'PL'] },
    defaultCheck: { allowed: false },
  })
  account.devicePostures.push({
    id: nextId(account),
    name: 'managed-laptop',
    description: null,
    userGroupsIds: [],
    windows: { allowed: true, diskEncryption: { type: 'FULL_DISK' } },
    macos: { allowed: true, diskEncrypted: true },
    linux: { allowed: true },
    android: { allowed: false },
    ios: { allowed: false },
  })
}

function network(account: Account, name: string): Place {
  const place: Place = {
    id: nextId(account),
    name,
    description: null,
    egress: false,
    internetAccess: 'SPLIT_TUNNEL_ON',
    systemSubnets: [`100.80.${account.networks.length}.0/28`],
    connectors: [],
    routes: [],
    tunnelingProtocol: 'OPENVPN',
    gatewaysIds: [],
  }
  account.networks.push(place)
  return place
}

function application(account: Account, at: Place, name: string): void {
  const route = domain(account, `${name}.${at.name}.acme.example`)
  account.networkApplications.push({
    ...service(account, at, name),
    routes: [{ ...route, exactMatch: false }],
  })
}

function ipService(account: Account, at: Place, name: string, type: string, subnet: string): void {
  const route = { id: nextId(account), parentRouteId: null, type: 'IP_V4', subnet }
  account.networkIpServices.push({ ...service(account, at, name), type, routes: [route] })
}

function service(account: Account, at: Place, name: string): Service {
  return {
    id: nextId(account),
    name,
    description: null,
    networkItemId: at.id,
    networkItemType: account.hosts.includes(at) ? 'HOST' : 'NETWORK',
    config: { serviceTypes: ['HTTPS'], customServiceTypes: [] },
  }
}

function domain(account: Account, name: string): object {
  return { id: nextId(account), type: 'DOMAIN', domain: name, allowEmbeddedIp: false }
}

function region(
  id: string,
  continent: string,
  country: string,
  countryIso: string,
  regionName: string,
): Account['regions'][number] {
  return { id, continent, country, countryIso, regionName }
}
