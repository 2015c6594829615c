/**
 * One side of an access group: its items, and the same as link targets. An item is a sort of thing as a whole, a
 * network or host as a whole, or some of what belongs to one; a target is always one thing. What a change does not touch
 * is sent back as it was read, also where rolecall does not understand it.
 */
import type { Json, JsonObject } from '../../model/json.ts'
import { splitTarget, type LinkTarget } from '../../model/resource.ts'
import type { Directory } from './names.ts'
import { objects, text, texts } from './native.ts'

export type Side = 'source' | 'destination'

/** All there is on the other side, what comes later included. */
const everything: readonly LinkTarget[] = ['everyone:*', 'host:*', 'network:*']

/** What the items stand for, sorted by code unit. */
export function targetsOf(items: Json | undefined, side: Side, directory: Directory): readonly LinkTarget[] {
  const found = new Set(objects(items).flatMap((item) => targetsOfItem(item, directory)))
  if (side === 'destination' && everything.every((target) => found.has(target))) {
    for (const target of everything) found.delete(target)
    found.add('all:*')
  }
  return [...found].sort()
}

function targetsOfItem(item: JsonObject, directory: Directory): readonly LinkTarget[] {
  const type = text(item, 'type') ?? '?'
  const parent = text(item, 'parent')
  const sort = sortOf(type)
  // One page shows `allCovered` with children for a single service: taken for the whole, no access is overlooked.
  if (item['allCovered'] === true) {
    if (sort === 'group') return ['everyone:*']
    return [`${sort}:${parent === undefined ? '*' : nameOf(directory, sort, parent)}`]
  }
  const children = texts(item, 'children')
  if (sort === 'group') return children.map((id) => `group:${directory.of.group.nameOf(id) ?? id}`)
  if (sort !== 'network' && sort !== 'host') return children.map((id) => `${sort}:${id}`)
  return children.map((id) => childOf(directory, id))
}

function childOf({ of }: Directory, id: string): LinkTarget {
  const application = of.application.nameOf(id)
  if (application !== undefined) return `application:${application}`
  return `ipService:${of.ipService.nameOf(id) ?? id}`
}

function nameOf({ of }: Directory, sort: string, id: string): string {
  return sort === 'network' || sort === 'host' ? (of[sort].nameOf(id) ?? id) : id
}

/** `NETWORK_SERVICE` → `network`; a type that is not known here keeps its name, so that it is not lost. */
function sortOf(type: string): string {
  const known: Readonly<Record<string, string>> = {
    USER_GROUP: 'group',
    NETWORK_SERVICE: 'network',
    HOST: 'host',
    HOST_SERVICE: 'host',
    PUBLISHED_SERVICE: 'publishedService',
  }
  return Object.hasOwn(known, type) ? (known[type] ?? type) : type
}

/**
 * The items after some targets went and others came. Throws a text where a target is not there.
 *
 * @param live the items as they were just read
 */
export function itemsAfter(
  live: Json | undefined,
  side: Side,
  { goes, comes }: { readonly goes: readonly LinkTarget[]; readonly comes: readonly LinkTarget[] },
  directory: Directory,
): readonly JsonObject[] {
  const now = new Set(spread(targetsOf(live, side, directory)))
  const then = new Set(now)
  for (const target of spread(goes)) then.delete(target)
  for (const target of spread(comes)) then.add(target)
  const kept = objects(live).flatMap((item) => keep(item, then, directory))
  return add(kept, side, [...then].filter((target) => !now.has(target)).sort(), directory)
}

/** A target for all of it is three items. */
function spread(targets: readonly LinkTarget[]): readonly LinkTarget[] {
  return targets.flatMap((target) => (target === 'all:*' ? everything : [target]))
}

function keep(item: JsonObject, then: ReadonlySet<LinkTarget>, directory: Directory): readonly JsonObject[] {
  const targets = targetsOfItem(item, directory)
  const stay = targets.filter((target) => then.has(target))
  if (stay.length === targets.length) return [item]
  if (stay.length === 0) return []
  const children = texts(item, 'children')
  return [{ ...item, children: children.filter((_id, index) => then.has(targets[index] ?? '')) }]
}

function add(
  items: readonly JsonObject[],
  side: Side,
  targets: readonly LinkTarget[],
  directory: Directory,
): readonly JsonObject[] {
  const all = [...items]
  for (const target of targets) {
    const item = itemFor(target, side, directory)
    const at = all.findIndex((one) => takesIn(one, item))
    const known = all[at]
    if (known === undefined) all.push(item)
    else all[at] = { ...known, children: [...texts(known, 'children'), ...texts(item, 'children')] }
  }
  return all
}

/** Whether the children of the second can stand among those of the first. */
function takesIn(one: JsonObject, item: JsonObject): boolean {
  return (
    one['allCovered'] !== true &&
    item['allCovered'] !== true &&
    text(one, 'type') === text(item, 'type') &&
    text(one, 'parent') === text(item, 'parent')
  )
}

function itemFor(target: LinkTarget, side: Side, directory: Directory): JsonObject {
  const { type, name } = splitTarget(target)
  const { of, parentOf } = directory
  const whole = (what: string, parent?: string): JsonObject => ({
    type: what,
    allCovered: true,
    ...(parent === undefined ? {} : { parent }),
  })
  const part = (what: string, child: string, parent?: string): JsonObject => ({
    type: what,
    allCovered: false,
    ...(parent === undefined ? {} : { parent }),
    children: [child],
  })
  const host = side === 'source' ? 'HOST' : 'HOST_SERVICE'
  switch (type) {
    case 'everyone':
      return whole('USER_GROUP')
    case 'group':
      return part('USER_GROUP', known(of.group.idOf(name), target))
    case 'network':
      return name === '*'
        ? whole('NETWORK_SERVICE')
        : whole('NETWORK_SERVICE', known(of.network.idOf(name), target))
    case 'host':
      return name === '*' ? whole(host) : whole(host, known(of.host.idOf(name), target))
    case 'application':
    case 'ipService': {
      const id = known(of[type].idOf(name), target)
      const above = known(parentOf(id), target)
      return part(above.sort === 'host' ? host : 'NETWORK_SERVICE', id, above.id)
    }
    case 'publishedService':
      return name === '*' ? whole('PUBLISHED_SERVICE') : part('PUBLISHED_SERVICE', name)
    default:
      throw new NotThere(target)
  }
}

function known<V>(value: V | undefined, target: LinkTarget): V {
  if (value === undefined) throw new NotThere(target)
  return value
}

/** A write names something that the account does not have, or has no more: nothing of it is sent. */
export class NotThere extends Error {
  override name = 'NotThere'
  constructor(target: LinkTarget) {
    super(`${target} is not there`)
  }
}
