import type { Observation, Rules } from '../../src/connector/contract.ts'
import { ruleReader } from '../../src/cel/read.ts'
import type { Description } from '../../src/connector/describe.ts'
import type { GuardCase, GuardContext } from '../../src/guard/check.ts'
import { isWrite, type Change, type Part } from '../../src/model/change.ts'
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import { Graph } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Proof, Step } from '../../src/model/plan.ts'
import { kinds, type Kind, type Resource, type ResourceRef } from '../../src/model/resource.ts'
import type { Rule } from '../../src/model/rule.ts'
import type { LastSeen } from '../../src/model/seen.ts'
import type { Acceptance, Guardrail, Person, SystemConfig } from '../../src/model/workspace.ts'
import type { Past } from '../../src/plan/past.ts'
import { lowered } from '../../src/plan/simulate.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'

/** Small worlds for guards: what is live, what the plan does, and whatever else the case is about. */

const system = 'vpn'

export function ref(kind: Kind, key: string): ResourceRef {
  return { system, kind, key }
}

export interface AccountWords {
  readonly role?: string
  readonly status?: string
  readonly type?: string
  readonly scope?: string
  readonly groups?: readonly string[]
  readonly manages?: readonly string[]
  readonly email?: string
  readonly sealed?: boolean
  readonly id?: string
}

/** An account as the directory reads it; an active person with the role Member unless said otherwise. */
export function account(key: string, words: AccountWords = {}): Resource {
  const { role = 'Member', status = 'active', type = 'person', scope, groups = [], manages = [] } = words
  return {
    ref: ref('account', key),
    ...(words.id === undefined ? {} : { id: words.id }),
    fields: {
      username: key,
      status,
      type,
      ...(words.email === undefined ? {} : { email: words.email }),
      ...(words.sealed === true ? { sealed: true } : {}),
    },
    links: {
      role: role === '' ? [] : [`role:${role}`],
      scope: scope === undefined ? [] : [`scope:${scope}`],
      primaryGroup: [],
      groups: groups.map((group) => `group:${group}`).sort(),
      manages: manages.map((group) => `group:${group}`).sort(),
    },
  }
}

export function owner(key: string, words: AccountWords = {}): Resource {
  return account(key, { role: 'Owner', ...words })
}

export function thing(kind: Kind, key: string, parts: Partial<Part> = {}, id?: string): Resource {
  return {
    ref: ref(kind, key),
    ...(id === undefined ? {} : { id }),
    fields: parts.fields ?? {},
    links: parts.links ?? {},
  }
}

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`)
}

const cause = { file: 'access/people.yaml', line: 3, document: 'User/ana' }

export function remove(before: Resource): Change {
  return { action: 'delete', ref: before.ref, before, cause }
}

export function create(after: Resource): Change {
  return { action: 'create', ref: after.ref, after, cause }
}

export function update(live: Resource, before: Partial<Part>, after: Partial<Part>): Change {
  return {
    action: 'update',
    ref: live.ref,
    before: { fields: {}, links: {}, ...before },
    after: { fields: {}, links: {}, ...after },
    patch: [],
    cause,
  }
}

export function rename(live: Resource, key: string): Extract<Change, { action: 'rename' }> {
  return {
    action: 'rename',
    ref: { ...live.ref, key },
    from: live.ref.key,
    before: { fields: { username: live.ref.key }, links: {} },
    after: { fields: { username: key }, links: {} },
    patch: [],
    cause,
  }
}

export function role(live: Resource, after: string): Change {
  return update(live, { links: { role: live.links['role'] ?? [] } }, { links: { role: [`role:${after}`] } })
}

export function suspend(live: Resource): Change {
  return update(live, { fields: { status: 'active' } }, { fields: { status: 'suspended' } })
}

export interface CaseWords {
  readonly live: readonly Resource[]
  readonly changes?: readonly Change[]
  readonly config?: Partial<SystemConfig>
  readonly wishes?: readonly Partial<Wish>[]
  readonly people?: readonly Person[]
  readonly proofs?: Observation['proofs']
  readonly inventory?: readonly InventoryEntry[]
  readonly memory?: NonNullable<GuardCase['memory']>
  readonly identity?: string
  readonly description?: Description
  readonly rules?: Rules
  /** Ready steps instead of changes, for an order of one's own. */
  readonly steps?: readonly Step[]
}

/** A case in which everything live is declared unless `wishes` says otherwise, and everything was read whole. */
export function guardCase(words: CaseWords): GuardCase {
  const used = { description: words.description ?? description, rules: words.rules ?? rules }
  const graph = new Graph(system, words.live)
  return {
    ...used,
    config: config(words.config),
    observation: { graph, proofs: words.proofs ?? allRead, readAt: '2026-11-22T09:59:00Z', calls: 1 },
    desired: desired(words.wishes ?? words.live.map(({ ref: of }) => ({ ref: of }))),
    steps:
      words.steps ??
      stepsOf(words.changes ?? [], (change) => lowered(change, graph, used.description, used.rules)),
    ...(words.identity === undefined ? {} : { identity: words.identity }),
    people: new Map((words.people ?? []).map((person) => [person.name, person])),
    ...(words.inventory === undefined ? {} : { inventory: words.inventory }),
    ...(words.memory === undefined ? {} : { memory: words.memory }),
  }
}

/** What the last run saw: so many of each kind, an hour ago. */
export function seen(
  counts: Readonly<Partial<Record<Kind, number>>>,
  words: Partial<LastSeen> = {},
): LastSeen {
  const census = Object.fromEntries(
    Object.entries(counts).map(([kind, count]) => [kind, { count, digest: `of ${count}` }]),
  )
  return { system, at: '2026-11-22T09:00:00Z', census, ...words }
}

/** What the history says: nothing, unless a test says otherwise. */
export function past(words: Partial<Past> = {}): Past {
  return {
    commit: '2222222222222222222222222222222222222222',
    whole: true,
    rebuilt: [],
    handedBack: [],
    grounds: new Map(),
    unclear: new Map(),
    ...words,
  }
}

/** Grants first, then what lowers an owner, then what goes: the order of a plan, in its simplest form. */
function stepsOf(changes: readonly Change[], lowers: (change: Change) => readonly string[]): Step[] {
  const phase = (change: Change) => (lowers(change).length > 0 ? 1 : change.action === 'delete' ? 2 : 0)
  return [...changes]
    .sort((a, b) => phase(a) - phase(b))
    .map((change, index) => ({
      id: `${system}/${index + 1}`,
      change,
      needs: [],
      lowers: isWrite(change) ? lowers(change) : [],
      fingerprint: '',
    }))
}

export const allRead: Observation['proofs'] = Object.fromEntries(
  kinds.map((kind): [Kind, Proof] => [kind, { complete: true, evidence: ['transaction'], count: 0 }]),
)

export function config(words: Partial<SystemConfig> = {}): SystemConfig {
  return {
    name: system,
    connector: 'directory',
    credentials: {},
    authentication: 'local',
    memberships: 'manifests',
    settings: {},
    stage: 'full',
    exclusive: [],
    ignore: {},
    owners: { anchors: [], minimum: 1 },
    automation: [],
    limits: { moreThan: 10, percent: 10 },
    places: {},
    cause: place(8),
    ...words,
  }
}

export function place(line: number) {
  return { file: 'rolecall.yaml', line, document: 'System/vpn' }
}

export function acceptance(words: Partial<Acceptance> & Pick<Acceptance, 'finding'>): Acceptance {
  return {
    name: 'november',
    systems: [system],
    reason: 'Contracts end',
    until: '2026-12-01',
    cause: { file: 'access/acceptances.yaml', line: 2, document: 'Acceptance/november' },
    ...words,
  }
}

const readRule = ruleReader([description])

/** A rule whose text is in order; it is read for the kinds of its `on`. */
export function guardrail(words: Partial<Omit<Guardrail, 'rules'>> = {}): Guardrail {
  const { on = ['account.power'], rule = 'after.power != "owner"' } = words
  const rules = new Map<Kind, Rule>()
  for (const kind of kinds.filter((kind) => on.some((each) => each.startsWith(`${kind}.`)))) {
    const { faults, rule: sound } = readRule(rule, kind)
    if (!sound) throw new Error(`${rule}: ${JSON.stringify(faults)}`)
    rules.set(kind, sound)
  }
  return {
    name: 'contractors',
    severity: 'refuse',
    message: 'Contractors hold no administrative role',
    acceptable: false,
    cause: { file: 'access/guardrails.yaml', line: 4, document: 'Guardrail/contractors' },
    ...words,
    on,
    rule,
    rules,
  }
}

export function context(words: Partial<GuardContext> = {}): GuardContext {
  return {
    acceptances: [],
    spent: new Map(),
    guardrails: [],
    today: '2026-11-22',
    now: '2026-11-22T10:00:00Z',
    ...words,
  }
}

export function desired(wishes: readonly Partial<Wish>[]): DesiredGraph {
  const byKind = Object.fromEntries(
    kinds.map((kind) => [kind, new Map<string, Wish>()]),
  ) as unknown as Record<Kind, Map<string, Wish>>
  for (const words of wishes) {
    const of = words.ref ?? ref('account', 'ana')
    byKind[of.kind].set(of.key, {
      ref: of,
      fields: {},
      links: {},
      state: 'present',
      handle: of.key,
      previousKeys: [],
      cause,
      ...words,
    })
  }
  return { system, wishes: byKind, comparesGrants: false }
}
