import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { handleMaker, handleOf } from '../../src/adopt/handles.ts'
import { importPeribolos } from '../../src/commands/importing.ts'
import { format } from '../../src/manifest/format.ts'
import { languageOf } from '../../src/manifest/format-order.ts'
import { loadSources } from '../../src/manifest/load.ts'
import { readManifests } from '../../src/manifest/read.ts'
import { schemaFiles } from '../../src/manifest/schemas.ts'
import type { Workspace } from '../../src/model/workspace.ts'
import { descriptions } from '../../src/systems/registry.ts'

describe('a peribolos configuration', () => {
  it('becomes a repository that validates, tells a team without permissions and one with nobody in it, and is formatted', async () => {
    const { sources, diagnostics } = await imported(two)
    expect(diagnostics).toMatchObject([
      {
        code: 'idle-group',
        message:
          'Nothing in the manifests is granted through the group "acme-labs.leads": no policy names it, and it brings neither accounts nor settings.',
      },
      {
        code: 'unreachable-policy',
        message: 'The policy "ops-eu-admin" reaches nobody: the manifests put nobody into "ops-eu".',
      },
    ])
    const language = languageOf(schemaFiles(), descriptions)
    for (const source of sources) expect(format(source, language)).toEqual({ text: source.text })
  })

  it('has one system for each organisation, its admins as owners, for the first full apply', async () => {
    const { read } = await imported(two)
    expect(read('rolecall.yaml')).toBe(`# yaml-language-server: $schema=.rolecall/schema.json
apiVersion: rolecall/v1
kind: Settings
metadata:
  name: out
spec:
  ledger:
    file: .rolecall/ledger.db
---
# Acme: Makes everything
# As in peribolos, accounts and groups that no manifest declares are removed.
# yaml-language-server: $schema=.rolecall/schema.json
apiVersion: rolecall/v1
kind: System
metadata:
  name: acme
spec:
  connector: directory
  profile: flat
  settings:
    file: .rolecall/acme.db
  stage: full
  exclusive:
    - accounts
    - groups
  defaults:
    account:
      role: Member
  owners:
    expected:
      - ana
---
# As in peribolos, accounts and groups that no manifest declares are removed.
# yaml-language-server: $schema=.rolecall/schema.json
apiVersion: rolecall/v1
kind: System
metadata:
  name: acme-labs
spec:
  connector: directory
  profile: flat
  settings:
    file: .rolecall/acme-labs.db
  stage: full
  exclusive:
    - accounts
    - groups
  defaults:
    account:
      role: Member
  owners:
    expected:
      - bo
`)
  })

  it('takes logins that differ in case for one person, and keeps how each organisation spells them', async () => {
    const { read, files } = await imported(two)
    expect(files.filter((file) => file.startsWith('access/people/'))).toEqual([
      'access/people/249043822.yaml',
      'access/people/ana.yaml',
      'access/people/bo.yaml',
      'access/people/chen.yaml',
    ])
    expect(read('access/people/bo.yaml')).toContain(`metadata:
  name: bo
spec:
  accounts:
    acme:
      username: Bo
    acme-labs:
      role: Owner
`)
    expect(read('access/people/249043822.yaml')).toContain('  name: "249043822"\n')
  })

  it('turns a team into a group with its managers, parent, former names and permissions beside it', async () => {
    const { read } = await imported(two)
    const documents = read('access/teams/acme/sig-web.yaml').split('---\n')
    expect(documents.map((text) => text.split('\n').slice(2).join('\n'))).toEqual([
      `kind: Group
metadata:
  name: web
  previously:
    - frontend
    - ui
spec:
  description: The site
  members:
    - bo
    - chen
  managers:
    - ana
  systems:
    acme: {}
`,
      `kind: AccessPolicy
metadata:
  name: web-admin
spec:
  systems:
    - acme
  subjects:
    - group: web
  roles:
    - acme.admin
  resources:
    - repository: site
`,
      `kind: AccessPolicy
metadata:
  name: web-write
spec:
  systems:
    - acme
  subjects:
    - group: web
  roles:
    - acme.write
  resources:
    - repository: assets
    - repository: docs
`,
      `kind: Group
metadata:
  name: acme.leads
spec:
  name: leads
  parent: web
  members: []
  managers:
    - ana
  systems:
    acme: {}
`,
    ])
  })

  it('a team name in two organisations is two handles, and the native name stays', async () => {
    const { workspace } = await imported(two)
    for (const system of ['acme', 'acme-labs']) {
      expect([...(workspace?.desired.get(system)?.wishes.group.keys() ?? [])]).toContain('leads')
    }
  })

  it('counts, and says of every key of the source that is not carried', async () => {
    const { said } = await imported(two)
    expect(said).toBe(`acme: 1 owner, 3 members, 2 groups
  4 memberships, of them 2 managers; 4 grants of a role
acme-labs: 1 owner, 1 member, 2 groups
  1 membership, of them 0 managers; 1 grant of a role
4 people in all, one file each.

Not carried:
  acme: name and description (kept as a comment in rolecall.yaml)
  acme: billing_email: money@acme.example
  acme: privacy of 2 teams (closed, secret)
  acme: reviewers of 1 team

Look at:
  acme-labs: "stranger" is in team "ops/eu" and not in the organisation, so has no account there
  acme: Bo and bo are one person
  acme-labs: Ana and ana are one person

Wrote 12 files below out. The directories are empty, so the first plan creates everything:

  rolecall -C out validate
  rolecall -C out plan
  rolecall -C out apply
`)
  })

  it('with --system is one organisation alone, or one alone under another name', async () => {
    const { workspace } = await imported(two, { system: 'acme-labs' })
    expect([...(workspace?.systems.keys() ?? [])]).toEqual(['acme-labs'])
    const one = { 'org.yaml': 'admins: [ana]\nmembers: []\n' }
    expect([...((await imported(one, { system: 'github' })).workspace?.systems.keys() ?? [])]).toEqual([
      'github',
    ])
    await expect(imported(two, { system: 'acme-lab' })).rejects.toMatchObject({
      message: 'There is no organisation "acme-lab".',
      fix: 'Did you mean "acme-labs"? The organisations are acme, acme-labs.',
    })
  })

  it('is read from one file with all organisations too', async () => {
    const { workspace } = await imported(
      { 'all.yaml': 'orgs:\n  acme: {admins: [ana], teams: {web: {members: [ana]}}}\n' },
      { from: 'all.yaml' },
    )
    expect([...(workspace?.desired.get('acme')?.wishes.group.keys() ?? [])]).toEqual(['web'])
  })

  it('reads a key with nothing behind it, or null, as one that is not there', async () => {
    const teams =
      'teams:\n  web: {maintainers: null, members: ~, description: , repos: null, teams: }\n  all:\n'
    const { workspace } = await imported(
      { 'org.yaml': `admins: [ana, "null"]\nmembers:\n${teams}` },
      { system: 'acme' },
    )
    const { group, account } = workspace?.desired.get('acme')?.wishes ?? {}
    expect([...(group?.keys() ?? [])]).toEqual(['all', 'web'])
    expect([...(account?.keys() ?? [])]).toEqual(['ana', 'null'])
  })

  it.each([
    [{ 'acme/org.yaml': 'admins: ana\n' }, 'org.yaml: admins is not a list.'],
    [{ 'acme/org.yaml': 'admins: [[ana]]\n' }, 'org.yaml: admins has a value that is not a text.'],
    [{ 'acme/org.yaml': 'admins: [a]\nteams: [web]\n' }, 'org.yaml: teams is not a map.'],
    [{ 'acme/org.yaml': '- ana\n' }, 'org.yaml is not a map.'],
    [
      { 'acme/org.yaml': 'teams: {web: {}}\n', 'acme/x/teams.yaml': 'teams: {web: {}}\n' },
      'The team "web" stands in org and in x/teams.',
    ],
    [{ 'acme/readme.txt': '' }, /holds no organisation: no folder in it has an org\.yaml\.$/],
    [{ 'acme/org.yaml': 'admins: [ana\n' }, /acme\/org\.yaml: .* at line 2, column 1/],
    [
      { 'acme/org.yaml': 'teams: {web: {}, web: {}}\n' },
      /acme\/org\.yaml: Map keys must be unique at line 1/,
    ],
  ])('%j cannot be understood, and nothing is written', async (files, message) => {
    const error: unknown = await imported(files).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      exitCode: 1,
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown),
    })
  })

  it('does not write into a repository that is there', async () => {
    const cwd = folder(two)
    writeFiles(join(cwd, 'out'), { 'rolecall.yaml': '' })
    await expect(run(cwd, {})).rejects.toMatchObject({
      message: `There already is "rolecall.yaml" in ${join(cwd, 'out')}, and an import only writes a new repository.`,
    })
  })
})

describe('handles from native names', () => {
  it.each([
    ['MadhavJivrajani', 'madhavjivrajani'],
    ['kubernetes/sig-apps', 'kubernetes-sig-apps'],
    ['Payroll (restricted)', 'payroll-restricted'],
    ['  Zoë  ', 'zoe'],
    ['__proto__', 'proto'],
    ['.hidden', 'hidden'],
    ['名前', 'unnamed'],
    ['', 'unnamed'],
    ['x'.repeat(300), 'x'.repeat(120)],
  ])('%j is %s', (name, handle) => {
    expect(handleOf(name)).toBe(handle)
    expect(handle).toMatch(/^[a-z0-9][a-z0-9._-]*$/)
  })

  it('are unique, also against those that exist', () => {
    const handle = handleMaker(['ana'])
    expect(['Ana', 'ANA', 'ana!', 'bo'].map(handle)).toEqual(['ana-2', 'ana-3', 'ana-4', 'bo'])
  })
})

const two = {
  'acme/org.yaml': `name: Acme
description: Makes everything
billing_email: money@acme.example
default_repository_permission: read
admins:
- ana
members:
- Bo
- chen
- "249043822"
teams: {}
`,
  'acme/sig-web/teams.yaml': `teams:
  web:
    description: The site
    privacy: closed
    previously: [ui, frontend]
    maintainers: [ana]
    members: [bo, chen, ana]
    repos: {docs: write, site: admin, assets: write}
    teams:
      leads:
        privacy: secret
        maintainers: [ana]
        reviewers: [ana]
`,
  'acme-labs/org.yaml': `admins: [bo]
members: [Ana]
default_repository_permission: none
teams:
  leads:
    members: [ana]
  ops/eu:
    description: ""
    members: [stranger]
    repos: {infra: admin}
`,
}

type Files = Readonly<Record<string, string>>

async function imported(
  files: Files,
  options: { readonly system?: string; readonly from?: string } = {},
): Promise<{
  said: string
  files: readonly string[]
  read: (file: string) => string
  workspace: Workspace | undefined
  diagnostics: readonly unknown[]
  sources: Awaited<ReturnType<typeof loadSources>>['sources']
}> {
  const cwd = folder(files)
  const said = await run(cwd, options)
  const root = join(cwd, 'out')
  const { sources } = await loadSources(root)
  const result = readManifests(sources, { root, today: '2026-11-22', connectors: descriptions })
  return {
    said,
    files: readdirSync(root, { recursive: true, encoding: 'utf8' }).sort(),
    read: (file) => readFileSync(join(root, file), 'utf8'),
    ...result,
    sources,
  }
}

async function run(
  cwd: string,
  options: { readonly system?: string; readonly from?: string },
): Promise<string> {
  let said = ''
  await importPeribolos({ from: '.', out: 'out', ...options }, cwd, {
    env: {},
    now: () => new Date('2026-11-22T12:00:00Z'),
    sleep: () => Promise.resolve(),
    out: (text) => void (said += text),
    err: () => undefined,
    sees: { out: false, err: false },
    answers: false,
    colour: { out: false, err: false },
    width: 100,
  })
  return said
}

function folder(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-import-'))
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true })
  })
  writeFiles(root, files)
  return root
}

function writeFiles(root: string, files: Files): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}
