import { describe, expect, it } from 'vitest'
import { afterRead, afterWrite, pendingOf } from '../../src/apply/inventory.ts'
import type { Write } from '../../src/model/change.ts'
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import type { Finding } from '../../src/model/finding.ts'
import { Graph } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { kinds, type Resource } from '../../src/model/resource.ts'

/** What one run makes the next one believe: whose a thing is. */

const system = 'office'
const cause = { file: 'access/groups.yaml', line: 2, document: 'Group/ops' }
const account = (key: string, id = `account/${key}`): Resource => ({
  ref: { system, kind: 'account', key },
  id,
  fields: {},
  links: {},
})
const entry = (key: string, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  ...{ system, kind: 'account', key, id: `account/${key}`, handle: key, wish: 'abc', run: 'earlier' },
  ...more,
})

function desired(...keys: readonly string[]): DesiredGraph {
  const wish = (key: string): Wish => ({
    ...{ ref: { system, kind: 'account', key }, fields: {}, links: {}, state: 'present', handle: key },
    ...{ previousKeys: [], cause },
  })
  const none = Object.fromEntries(kinds.map((kind) => [kind, new Map()])) as unknown as DesiredGraph['wishes']
  return {
    system,
    wishes: { ...none, account: new Map(keys.map((key) => [key, wish(key)])) },
    comparesGrants: false,
  }
}

const delta = { before: { fields: {}, links: { groups: ['group:ops'] } }, after: { fields: {}, links: {} } }
const takenOut = (key: string): Write => ({
  action: 'update',
  ref: { system, kind: 'account', key },
  ...delta,
  patch: [],
  cause,
})

function read(
  live: readonly Resource[],
  wishes: DesiredGraph,
  inventory: readonly InventoryEntry[],
  more: { readonly pending?: ReadonlySet<string>; readonly ignored?: string } = {},
): ReturnType<typeof afterRead> {
  const observation = {
    graph: new Graph(system, live),
    proofs: { account: { complete: true, evidence: ['transaction'], count: live.length } } as const,
    readAt: '2026-11-22T10:00:00Z',
    calls: 1,
  }
  return afterRead(observation, wishes, {
    inventory,
    pending: more.pending ?? new Set(),
    isIgnored: ({ key }) => key === more.ignored,
    run: 'now',
  })
}

describe('whose a thing is after a run', () => {
  it('somebody nobody declared is not ours because a group let go of them', () => {
    expect(afterWrite(takenOut('stranger'), undefined, desired(), 'now')).toEqual({ put: [], forget: [] })
  })

  it('what a saved plan made is ours, although the manifests have moved on since', () => {
    const create: Write = { action: 'create', ref: account('bo').ref, after: account('bo'), cause }
    const { put } = afterWrite(create, 'account/bo', desired(), 'now')
    expect(put).toEqual([expect.objectContaining({ key: 'bo', id: 'account/bo' })])
    expect(put[0]?.wish).toMatch(/^[0-9a-f]{64}$/)
  })

  it('what the system’s ignore names is handed back: without the ignore it is not ours again', () => {
    expect(read([account('ana')], desired('ana'), [entry('ana')], { ignored: 'ana' })).toEqual({
      put: [],
      forget: [entry('ana')],
    })
  })

  it('a name that is somebody else’s by now stays known by its old id until that is accepted', () => {
    const finding: Finding = {
      ...{ code: 'identity-changed', system, severity: 'warn', refs: [account('ana').ref], count: 1 },
      ...{ message: '', where: 'built in', remedy: '', acceptable: true },
    }
    const after = (findings: readonly Finding[]): ReturnType<typeof afterRead> =>
      read([account('ana', 'account/9')], desired('ana'), [entry('ana')], {
        pending: pendingOf({ name: system, steps: [] }, findings, () => true),
      })
    expect(after([finding]).put).toEqual([])
    expect(after([{ ...finding, acceptedBy: 'it-is-ana' }]).put).toEqual([
      expect.objectContaining({ key: 'ana', id: 'account/9' }),
    ])
    expect(after([{ ...finding, system: 'workshop' }]).put).toHaveLength(1)
  })
})
