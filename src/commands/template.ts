/** The files that `rolecall init` writes. */
import { version } from '../version.ts'

/** What git must not keep: the embedded directory, the ledger, and a schema that is made from the manifests. */
export const ignored = '.rolecall/'

/** Where the ledger is: on this machine, or where every runner of CI finds it. */
type LedgerPlace = 'file' | 'git'

/** File texts by path; `name` is the handle of the Settings. */
export function repository(name: string, ledger: LedgerPlace): Readonly<Record<string, string>> {
  return {
    'rolecall.yaml': settings(name, ledger),
    'access/people.yaml': people,
    'access/groups.yaml': groups,
    'access/policies.yaml': policies,
    '.vscode/settings.json': editor,
    '.vscode/extensions.json': extensions,
    ...(ledger === 'git' ? { '.github/workflows/rolecall.yml': workflow(version()) } : {}),
    '.gitignore': `${ignored}\nplan.json\n`,
    'README.md': readme,
  }
}

const modeline = (path: string): string => `# yaml-language-server: $schema=${path}\n`

const ledgers: Readonly<Record<LedgerPlace, string>> = {
  file: `  ledger:
    file: .rolecall/ledger.db
`,
  git: `  # A ref of the repository that all clones share, so that a runner that is thrown away remembers.
  ledger:
    git:
      ref: refs/rolecall/ledger
      remote: origin
`,
}

function settings(name: string, ledger: LedgerPlace): string {
  return `${modeline('.rolecall/schema.json')}apiVersion: rolecall/v1
kind: Settings
metadata:
  name: ${name}
spec:
${ledgers[ledger]}---
# The embedded directory: one SQLite file, to try everything without an account anywhere.
${modeline('.rolecall/schema.json')}apiVersion: rolecall/v1
kind: System
metadata:
  name: office
spec:
  connector: directory
  settings:
    file: .rolecall/office.db
  # report shows only; additions writes what adds; full writes everything.
  stage: full
  defaults:
    account:
      role: Member
  owners:
    # Nobody else may be given an owner role.
    expected:
      - ana
      - bo
    minimum: 2
`
}

const people = `${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: User
metadata:
  name: ana
spec:
  email: ana@acme.example
  givenName: Ana
  familyName: Silva
  employment: employee
  groups:
    - engineering
  accounts:
    office:
      role: Owner
---
${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: User
metadata:
  name: bo
spec:
  email: bo@acme.example
  givenName: Bo
  familyName: Lind
  employment: employee
  groups:
    - engineering
  accounts:
    office:
      role: Owner
---
${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: User
metadata:
  name: chen
spec:
  email: chen@acme.example
  givenName: Chen
  familyName: Wu
  employment: employee
  groups:
    primary: engineering
    secondary:
      - oncall
`

const groups = `${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: Group
metadata:
  name: engineering
spec:
  description: Everyone who builds the product
  systems:
    office:
      # Its members have an account in office.
      account: {}
      maxDevices: 5
---
${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: Group
metadata:
  name: oncall
spec:
  description: Those who are called at night
  systems:
    office: {}
`

const policies = `${modeline('../.rolecall/schema.json')}apiVersion: rolecall/v1
kind: AccessPolicy
metadata:
  name: night-access
spec:
  systems:
    - office
  subjects:
    - group: oncall
  resources:
    - application: production
`

const editor = `{
  "yaml.schemas": {
    ".rolecall/schema.json": ["rolecall.yaml", "access/**/*.yaml", "access/**/*.yml"]
  },
  "yaml.format.enable": false
}
`

const extensions = `{
  "recommendations": ["redhat.vscode-yaml"]
}
`

const readme = `# Who may reach what

The people, groups and policies of every system we run, kept by [rolecall](https://www.npmjs.com/package/rolecall).

\`\`\`sh
rolecall validate   # check what is written; opens no connection
rolecall plan       # what would change, and what refuses it
rolecall apply      # shows the plan, asks, carries it out
rolecall drift      # what was changed behind the repository's back
rolecall schema --workspace   # refresh what the editor knows: systems, handles, settings
\`\`\`

- \`rolecall.yaml\` holds the settings and the systems, \`access/\` everything else. Files may be cut as you like.
- Change access in a pull request. \`rolecall plan\` says what it means before anybody approves it.
- \`.rolecall/\` is not in git: it can be lost, and is made again.
`

/** Commits of the actions, by full id, so that a moved tag changes nothing; the version stands beside each. */
const actions = {
  checkout: 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0',
  node: 'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0',
  upload: 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2',
  download: 'actions/download-artifact@634f93cb2916e3fdff6788551b99b062d0335ce0 # v5.0.0',
} as const

function workflow(release: string): string {
  return `# Checks every pull request, applies what is merged once the environment "access" approves it, and looks for
# drift every night, each on a machine that is thrown away afterwards. What must be remembered, the ledger, is in git
# (refs/rolecall/ledger): every job reads it with its own token, and only the job that applies may write.
#
# The embedded directory "office" is a file below .rolecall/, which no runner keeps: it is there to try the commands on
# a machine of your own. Put your own systems into rolecall.yaml before you merge.
name: access
on:
  pull_request:
  push:
    branches: [main]
  schedule:
    - cron: "37 3 * * *"
  workflow_dispatch:
permissions:
  contents: read
env:
  ROLECALL: rolecall@${release}
jobs:
  # Everybody's pull request, forks included: no secret, no connection.
  validate:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: ${actions.checkout}
        with: { persist-credentials: false }
      - uses: ${actions.node}
        with: { node-version: "24" }
      - run: npx --yes "$ROLECALL" validate

  # Reads the systems, so it never runs code or manifests from a fork.
  plan:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
      - uses: ${actions.checkout}
        with: { fetch-depth: 0 }
      - uses: ${actions.node}
        with: { node-version: "24" }
      - run: npx --yes "$ROLECALL" plan -o markdown --protected-ref "origin/$BASE" --out plan.md
        env: { BASE: "\${{ github.base_ref }}" }
      - if: always()
        run: if [ -f plan.md ]; then cat plan.md >> "$GITHUB_STEP_SUMMARY"; rm plan.md; fi

  # The plan of what was merged; the environment's approval below is given to exactly this file.
  merged:
    if: github.ref == 'refs/heads/main' && (github.event_name == 'push' || github.event_name == 'workflow_dispatch')
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
      - uses: ${actions.checkout}
        with: { fetch-depth: 0 }
      - uses: ${actions.node}
        with: { node-version: "24" }
      - run: npx --yes "$ROLECALL" plan --protected-ref HEAD --out plan.json | tee -a "$GITHUB_STEP_SUMMARY"
        shell: bash
      - uses: ${actions.upload}
        with: { name: plan, path: plan.json, if-no-files-found: error, retention-days: 1 }

  # One at a time, and never stopped in the middle. A plan is good for 60 minutes.
  apply:
    needs: merged
    environment: access
    concurrency: { group: rolecall-apply, cancel-in-progress: false }
    # The ledger is written with this job's token.
    permissions: { contents: write }
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
      - uses: ${actions.checkout}
        with: { fetch-depth: 0 }
      - uses: ${actions.node}
        with: { node-version: "24" }
      - uses: ${actions.download}
        with: { name: plan }
      - run: npx --yes "$ROLECALL" apply plan.json --protected-ref HEAD --for 50m

  drift:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
      - uses: ${actions.checkout}
        with: { fetch-depth: 0 }
      - uses: ${actions.node}
        with: { node-version: "24" }
      - run: npx --yes "$ROLECALL" drift --protected-ref HEAD
`
}
