import type { Json, JsonObject } from '../../model/json.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'
import { sorted } from '../text.ts'
import { isObject, list, text, type Scene } from './scene.ts'

/**
 * Live values in the words of the manifests, by kind: one table, which new documents and changes to old ones share.
 * Undefined is what the language has no word for; it is left out, and told when the result is compared.
 */

/** Where a value of a resource stands in its document, and what is written there. */
interface Written {
  readonly path: readonly string[]
  readonly value: Json | undefined
}

/** A field or link of a role, project, scope, group, policy or mapping; undefined for one that has no place. */
export function written(scene: Scene, live: Resource, name: string): Written | undefined {
  const { kind } = live.ref
  const field = live.fields[name]
  const targets = live.links[name] ?? []
  const described = scene.description.kinds[kind]
  // What the system sets itself has no word; what only it knows stands in the settings of a role or a project.
  if ((described?.fields[name] ?? described?.links[name])?.write === 'read') return undefined
  if ((kind === 'role' || kind === 'project') && name in properties(scene.description.schemas[kind] ?? {}))
    return {
      path: ['spec', 'settings', name],
      value: name in live.links ? scene.handle(targets[0] ?? '') : field,
    }
  switch (`${kind}.${name}`) {
    case 'role.sealed':
    case 'mapping.groups':
      return undefined
    case 'role.implies':
      return { path: ['spec', name], value: handles(scene, targets) }
    case 'project.type':
      return { path: ['spec', name], value: oneOf(scene.description.schemas.projectTypes, field) }
    case 'scope.enterprises':
      return { path: ['spec', name], value: targets.includes('all:*') ? 'all' : handles(scene, targets) }
    case 'scope.datacenters':
      return { path: ['spec', name], value: isAll(field) ? 'all' : field }
    case 'group.parent':
      return { path: ['spec', name], value: scene.handle(targets[0] ?? '') }
    case 'policy.subjects':
    case 'policy.resources':
      return { path: ['spec', name], value: references(scene, targets) }
    case 'mapping.fallback':
      return { path: ['spec', name], value: field === 'none' ? field : groupNamed(scene, field) }
    case 'mapping.rules':
      return { path: ['spec', name], value: rules(scene, field) }
  }
  if (kind === 'group' && name in properties(scene.description.schemas.group)) {
    return { path: ['spec', 'systems', scene.system, name], value: field }
  }
  return { path: ['spec', name], value: field }
}

/** `{group: engineering}`, `{everyone: true}`: what a policy is about. A list that lacks one would say another thing. */
function references(scene: Scene, targets: readonly LinkTarget[]): Json | undefined {
  const found = targets.map((target) => reference(scene, target))
  return found.every((item) => item !== undefined) ? found : undefined
}

export function reference(scene: Scene, target: LinkTarget): JsonObject | undefined {
  const { type, name } = splitTarget(target)
  if (type === 'everyone' || type === 'all') return { [type]: true }
  if (type === 'group' || type === 'project' || type === 'account') {
    const handle = scene.handle(target)
    return handle === undefined ? undefined : { [type === 'account' ? 'user' : type]: handle }
  }
  return { [type]: name }
}

/** Handles of all targets, or undefined where one has none. */
export function handles(scene: Scene, targets: readonly LinkTarget[]): Json | undefined {
  const found = targets.map((target) => scene.handle(target))
  return found.every((handle) => handle !== undefined) ? sorted(found) : undefined
}

/** The connector's own keys of an account, where they hold something. */
export function connectorValues(scene: Scene, live: Resource): Record<string, Json | undefined> {
  const { schemas, accountRole } = scene.description
  const names = Object.keys(properties(schemas.account)).filter((name) => name !== accountRole)
  return Object.fromEntries(names.map((name) => [name, connectorValue(scene, live, name)]))
}

export function connectorValue(scene: Scene, live: Resource, name: string): Json | undefined {
  const targets = live.links[name]
  if (targets !== undefined) {
    const one = scene.description.kinds.account?.links[name]?.shape === 'one'
    return targets.length === 0 ? undefined : one ? scene.handle(targets[0] ?? '') : handles(scene, targets)
  }
  const value = live.fields[name]
  return value === false || (Array.isArray(value) && value.length === 0) ? undefined : value
}

function groupNamed(scene: Scene, name: Json | undefined): string | undefined {
  return scene.handle(`group:${text(name) ?? ''}`)
}

function rules(scene: Scene, live: Json | undefined): Json | undefined {
  const found = list(live).map((rule) => {
    const group = isObject(rule) ? groupNamed(scene, rule['group']) : undefined
    return isObject(rule) && group !== undefined ? { ...rule, group } : undefined
  })
  return found.every((rule) => rule !== undefined) ? found : undefined
}

export function properties(schema: JsonObject): JsonObject {
  return isObject(schema['properties']) ? schema['properties'] : {}
}

export function oneOf(known: readonly string[], value: Json | undefined): Json | undefined {
  return known.includes(text(value) ?? '') ? value : undefined
}

function isAll(value: Json | undefined): boolean {
  return JSON.stringify(value) === '["all"]'
}
