/**
 * The live state of a case, short enough to be read beside the manifests: collections by key, fields and links by
 * name. A link that can only point at one kind is the bare key; an account is an active Member unless it says otherwise. `inventory` is what an earlier run applied.
 */
import { parse } from 'yaml'
import { Graph } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Json } from '../../src/model/json.ts'
import { collectionOf, kinds, splitTarget, type Kind, type Resource } from '../../src/model/resource.ts'
import { grantKey } from '../../src/plan/renaming.ts'
import { description } from '../../src/systems/directory/describe.ts'

type Values = Record<string, Json>
type Entry = string | { kind: Kind; key: string; handle?: string }

export function readActual(system: string, text: string): { graph: Graph; inventory: InventoryEntry[] } {
  const actual = parse(text) as Record<string, Record<string, Values> | Values[]> & { inventory?: Entry[] }
  const resources = kinds.flatMap((kind) => {
    const collection = actual[collectionOf[kind]] ?? {}
    return Array.isArray(collection)
      ? collection.map((values) => resource(system, kind, '', values))
      : Object.entries(collection).map(([key, values]) => resource(system, kind, key, values))
  })
  const graph = new Graph(system, resources)
  const inventory = (actual.inventory ?? []).map((entry): InventoryEntry => {
    const { type, name } = typeof entry === 'string' ? splitTarget(entry) : { type: entry.kind, name: entry.key }
    const kind = type as Kind
    const handle = typeof entry === 'string' ? name : (entry.handle ?? name)
    return { system, kind, key: name, id: `${kind}/${name}`, handle, wish: 'as applied', run: '20261101-090000' }
  })
  return { graph, inventory }
}

function resource(system: string, kind: Kind, key: string, values: Values): Resource {
  const described = description.kinds[kind]
  const fields: Values = kind === 'account' ? { username: key, type: 'person', status: 'active' } : {}
  const links = Object.fromEntries(Object.keys(described?.links ?? {}).map((link): [string, string[]] => [link, []]))
  if (kind === 'account') links['role'] = ['role:Member']
  for (const [name, value] of Object.entries(values)) {
    const to = described?.links[name]?.to
    if (to === undefined) fields[name] = value
    else links[name] = [value].flat().map((target) => (to.length === 1 ? `${to[0]}:${named(target)}` : named(target))).sort()
  }
  const ref = { system, kind, key }
  const own = grantKey({ ref, links }) ?? key
  return { ref: { ...ref, key: own }, id: `${kind}/${own}`, fields, links }
}

function named(target: Json): string {
  if (typeof target === 'string') return target
  throw new Error(`a link is a name, not ${JSON.stringify(target)}`)
}
