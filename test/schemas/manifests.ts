/** One document of each kind that uses every key the language has, as parsed: what the schemas are tried on. */
import { parseAllDocuments } from 'yaml'
import type { ManifestKind } from '../../src/manifest/schemas.ts'

export const everything: Readonly<Record<ManifestKind, string>> = {
  Settings: `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme, labels: {cost-centre: "4711"}}
spec:
  access: access
  ledger: {postgres: {url: {env: LEDGER_URL}, schema: acme_access}}
  protectedRef: origin/main
  grace: 30
  dormantAfter: 60
  freeze: Migration of the directory, until Monday
  approvals: {minimum: 2, from: [ana, bo]}
`,
  System: `apiVersion: rolecall/v1
kind: System
metadata: {name: vpn, labels: {tier: gold}}
spec:
  connector: cloudconnexa
  version: "6.1"
  profile: cloudvps
  endpoint: https://acme.api.example/api
  credentials: {clientId: {env: VPN_CLIENT_ID}, clientSecret: {file: secrets/vpn}, expires: 2027-03-31}
  authentication: local
  memberships: manifests
  settings: {topology: custom, nested: {of: [any, shape]}}
  stage: full
  exclusive: [groups, policies]
  ignore:
    accounts: ["*@openvpn.example"]
    groups: [x]
    roles: [x]
    projects: [x]
    scopes: [x]
    policies: [x]
    grants: [x]
    mappings: [x]
  defaults: {account: {role: Member, authentication: saml, timeZone: Europe/Madrid, ipWhitelist: []}}
  suspendTo: quarantine
  tolerate: [full-mesh]
  owners: {expected: [ana, bo], anchors: [ana], minimum: 2}
  automation: [ci-bot]
  networks: {trusted: [203.0.113.0/24, "2001:db8::/32"]}
  limits: {removals: {moreThan: 10, percent: 10}}
`,
  User: `apiVersion: rolecall/v1
kind: User
metadata: {name: ana, labels: {team: platform}, previously: [anna]}
spec:
  type: person
  email: ana@acme.example
  previousEmails: [anna@acme.example]
  givenName: Ana
  familyName: Silva
  employment: third-party
  sponsor: rosa
  owner: rosa
  purpose: Streams events
  status: left
  from: 2026-01-01
  until: 2027-12-31
  attributes: {groups: [eng-all]}
  groups:
    primary: engineering
    secondary:
      - payroll-readers
      - {group: oncall, from: 2026-11-01, until: 2026-12-06, reason: cover for Xia}
  accounts:
    vpn: {role: Owner}
    cloud: {username: admin, role: CLOUD_ADMIN, scope: Global, enterprise: provider, authentication: local}
    cloud-daily:
      system: cloud
      email: ana.daily@acme.example
      username: asilva
      role: USER
      status: suspended
      from: 2026-01-01
      until: 2027-12-31
      authentication: ldap
      groups: [payroll-readers, {group: oncall, from: 2026-11-01, until: 2026-12-06, reason: cover}]
      primaryGroup: engineering
      scope: resellers-eu
    switch: none
`,
  Group: `apiVersion: rolecall/v1
kind: Group
metadata: {name: engineering, previously: [developers, Engineering (old)], labels: {a: b}, state: absent}
spec:
  name: Engineering
  description: Everyone who builds the product
  members: [bo, {user: chen, from: 2026-01-01, until: 2027-01-31, reason: trainee}]
  managers: [ana, {user: bo, from: 2026-01-01, until: 2027-01-31, reason: deputy}]
  parent: product
  systems:
    vpn:
      name: Engineering (EU)
      account: {}
      subnets: [100.80.0.0/20]
      regions: [eu-central-1]
      maxDevices: 5
    switch:
      account: {role: User, authentication: local, ipWhitelist: [203.0.113.0/24, "198.51.100."]}
      permissions: {only: {routing: [create, read], payment: none}}
    vpn-eu: {sameAs: vpn, preset: reseller, regions: [us-east-1]}
`,
  Role: `apiVersion: rolecall/v1
kind: Role
metadata: {name: reseller-admin, previously: [reseller], labels: {a: b}, state: absent}
spec:
  system: cloud
  name: Reseller administrator
  description: Runs several enterprises
  availability: {enterprise: globex}
  cloneOf: ENTERPRISE_ADMIN
  privileges: {add: [ENTERPRISE_ENUMERATE], remove: [RUN_BILLING]}
  implies: [USER]
  directoryGroups: ["cn=resellers,ou=groups,dc=provider,dc=example"]
  settings: {immutable: true}
`,
  Project: `apiVersion: rolecall/v1
kind: Project
metadata: {name: web-prod, previously: [web], labels: {a: b}, state: absent}
spec: {system: stack, type: openstack, name: Web (production), description: The shop, settings: {tags: [eu]}}
`,
  Scope: `apiVersion: rolecall/v1
kind: Scope
metadata: {name: resellers-eu, previously: [resellers], labels: {a: b}, state: absent}
spec: {system: cloud, name: Resellers (EU), description: Europe, enterprises: [globex], datacenters: all}
`,
  AccessPolicy: `apiVersion: rolecall/v1
kind: AccessPolicy
metadata: {name: payroll, previously: [wages], labels: {a: b}, state: absent}
spec:
  systems: [vpn]
  name: Payroll (restricted)
  description: Who pays
  subjects:
    - {group: finance, from: 2026-01-01, until: 2027-12-31, reason: their job}
    - {user: ana}
    - {everyone: true}
    - {network: hq}
    - {host: x}
    - {ipService: hq/lan}
    - {application: x/agent}
  roles: [compute-operator]
  resources:
    - {application: fra1/payroll}
    - {ipService: ldap}
    - {group: payroll-servers}
    - {project: web-prod}
    - {network: hq}
    - {host: x}
    - {publishedService: shared-1}
    - {everyone: true}
    - {repository: acme/shop}
    - {domain: acme}
    - {projectsIn: acme}
    - {projectsUnder: web}
    - {system: all}
    - {all: true}
  from: 2026-01-01
  until: 2027-12-31
  reason: Salaries
`,
  GroupMapping: `apiVersion: rolecall/v1
kind: GroupMapping
metadata: {name: vpn-saml, previously: [saml], labels: {a: b}, state: absent}
spec:
  systems: [vpn]
  name: SAML
  mode: multiple
  fallback: none
  rules:
    - {attribute: groups, in: [eng-all, "okta:eng"], group: engineering}
`,
  Acceptance: `apiVersion: rolecall/v1
kind: Acceptance
metadata: {name: november-offboarding, labels: {a: b}}
spec:
  finding: removal-limit
  systems: [vpn, stack]
  people: {labels: {contract: x}}
  names: [chen]
  atMost: 40
  ids: {was: u-1, now: u-2}
  guardrail: contractors-are-never-administrators
  reason: Contract ends
  until: 2026-12-01
`,
  Guardrail: `apiVersion: rolecall/v1
kind: Guardrail
metadata: {name: contractors-are-never-administrators, labels: {a: b}}
spec:
  on: [account.power, grant.create]
  severity: refuse
  rule: "!(person.employment == 'contractor' && after.power in ['owner', 'administrator'])"
  acceptable: true
  message: Contractors hold no administrative role
`,
}

/** Other ways to write what `everything` writes one way, as a change of its text. */
export const alternatives: readonly (readonly [ManifestKind, from: string, to: string])[] = [
  ['Settings', '{postgres: {url: {env: LEDGER_URL}, schema: acme_access}}', '{file: .rolecall/ledger.db}'],
  [
    'Settings',
    '{postgres: {url: {env: LEDGER_URL}, schema: acme_access}}',
    '{git: {ref: refs/rolecall/ledger}}',
  ],
  [
    'Settings',
    '{postgres: {url: {env: LEDGER_URL}, schema: acme_access}}',
    '{postgres: {url: {file: secrets/url}}}',
  ],
  ['User', 'groups:\n    primary: engineering\n    secondary:\n', 'groups:\n'],
  ['User', 'type: person', 'type: break-glass'],
  ['Role', '{enterprise: globex}', 'global'],
  ['Role', '{add: [ENTERPRISE_ENUMERATE], remove: [RUN_BILLING]}', '[ENTERPRISE_ENUMERATE]'],
  ['Scope', 'enterprises: [globex], datacenters: all', 'enterprises: all, datacenters: [Madrid, Amsterdam]'],
  ['GroupMapping', 'fallback: none', 'fallback: engineering'],
]

/** What the published schemas refuse, as a change of the text, with the path of the fault and its keyword. */
export const refused: readonly (readonly [
  ManifestKind,
  from: string,
  to: string,
  path: string,
  keyword: string,
])[] = [
  ['Settings', 'rolecall/v1', 'rolecall/v2', '/apiVersion', 'const'],
  ['Settings', 'name: acme', 'name: Acme', '/metadata/name', 'pattern'],
  ['Settings', 'name: acme', 'name: 4711', '/metadata/name', 'type'],
  ['Settings', 'access: access', 'access: /etc', '/spec/access', 'pattern'],
  ['Settings', '{postgres:', '{file: x, postgres:', '/spec/ledger', 'maxProperties'],
  ['Settings', '{env: LEDGER_URL}', '{}', '/spec/ledger/postgres/url', 'minProperties'],
  [
    'Settings',
    '{env: LEDGER_URL}',
    '{env: LEDGER_URL, file: x}',
    '/spec/ledger/postgres/url',
    'maxProperties',
  ],
  ['Settings', '{env: LEDGER_URL}', '{exec: pass}', '/spec/ledger/postgres/url', 'additionalProperties'],
  ['Settings', '{env: LEDGER_URL}', 'postgres://u:p@h/d', '/spec/ledger/postgres/url', 'type'],
  ['Settings', 'acme_access', 'pg_access', '/spec/ledger/postgres/schema', 'pattern'],
  ['Settings', 'acme_access', "'a b'", '/spec/ledger/postgres/schema', 'pattern'],
  ['Settings', 'origin/main', '"--upload-pack=x"', '/spec/protectedRef', 'pattern'],
  ['Settings', 'grace: 30', 'grace: -1', '/spec/grace', 'minimum'],
  ['Settings', 'dormantAfter: 60', 'dormantAfter: 0', '/spec/dormantAfter', 'minimum'],
  ['System', '  connector: cloudconnexa\n', '', '/spec', 'required'],
  ['System', 'version: "6.1"', 'version: 6.1', '/spec/version', 'type'],
  ['System', 'https://acme', 'ftp://acme', '/spec/endpoint', 'pattern'],
  ['System', '{env: VPN_CLIENT_ID}', 'secret', '/spec/credentials/clientId', 'type'],
  ['System', 'expires: 2027-03-31', 'expires: soon', '/spec/credentials/expires', 'pattern'],
  ['System', 'stage: full', 'stage: all', '/spec/stage', 'enum'],
  ['System', 'exclusive: [groups,', 'exclusive: [members,', '/spec/exclusive/0', 'enum'],
  ['System', 'minimum: 2', 'minimum: 0', '/spec/owners/minimum', 'minimum'],
  ['System', '203.0.113.0/24', 'office', '/spec/networks/trusted/0', 'pattern'],
  ['User', 'email: ana@acme.example', 'email: ana', '/spec/email', 'pattern'],
  ['User', 'type: person', 'type: human', '/spec/type', 'enum'],
  ['User', 'until: 2027-12-31\n  attr', 'until: 31.12.2027\n  attr', '/spec/until', 'pattern'],
  ['User', '- payroll-readers', '- Payroll', '/spec/groups/secondary/0', 'pattern'],
  ['User', '{group: oncall, from: 2026-11-01', '{from: 2026-11-01', '/spec/groups/secondary/1', 'required'],
  ['User', 'switch: none', 'switch: no', '/spec/accounts/switch', 'pattern'],
  ['User', 'previously: [anna]', 'state: absent', '/metadata', 'additionalProperties'],
  ['Group', 'members: [bo,', 'members: [[bo],', '/spec/members/0', 'type'],
  ['Group', '{user: chen', '{group: chen', '/spec/members/1', 'required'],
  ['Group', 'state: absent', 'state: present', '/metadata/state', 'enum'],
  ['Role', '{enterprise: globex}', 'local', '/spec/availability', 'pattern'],
  ['Role', '[RUN_BILLING]', '[RUN_BILLING, RUN_BILLING]', '/spec/privileges/remove', 'uniqueItems'],
  ['Scope', 'datacenters: all', 'datacenters: some', '/spec/datacenters', 'pattern'],
  ['AccessPolicy', 'systems: [vpn]', 'systems: []', '/spec/systems', 'minItems'],
  ['AccessPolicy', '- {user: ana}', '- {user: ana, group: x}', '/spec/subjects/1', 'oneOf'],
  ['AccessPolicy', '- {user: ana}', '- {reason: x}', '/spec/subjects/1', 'oneOf'],
  ['AccessPolicy', '{everyone: true}', '{everyone: false}', '/spec/subjects/2/everyone', 'const'],
  [
    'AccessPolicy',
    '- {ipService: ldap}',
    '- {ipService: ldap, host: x}',
    '/spec/resources/1',
    'maxProperties',
  ],
  ['AccessPolicy', '- {ipService: ldap}', '- {}', '/spec/resources/1', 'minProperties'],
  ['GroupMapping', 'in: [eng-all, "okta:eng"]', 'in: []', '/spec/rules/0/in', 'minItems'],
  ['Acceptance', 'finding: removal-limit', 'finding: last-owner', '/spec/finding', 'enum'],
  ['Acceptance', '  reason: Contract ends\n', '', '/spec', 'required'],
  ['Guardrail', 'account.power,', 'account.anything,', '/spec/on/0', 'enum'],
]

/** The only document of a text. */
export function parse(text: string): Record<string, unknown> {
  const [document] = parseAllDocuments(text)
  if (document === undefined || document.errors.length > 0) throw new Error(`no YAML:\n${text}`)
  return document.toJS() as Record<string, unknown>
}
