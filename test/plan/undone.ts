/** Runs in a few words, and what takes them back. */
import type { Change, Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import { refKey, type Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { patchOf } from '../../src/plan/delta.ts'
import { inverseOf } from '../../src/plan/inverse.ts'
import type { DoneStep } from '../../src/plan/trace.ts'
import type { FieldDescription } from '../../src/connector/describe.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { config, system } from './world.ts'

export interface Undone {
  readonly did: readonly (Write | DoneStep)[]
  readonly now: readonly Resource[]
  readonly config?: Partial<SystemConfig>
  readonly description?: typeof directory
}

/** Whole, as the planner gets it. */
export function inverse({ did, now, config: words = {}, description = directory }: Undone) {
  const steps = did.map((one, at) => ('write' in one ? one : { id: `office/${at + 1}`, write: one }))
  const actual = new Graph(system, now)
  return inverseOf({ steps, actual, description, rules, config: config(words) })
}

/** A line for each change, and for what is left. */
export function undo(undone: Undone) {
  const { changes, left } = inverse(undone)
  return {
    does: changes.map(told),
    left: left.map(({ ref, reason }) => `${refKey(ref)}: ${reason}`),
  }
}

function told(change: Change): string {
  const { action, ref } = change
  const what = action === 'keep' ? `keep (${change.reason}) ${refKey(ref)}` : `${action} ${refKey(ref)}`
  const from = action === 'rename' ? ` from ${change.from}` : ''
  const parts = action === 'update' || action === 'rename' ? [change.before, change.after] : []
  const flat = parts.map(({ fields, links }) => JSON.stringify({ ...fields, ...links }).replaceAll('"', ''))
  return [`${what}${from}`, ...flat].join(' ')
}

export type Values = Partial<Pick<Resource, 'fields' | 'links'>>
export const cause = { file: 'access/all.yaml', line: 1, document: 'User/bo' }

export function update(
  ref: Resource['ref'],
  before: Values,
  after: Values,
): Extract<Write, { action: 'update' }> {
  const part = ({ fields = {}, links = {} }: Values) => ({ fields, links })
  const delta = { before: part(before), after: part(after) }
  return { action: 'update', ref, ...delta, patch: patchOf(delta, directory.kinds[ref.kind]), cause }
}
export const create = (after: Resource): Write => ({ action: 'create', ref: after.ref, after, cause })
export const remove = (before: Resource): Write => ({ action: 'delete', ref: before.ref, before, cause })
export const rename = (ref: Resource['ref'], from: string, id?: string): Write => ({
  ...update(ref, {}, {}),
  ...{ action: 'rename', from },
  ...(id === undefined ? {} : { id }),
})

/** A directory whose accounts have one field more. */
export function withField(name: string, field: FieldDescription): typeof directory {
  const { account } = directory.kinds
  if (account === undefined) throw new Error('the directory has accounts')
  const fields = { ...account.fields, [name]: field }
  return { ...directory, kinds: { ...directory.kinds, account: { ...account, fields } } }
}
