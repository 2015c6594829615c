/** The objects of the API (v1.2.3) with the names that they have on the wire, and what the account holds besides. */

export type Role = 'OWNER' | 'ADMIN' | 'MEMBER'
export type Status = 'INVITED' | 'ACTIVE' | 'SUSPENDED' | 'SUSPENDED_IDP'
export type AuthType = 'INTERNAL' | 'SAML' | 'LDAP' | 'GOOGLE' | 'MICROSOFT' | 'PASSKEY'

export interface User {
  id: string
  username: string
  firstName: string | null
  lastName: string | null
  email: string | null
  groupId: string
  secondaryGroupIds: string[]
  status: Status
  authType: AuthType
  role: Role
}

export interface UserGroup {
  id: string
  name: string
  vpnRegionIds: string[]
  allRegionsIncluded: boolean
  internetAccess: string
  gatewaysIds: string[]
  maxDevice: number
  connectAuth: string
  tunnelBypass: { ipv4Subnets: string[] }
  systemSubnets: string[]
}

export interface AccessItem {
  type: string
  allCovered: boolean
  parent?: string
  children?: string[]
}

export interface AccessGroup {
  id: string
  name: string
  description: string | null
  source: AccessItem[]
  destination: AccessItem[]
  defaultGroup: boolean
}

/** A location context or a device posture: what it checks is carried as it came. */
export interface Policy {
  id: string
  name: string
  description: string | null
  userGroupsIds: string[]
  [check: string]: unknown
}

/** A network or a host. */
export interface Place {
  id: string
  name: string
  description: string | null
  systemSubnets: string[]
  [more: string]: unknown
}

/** An application or an IP service of a place. */
export interface Service {
  id: string
  name: string
  description: string | null
  networkItemId: string
  networkItemType: 'NETWORK' | 'HOST'
  [more: string]: unknown
}

export interface Region {
  id: string
  continent: string
  country: string
  countryIso: string
  regionName: string
}

export interface GroupMappings {
  fallbackGroupId: string | null
  mappings: { groupId: string; idpGroupNames: string[]; sortingOrder: number }[]
}

/** An API key as the portal makes it. What it has no permission for, by the first word of the path, it may not do. */
export interface ApiKey {
  clientId: string
  clientSecret: string
  /** Absent: everything. `users: 'read'`; a word that is missing is no permission at all. */
  permissions?: Record<string, 'read' | 'modify'>
  /** RFC 3339; absent: never. */
  expires?: string
}

/** One account (a WPC) as a whole: what `--data` keeps in its file. */
export interface Account {
  keys: ApiKey[]
  /** Counts the ids given out. */
  ids: number
  authentication: 'local' | 'saml' | 'ldap'
  topology: 'FULL_MESH' | 'CUSTOM'
  regions: Region[]
  users: User[]
  userGroups: UserGroup[]
  accessGroups: AccessGroup[]
  locationContexts: Policy[]
  devicePostures: Policy[]
  networks: Place[]
  networkApplications: Service[]
  networkIpServices: Service[]
  hosts: Place[]
  hostApplications: Service[]
  hostIpServices: Service[]
  /** What the portal holds; the API only reads it. */
  mappings: { saml: GroupMappings; ldap: GroupMappings; multiple: boolean }
}
