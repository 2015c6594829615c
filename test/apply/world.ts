/**
 * A small organisation on a real directory and a real ledger, with faults that can be asked for. Wishes in, a plan
 * as the commands make it, an apply, and what is there afterwards.
 */
import { together } from '../../src/access/impact.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '../../src/apply/driver.ts'
import type { AppliedSystem, Ports, Progress } from '../../src/apply/ports.ts'
import type { RunReport } from '../../src/apply/report.ts'
import type { Connector, Observation, Reader, Target, Writer } from '../../src/connector/contract.ts'
import { check, type GuardCase } from '../../src/guard/check.ts'
import { hostName } from '../../src/ledger/host.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import { refuses } from '../../src/model/finding.ts'
import type { Plan } from '../../src/model/plan.ts'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { assemble } from '../../src/plan/plan.ts'
import { directory } from '../../src/systems/directory/index.ts'

/** What the manifests say: people by name, groups, policies (group → application). */
export interface Wishes {
  readonly people?: Readonly<Record<string, PersonWish>>
  readonly groups?: readonly string[]
  readonly policies?: Readonly<Record<string, string>>
  /** Live group → its new name. */
  readonly renamed?: Readonly<Record<string, string>>
}
export interface PersonWish {
  readonly role?: string
  readonly status?: 'active' | 'suspended'
  readonly groups?: readonly string[]
  readonly until?: string
}

export interface World {
  readonly root: string
  readonly ledger: Ledger
  /** Moves the clock. */
  readonly pass: (seconds: number) => void
  readonly now: () => Date
  readonly plan: (wishes: Wishes, changes?: Partial<PlanOptions>) => Promise<Plan>
  readonly apply: (plan: Plan, wishes: Wishes, changes?: Partial<Ports> & Faults) => Promise<RunReport>
  /** Plans and applies, and fails the test when a guard refuses. */
  readonly reach: (wishes: Wishes, changes?: Partial<Ports> & Faults) => Promise<RunReport>
  readonly observe: () => Promise<Observation>
  /** Everything that is there, one line each, sorted. */
  readonly live: () => Promise<string[]>
  readonly owners: () => Promise<string[]>
  /** A write past rolecall, as a person with another tool makes it. */
  readonly byHand: (write: Parameters<Writer['write']>[0][number]) => Promise<void>
  readonly reopen: () => Ledger
  readonly close: () => Promise<void>
}

export interface Faults {
  readonly reader?: (reader: Reader) => Reader
  readonly writer?: (writer: Writer) => Writer
  readonly connector?: Partial<Connector['description']>
  readonly floor?: Connector['floor']
  readonly rules?: Connector['rules']
  readonly owners?: Partial<SystemConfig['owners']>
}
interface PlanOptions {
  readonly stage: SystemConfig['stage']
  readonly guarded: boolean
  readonly connector: Partial<Connector['description']>
}

export const system = 'people'
const cause = { file: 'access/all.yaml', line: 1, document: 'System/people' }

const config: SystemConfig = {
  name: system,
  connector: 'directory',
  credentials: {},
  authentication: 'local',
  memberships: 'manifests',
  settings: { file: 'people.db' },
  stage: 'full',
  exclusive: [],
  ignore: {},
  owners: { anchors: [], minimum: 1 },
  automation: [],
  limits: { moreThan: 1000, percent: 100 },
  places: {},
  cause,
}

let runs = 0

interface Surroundings {
  /** The clock; one of its own, that stands still between plans, when absent. */
  readonly now?: () => Date
  /** A file beside the directory when absent. */
  readonly ledger?: Ledger
}

export function makeWorld(
  root = mkdtempSync(join(tmpdir(), 'rolecall-apply-')),
  surroundings: Surroundings = {},
): World {
  let time = Date.parse('2026-05-04T10:00:00Z')
  const now = surroundings.now ?? ((): Date => new Date(time))
  const target: Target = { system, settings: config.settings, credentials: {}, root, now }
  const file = join(root, 'ledger.db')
  let ledger = surroundings.ledger ?? openSqlite(file, { now })

  const asReader = async <T>(ask: (reader: Reader) => Promise<T>): Promise<T> => {
    const reader = await directory.openReader(target)
    return ask(reader).finally(() => reader.close())
  }
  const observe = (): Promise<Observation> => asReader((reader) => reader.observe())

  const seen = new WeakMap<Plan, Observation>()

  const plan: World['plan'] = async (wishes, { stage = 'full', guarded = true, connector = {} } = {}) => {
    time += 1000
    const observation = await observe()
    const desired = desiredOf(wishes)
    const description = { ...directory.description, ...connector }
    const { rules } = directory
    const actual = observation.graph
    const inventory = await ledger.inventory(system)
    const one = { ...config, stage }
    const changes = diff({ desired, actual, description, rules, config: one, inventory })
    const steps = order(changes, { actual, description, rules, system })
    const guard: GuardCase = {
      config: one,
      description,
      rules,
      observation,
      desired,
      steps,
      people: new Map(),
      inventory,
    }
    const at = now().toISOString()
    const findings = check([guard], {
      acceptances: [],
      spent: new Map(),
      guardrails: [],
      today: at.slice(0, 10),
      now: at,
    })
    const refused = findings.filter(refuses)
    if (guarded && refused.length > 0) throw new Error(refused.map(({ message }) => message).join('\n'))
    const made = assemble({
      tool: 'rolecall 0.0.0',
      now: at,
      systems: [guard],
      findings,
      impact: together([]),
      document: () => undefined,
    })
    seen.set(made, observation)
    return made
  }

  const apply: World['apply'] = (one, wishes, changes = {}) => {
    const {
      reader = same,
      writer = same,
      connector = {},
      floor = directory.floor,
      rules = directory.rules,
      owners = {},
      ...ports
    } = changes
    const applied: AppliedSystem = {
      config: { ...config, owners: { ...config.owners, ...owners } },
      connector: { ...directory, floor, rules, description: { ...directory.description, ...connector } },
      desired: desiredOf(wishes),
      ...(seen.has(one) ? { observation: seen.get(one)! } : {}),
      openReader: async () => reader(await directory.openReader(target)),
      openWriter: async () => writer(await directory.openWriter(target)),
    }
    runs += 1
    return execute(one, {
      ...{
        ledger,
        systems: new Map([[system, applied]]),
        people: new Map(),
        spends: () => [],
        run: `run-${runs}`,
      },
      ...{ actor: 'ana', host: hostName(), pid: process.pid, tool: 'rolecall 0.0.0', now },
      sleep: (milliseconds) => {
        time += milliseconds
        return Promise.resolve()
      },
      progress: (_event: Progress) => undefined,
      ...ports,
    })
  }

  return {
    root,
    get ledger() {
      return ledger
    },
    pass: (seconds) => {
      time += seconds * 1000
    },
    now,
    plan,
    apply,
    reach: async (wishes, changes) => apply(await plan(wishes), wishes, changes),
    observe,
    live: async () => {
      const { graph } = await observe()
      return kinds.flatMap((kind) => Array.from(graph.all(kind), line)).sort()
    },
    owners: async () => {
      const { graph } = await observe()
      return [...graph.all('account')]
        .filter((account) => isUsableOwner(account))
        .map(({ ref }) => ref.key)
        .sort()
    },
    byHand: async (write) => {
      const writer = await directory.openWriter(target)
      const [result] = await writer.write([write]).finally(() => writer.close())
      if (result?.outcome !== 'done') throw new Error(JSON.stringify(result))
    },
    reopen: () => (ledger = openSqlite(file, { now })),
    close: async () => {
      await ledger.close().catch(() => undefined)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function isUsableOwner(account: Resource): boolean {
  const isOwner = account.links['role']?.includes('role:Owner') === true
  return isOwner && account.fields['status'] === 'active' && account.fields['type'] === 'person'
}

function desiredOf({ people = {}, groups = [], policies = {}, renamed = {} }: Wishes): DesiredGraph {
  const wishes = Object.fromEntries(kinds.map((kind) => [kind, new Map<string, Wish>()])) as Record<
    Kind,
    Map<string, Wish>
  >
  const add = (wish: Wish): void => void wishes[wish.ref.kind].set(wish.ref.key, wish)
  const previous = new Map(Object.entries(renamed).map(([from, to]) => [to, from]))
  for (const group of groups)
    add({ ...wish('group', group, 'Group'), previousKeys: previous.has(group) ? [previous.get(group)!] : [] })
  for (const [name, { role = 'Member', status = 'active', groups: memberOf = [], until }] of Object.entries(
    people,
  ))
    add({
      ...wish('account', name, 'User'),
      fields: { username: name, type: 'person', status },
      links: { role: [`role:${role}`], groups: memberOf.map((group) => `group:${group}`).sort() },
      person: name,
      exactGroups: true,
      ...(until === undefined ? {} : { until }),
    })
  for (const [group, application] of Object.entries(policies))
    add({
      ...wish('policy', `${group}-${application}`, 'AccessPolicy'),
      links: { subjects: [`group:${group}`], resources: [`application:${application}`] },
    })
  return { system, wishes, comparesGrants: false }
}

function wish(kind: Kind, key: string, document: string): Wish {
  return {
    ref: { system, kind, key },
    fields: {},
    links: {},
    state: 'present',
    handle: key,
    previousKeys: [],
    cause: { file: 'access/all.yaml', line: 1, document: `${document}/${key}` },
  }
}

function line({ ref, fields, links }: Resource): string {
  const shown = Object.entries({ ...fields, ...links })
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0) && value !== '')
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : JSON.stringify(value)}`)
  return `${ref.kind}:${ref.key} ${shown.sort().join(' ')}`
}

function same<T>(value: T): T {
  return value
}

/** `account:ana done`, in the order of the plan. */
export function told(report: RunReport): string[] {
  return report.systems.flatMap(({ steps }) =>
    steps.map(({ ref, action, outcome }) => `${action} ${ref.kind}:${ref.key} ${outcome.result}`),
  )
}

export function reasonOf(report: RunReport, key: string): string | undefined {
  for (const { steps } of report.systems)
    for (const { ref, outcome } of steps) if (ref.key === key && 'reason' in outcome) return outcome.reason
  return undefined
}
