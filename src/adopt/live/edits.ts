import type { Change } from '../../model/change.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { LinkTarget, Resource } from '../../model/resource.ts'
import { silentPeople } from './documents.ts'
import { connectorValue } from './values.ts'
import { documentKind, list, objectAt, text, type Scene } from './scene.ts'
import { properties, written } from './values.ts'

/** Differences of what is declared → changes of its documents: only what differs, where it is written. */

/** One change of one document, by `Kind/handle`. */
export type Edit =
  /** The value there, or none. */
  | { readonly document: string; readonly path: readonly string[]; readonly value: Json | undefined }
  /** Members of a list; a member may be a handle or a map that names it. */
  | { readonly document: string; readonly path: readonly string[]; readonly add: string }
  | { readonly document: string; readonly path: readonly string[]; readonly remove: string }

export function editsOf(scene: Scene): readonly Edit[] {
  return scene.changes.flatMap((change) => {
    const { action } = change
    if (action !== 'update' && action !== 'rename' && action !== 'manual') return []
    const { kind, key } = change.ref
    const wish = scene.desired.wishes[kind].get(key)
    const live = scene.actual.get(kind, action === 'rename' ? change.from : key)
    if (wish?.state !== 'present' || live === undefined) return []
    const document = `${documentKind[kind]}/${wish.handle}`
    if (scene.document(documentKind[kind], wish.handle) === undefined) return []
    return [
      ...(action === 'rename' ? [nameEdit(scene, document, live)] : []),
      ...(kind === 'account'
        ? accountEdits(scene, document, live, change)
        : resourceEdits(scene, document, live, change)),
    ]
  })
}

/** The primary group of people who write no groups, where nobody has declared that group either. */
export function primariesOfSilent(scene: Scene): readonly Edit[] {
  const strangers = new Set(scene.strangers.group.map(({ ref }) => `group:${ref.key}`))
  return silentPeople(scene).flatMap(({ handle, account }) => {
    const [primary = ''] = account.links['primaryGroup'] ?? []
    if (!strangers.has(primary) || !scene.description.primaryGroups) return []
    const document = `User/${handle}`
    return { document, path: [...entryOf(scene, document), 'primaryGroup'], value: scene.handle(primary) }
  })
}

type Difference = Extract<Change, { action: 'update' | 'rename' | 'manual' }>

function resourceEdits(scene: Scene, document: string, live: Resource, change: Difference): Edit[] {
  return touched(change).flatMap((name) => {
    const place = written(scene, live, name)
    // Absent means not managed, so a value that is gone over there is written as none where a list can say so.
    return place ? [{ document, path: place.path, value: place.value }] : []
  })
}

/** The name over there, where the manifests expect another. */
function nameEdit(scene: Scene, document: string, live: Resource): Edit {
  if (live.ref.kind !== 'account') return { document, path: ['spec', 'name'], value: live.ref.key }
  const entry = entryOf(scene, document)
  return { document, path: [...entry, 'username'], value: text(live.fields['username']) ?? live.ref.key }
}

function accountEdits(scene: Scene, document: string, live: Resource, change: Difference): Edit[] {
  const entry = entryOf(scene, document)
  return touched(change).flatMap((name): Edit[] => {
    switch (name) {
      case 'username':
        return [{ document, path: [...entry, name], value: live.fields[name] }]
      case 'email':
      case 'status':
        return [{ document, path: placeOfShared(scene, document, entry, name), value: live.fields[name] }]
      case 'role':
        return [
          {
            document,
            path: [...entry, scene.description.accountRole ?? name],
            value: scene.handle(live.links['role']?.[0] ?? ''),
          },
        ]
      case 'labels':
        return [{ document, path: ['metadata', name], value: live.fields[name] }]
      case 'primaryGroup':
        return [primaryEdit(scene, document, entry, live)]
      case 'groups':
        return membershipEdits(scene, document, entry, change)
      case 'manages':
        return managerEdits(scene, document, live, change)
      default:
        return name in properties(scene.description.schemas.account)
          ? [{ document, path: [...entry, name], value: connectorValue(scene, live, name) }]
          : [{ document, path: ['spec', name], value: live.fields[name] }]
    }
  })
}

/** The account's key under `accounts`: the one that names this system; where none does, it is made. */
function entryOf(scene: Scene, document: string): readonly string[] {
  const accounts = objectAt(documentOf(scene, document), 'spec', 'accounts')
  const own = Object.entries(accounts).find(
    ([name, value]) => name === scene.system || text(objectAt(value)['system']) === scene.system,
  )
  return ['spec', 'accounts', own?.[0] ?? scene.system]
}

/** An address or a status of the account, where it says one; else that of the person, where the person says one. */
function placeOfShared(
  scene: Scene,
  document: string,
  entry: readonly string[],
  name: string,
): readonly string[] {
  const value = documentOf(scene, document)
  const others = Object.keys(objectAt(value, 'spec', 'accounts')).length > 1
  const onPerson =
    objectAt(value, 'spec')[name] !== undefined && objectAt(value, ...entry)[name] === undefined
  return onPerson && !others ? ['spec', name] : [...entry, name]
}

function primaryEdit(scene: Scene, document: string, entry: readonly string[], live: Resource): Edit {
  const [primary] = live.links['primaryGroup'] ?? []
  const onPerson = objectAt(documentOf(scene, document), 'spec', 'groups')['primary'] !== undefined
  const path = onPerson ? ['spec', 'groups', 'primary'] : [...entry, 'primaryGroup']
  return { document, path, value: primary === undefined ? undefined : scene.handle(primary) }
}

/** Pairs that are live and nobody wrote, and pairs that are written and not live any more. */
function membershipEdits(
  scene: Scene,
  document: string,
  entry: readonly string[],
  change: Difference,
): Edit[] {
  const handle = document.slice('User/'.length)
  const value = documentOf(scene, document)
  const lists = [
    [...entry, 'groups'],
    ['spec', 'groups', 'secondary'],
    ['spec', 'groups'],
  ]
  const own = lists.find((path) => Array.isArray(at(value, path)))
  const added = groupsOf(scene, change.before.links['groups']).map((group): Edit => {
    if (own) return { document, path: own, add: group }
    return { document: `Group/${group}`, path: ['spec', 'members'], add: handle }
  })
  const removed = groupsOf(scene, change.after.links['groups']).flatMap((group): Edit[] => [
    ...lists
      .filter((path) => names(at(value, path), group))
      .map((path) => ({ document, path, remove: group })),
    ...sidesOf(scene, group, handle, 'members'),
  ])
  return [...added, ...removed]
}

function managerEdits(scene: Scene, document: string, live: Resource, change: Difference): Edit[] {
  const handle = document.slice('User/'.length)
  const added = groupsOf(scene, change.before.links['manages']).map((group): Edit => ({
    document: `Group/${group}`,
    path: ['spec', 'managers'],
    add: handle,
  }))
  const member = new Set([...(live.links['groups'] ?? []), ...(live.links['primaryGroup'] ?? [])])
  const removed = (change.after.links['manages'] ?? []).flatMap((target): Edit[] => {
    const group = scene.handle(target)
    if (group === undefined) return []
    // Who no longer manages a group may still be in it, and that was said by being its manager.
    const stays: Edit = { document: `Group/${group}`, path: ['spec', 'members'], add: handle }
    const isListed = isWrittenMember(scene, document, group, handle)
    return [...sidesOf(scene, group, handle, 'managers'), ...(member.has(target) && !isListed ? [stays] : [])]
  })
  return [...added, ...removed]
}

function isWrittenMember(scene: Scene, document: string, group: string, handle: string): boolean {
  const groups = objectAt(documentOf(scene, document), 'spec')['groups']
  const nested = objectAt(groups)
  return (
    [groups, nested['secondary']].some((value) => names(value, group)) ||
    nested['primary'] === group ||
    sidesOf(scene, group, handle, 'members').length > 0
  )
}

function sidesOf(scene: Scene, group: string, person: string, side: 'members' | 'managers'): Edit[] {
  const value = scene.document('Group', group)
  const isThere = names(objectAt(value, 'spec')[side], person)
  return isThere ? [{ document: `Group/${group}`, path: ['spec', side], remove: person }] : []
}

/** Whether a list has the handle, plain or in a map with dates. */
function names(value: Json | undefined, handle: string): boolean {
  return list(value).some((item) => item === handle || Object.values(objectAt(item)).includes(handle))
}

function groupsOf(scene: Scene, targets: readonly LinkTarget[] = []): string[] {
  return targets.flatMap((target) => scene.handle(target) ?? [])
}

function documentOf(scene: Scene, document: string): JsonObject | undefined {
  const [kind = '', handle = ''] = document.split('/')
  return scene.document(kind, handle)
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? '']
}

function touched({ before, after }: Difference): string[] {
  const parts = [before.fields, after.fields, before.links, after.links]
  return [...new Set(parts.flatMap((part) => Object.keys(part)))]
}
