import type { Description } from '../../connector/describe.ts'
import type { GraphView } from '../../model/graph.ts'
import type { JsonObject } from '../../model/json.ts'
import { splitTarget } from '../../model/resource.ts'
import { manifest, present } from '../text.ts'

/** The System document of a live system that the manifests do not know yet. */

/** What a person says of it. */
export interface NewSystem {
  readonly name: string
  readonly connector: string
  readonly endpoint?: string
  readonly settings: JsonObject
  readonly credentials: JsonObject
}

/** What is seen in it. */
export interface Seen {
  readonly profile?: string
  readonly role?: string
  /** Handles of those who own it. */
  readonly owners?: readonly string[]
}

/** Stage `report`: until somebody says otherwise nothing there is written. */
export function systemDocument(system: NewSystem, seen: Seen = {}): JsonObject {
  const { name, connector, endpoint, settings, credentials } = system
  const { profile, role, owners } = seen
  return manifest(
    'System',
    { name },
    present({
      connector,
      profile,
      endpoint,
      credentials: Object.keys(credentials).length > 0 ? credentials : undefined,
      settings: Object.keys(settings).length > 0 ? settings : undefined,
      stage: 'report',
      defaults: role === undefined ? undefined : { account: { role } },
      owners: owners === undefined || owners.length === 0 ? undefined : { expected: owners },
    }),
  )
}

/** The variety without primary groups, where people are in groups and none of them is anybody's primary. */
export function profileOf(description: Description, actual: GraphView): string | undefined {
  if (!description.primaryGroups) return undefined
  let isInGroups = false
  for (const { links } of actual.all('account')) {
    if ((links['primaryGroup'] ?? []).length > 0) return undefined
    isInGroups ||= (links['groups'] ?? []).length > 0
  }
  if (!isInGroups) return undefined
  return Object.entries(description.profiles ?? {}).find(
    ([, { differs }]) => differs.primaryGroups === false,
  )?.[0]
}

/** The built-in role that most accounts hold, an owner's aside: what needs no line on each of them. */
export function commonRole(description: Description, actual: GraphView): string | undefined {
  const counts = new Map<string, number>()
  for (const { links } of actual.all('account')) {
    const { name } = splitTarget(links['role']?.[0] ?? '')
    const isPlain = description.roles.includes(name) && !description.ownerRoles.includes(name)
    if (isPlain) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return most?.[0]
}
