/** A system as a plain value, and what a request does to it when it lands. Shares no code with planner or executor. */
import type { Observation, WriteResult } from '../../src/connector/contract.ts'
import type { Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { Proof } from '../../src/model/plan.ts'
import { kinds, refKey, type Kind, type Resource } from '../../src/model/resource.ts'
import { carryOut, patched, relink } from '../guard/oracle.ts'
import { canon } from './values.ts'

/** All that is there, by `kind:key`. `twins` are things that were made a second time beside themselves. */
export interface Truth {
  readonly system: string
  readonly things: Readonly<Record<string, Resource>>
  readonly twins: readonly string[]
  /** How often something of this name was made: the native id of the next one. */
  readonly made: Readonly<Record<string, number>>
}

export function truthOf(system: string, resources: readonly Resource[]): Truth {
  const things = Object.fromEntries(resources.map((one) => [refKey(one.ref), one] as const).sort(byFirst))
  return { system, things, twins: [], made: {} }
}

/**
 * The writes, all of them or none. `checked`: the system looks itself whether what is replaced is still as the request
 * says, as one that works in transactions can; else it does what it is told.
 */
export function land(
  truth: Truth,
  writes: readonly Write[],
  checked: boolean,
): { readonly truth: Truth; readonly results: readonly WriteResult[] } {
  let now = truth
  for (const write of writes) {
    const next = landOne(now, write, checked)
    if (next === undefined) {
      const message = `${refKey(write.ref)} is not as it was`
      return { truth, results: writes.map(() => ({ outcome: 'failed', message })) }
    }
    now = next
  }
  return { truth: now, results: writes.map(() => ({ outcome: 'done' })) }
}

function landOne(truth: Truth, write: Write, checked: boolean): Truth | undefined {
  const key = refKey(write.ref)
  if (write.action === 'create') {
    const number = (truth.made[key] ?? 0) + 1
    if (truth.things[key] !== undefined)
      return checked ? undefined : { ...truth, twins: [...new Set([...truth.twins, key])].sort() }
    const thing = { ...write.after, id: `${key}#${number}` }
    return { ...withThings(truth, { ...truth.things, [key]: thing }), made: { ...truth.made, [key]: number } }
  }
  const from = write.action === 'rename' ? write.from : write.ref.key
  const live = truth.things[refKey({ kind: write.ref.kind, key: from })]
  if (live === undefined) return write.action === 'delete' && !checked ? truth : undefined
  if (checked && !isAsBefore(live, write)) return undefined
  if (write.action === 'update') return { ...truth, things: { ...truth.things, [key]: patched(live, write) } }
  if (write.action === 'delete') {
    const things: Record<string, Resource> = {}
    for (const [name, thing] of Object.entries(truth.things))
      if (name !== key) things[name] = relink(thing, key, undefined)
    return { ...truth, things }
  }
  const after = carryOut(new Graph(truth.system, Object.values(truth.things)), write)
  return (
    after && withThings(truth, Object.fromEntries(resourcesOf(after).map((one) => [refKey(one.ref), one])))
  )
}

function isAsBefore(live: Resource, write: Exclude<Write, { action: 'create' }>): boolean {
  const had = (now: readonly Json[], was: readonly Json[]): boolean => was.every((one) => now.includes(one))
  const fields = Object.entries(write.before.fields).every(
    ([field, was]) => live.fields[field] === was || canon(live.fields[field]) === canon(was),
  )
  // what left a thing that goes does not matter any more
  if (write.action === 'delete') return fields
  return fields && Object.entries(write.before.links).every(([link, was]) => had(live.links[link] ?? [], was))
}

function withThings(truth: Truth, things: Truth['things']): Truth {
  return { ...truth, things: Object.fromEntries(Object.entries(things).sort(byFirst)) }
}

function resourcesOf(graph: Graph): Resource[] {
  return kinds.flatMap((kind) => [...graph.all(kind)])
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/**
 * What a read shows. `missing` names what a lost page leaves out: then the read knows that it is not whole, unless it
 * is made to say that it is.
 */
export function observationOf(
  truth: Truth,
  missing?: string,
  says: 'what it knows' | 'that it is whole' = 'what it knows',
): Observation {
  const all = Object.values(truth.things)
  const graph = new Graph(
    truth.system,
    missing === undefined ? all : all.filter(({ ref }) => refKey(ref) !== missing),
  )
  const proof = (kind: Kind): Proof =>
    missing !== undefined && says === 'what it knows' && kind === 'account'
      ? { complete: false, reason: 'page 2 of 2 failed' }
      : { complete: true, evidence: ['transaction'], count: graph.count(kind) }
  const proofs = Object.fromEntries(kinds.map((kind) => [kind, proof(kind)]))
  return { graph, proofs, readAt: '2026-05-04T10:00:00.000Z', calls: 1 }
}

/** Rows of accounts with an owner role, as the directory's table has them. */
export function ownerRows({ things }: Truth): readonly JsonObject[] {
  return Object.values(things)
    .filter(({ ref, links }) => ref.kind === 'account' && links['role']?.includes('role:Owner') === true)
    .map(({ ref, fields, links }) => ({
      id: ref.key,
      user_name: ref.key,
      type: fields['type'] ?? null,
      status: fields['status'] ?? null,
      role: 'Owner',
      scope: links['scope']?.[0] ?? null,
    }))
}
