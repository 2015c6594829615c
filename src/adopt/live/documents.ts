import { refKey, splitTarget, type Kind, type Resource } from '../../model/resource.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { manifest, present, sorted } from '../text.ts'
import { documentKind, type Scene } from './scene.ts'
import { reference, written } from './values.ts'

/** New documents for live resources that nobody declares, people aside. */

/** A document, and the file it is to stand in, below the folder of the manifests. */
export interface NewDocument {
  readonly file: string
  readonly document: JsonObject
  /** What it declares, as `kind:key`. */
  readonly about: readonly string[]
}

export function newDocuments(scene: Scene): readonly NewDocument[] {
  const { strangers, system } = scene
  const sides = groupSides(scene)
  const each = (kind: Kind, file: string, make: (live: Resource) => JsonObject): NewDocument[] =>
    strangers[kind].map((live) => ({
      file: `${system}/${file}.yaml`,
      document: make(live),
      about: [refKey(live.ref)],
    }))
  return [
    ...each('role', 'roles', (live) => document(scene, live, { system })),
    ...each('project', 'projects', (live) => document(scene, live, { system })),
    ...each('scope', 'scopes', (live) => document(scene, live, { system })),
    ...each('group', 'groups', (live) => groupDocument(scene, live, sides)),
    ...each('policy', 'policies', (live) => document(scene, live, { systems: [system] })),
    ...grantDocuments(scene),
    ...each('mapping', 'mappings', (live) => document(scene, live, { systems: [system] })),
  ]
}

/** Everything of the resource that has a word, in the order of the description. */
function document(scene: Scene, live: Resource, spec: JsonObject): JsonObject {
  const { kind, key } = live.ref
  const handle = scene.handle(`${kind}:${key}`) ?? key
  const described = scene.description.kinds[kind]
  const result: Record<string, Json> = { ...spec, ...(handle === key ? {} : { name: key }) }
  for (const name of [...Object.keys(described?.fields ?? {}), ...Object.keys(described?.links ?? {})]) {
    const place = written(scene, live, name)
    if (place?.value === undefined || (isEmpty(place.value) && !alwaysWritten.has(name))) continue
    put(result, place.path.slice(1), place.value)
  }
  return manifest(documentKind[kind], { name: handle }, result)
}

/** An empty list of these says something: nobody, nothing. */
const alwaysWritten = new Set(['subjects', 'resources', 'rules'])

/** Memberships stand on the people, and on the group for those whose own document says nothing of groups. */
function groupDocument(scene: Scene, live: Resource, sides: GroupSides): JsonObject {
  const { system } = scene
  const base = document(scene, live, {})
  const spec = base['spec'] as JsonObject
  const target = `group:${live.ref.key}`
  const settings = (spec['systems'] as JsonObject | undefined)?.[system] ?? {}
  const { name, description, parent } = spec
  const members = sides.members.get(target)
  return manifest('Group', base['metadata'] as JsonObject, {
    ...present({ name, description, parent }),
    ...(members === undefined ? {} : { members: sorted(members) }),
    managers: sorted(sides.managers.get(target) ?? []),
    systems: { [system]: settings },
  })
}

/** Handles of the people who stand on a group and not on themselves, by the group's link target. */
interface GroupSides {
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly managers: ReadonlyMap<string, readonly string[]>
}

function groupSides(scene: Scene): GroupSides {
  const [members, managers] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const add = (to: Map<string, string[]>, groups: readonly string[] = [], handle?: string): void => {
    if (handle === undefined) return
    for (const group of groups) {
      const known = to.get(group)
      if (known) known.push(handle)
      else to.set(group, [handle])
    }
  }
  for (const { handle, account } of silentPeople(scene)) add(members, account.links['groups'], handle)
  for (const { ref, links } of scene.actual.all('account')) {
    add(managers, links['manages'], scene.handle(`account:${ref.key}`))
  }
  return { members, managers }
}

/** Declared accounts of people who write no groups: their live memberships cannot stand on them. */
export function silentPeople(
  scene: Scene,
): readonly { readonly handle: string; readonly account: Resource }[] {
  return [...scene.desired.wishes.account.values()].flatMap((wish) => {
    const account = scene.actual.get('account', wish.ref.key)
    const isSilent = wish.state === 'present' && wish.exactGroups !== true
    return isSilent && account ? [{ handle: wish.handle, account }] : []
  })
}

/** One policy for each subject and role, with all that the role is held on. */
function grantDocuments(scene: Scene): readonly NewDocument[] {
  const bundles = new Map<string, Resource[]>()
  for (const grant of scene.strangers.grant) {
    const bundle = `${grant.links['subject']?.[0] ?? ''} ${grant.links['role']?.[0] ?? ''}`
    bundles.set(bundle, [...(bundles.get(bundle) ?? []), grant])
  }
  return [...bundles.values()].flatMap((grants): readonly NewDocument[] => {
    const [subject = '', role = ''] = [grants[0]?.links['subject']?.[0], grants[0]?.links['role']?.[0]]
    const roleName = scene.handle(role)
    const who = reference(scene, subject)
    const resources = grants.flatMap((grant): JsonObject[] => {
      const resource = reference(scene, grant.links['resource']?.[0] ?? '')
      return resource === undefined ? [] : [resource]
    })
    if (roleName === undefined || who === undefined || resources.length < grants.length) return []
    const handle = scene.newHandle(
      'AccessPolicy',
      `${scene.handle(subject) ?? splitTarget(subject).type}-${roleName}`,
    )
    const spec = {
      systems: [scene.system],
      subjects: [who],
      roles: [roleName],
      resources: inOrder(resources),
    }
    const about = grants.map(({ ref }) => refKey(ref))
    return [
      {
        file: `${scene.system}/grants.yaml`,
        document: manifest('AccessPolicy', { name: handle }, spec),
        about,
      },
    ]
  })
}

function inOrder(resources: readonly JsonObject[]): JsonObject[] {
  return [...resources].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function put(object: Record<string, Json>, [key = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) object[key] = value
  else {
    const inner = { ...(object[key] as JsonObject | undefined) }
    put(inner, rest, value)
    object[key] = inner
  }
}

function isEmpty(value: Json): boolean {
  return value === false || value === '' || (Array.isArray(value) && value.length === 0)
}
