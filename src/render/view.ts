/**
 * A change in words, before it is known whether a terminal, a comment or a log shows it: what happens to what,
 * which values come and go, and where that was written. Every text is still raw; renderers encode it.
 */
import type { Change, KeepReason, Part } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import { splitTarget, type Kind, type Resource, type ResourceRef } from '../model/resource.ts'

export type Mark = '+' | '~' | '>' | '-' | '!' | ' '

/** One value that differs: before and after; of a set, what comes and what goes; of an ordered list, its new lines. */
export type Detail =
  | { readonly name: string; readonly lines: readonly string[] }
  | { readonly name: string; readonly from?: string; readonly to?: string }
  | { readonly name: string; readonly comes: readonly string[]; readonly goes: readonly string[] }

export interface ChangeView {
  readonly mark: Mark
  readonly action: Change['action']
  readonly ref: ResourceRef
  /** Set for a rename: the key so far. */
  readonly from?: string
  /** `access/people.yaml:14`; absent for what no document names. */
  readonly place?: string
  readonly because?: string
  readonly details: readonly Detail[]
  /** What a person does, for a manual change. */
  readonly steps: readonly string[]
  readonly keep?: KeepReason
}

/** How a value is compared, from the connector's description; undefined for a name it does not know. */
export type Shape = 'scalar' | 'set' | 'ordered' | 'map' | 'one'
export type Shapes = (of: {
  readonly connector: string
  readonly kind: Kind
  readonly section: 'fields' | 'links'
  readonly name: string
}) => { readonly shape: Shape; readonly types: number } | undefined

const marks: Readonly<Record<Change['action'], Mark>> = {
  create: '+',
  update: '~',
  rename: '>',
  delete: '-',
  manual: '!',
  keep: ' ',
}

/** Its sign; of what is held back, the sign of what would be done. */
export function markOf(change: Change): Mark {
  return marks[change.action === 'keep' ? (change.held ?? 'keep') : change.action]
}

/** What a renderer shows of a change; `connector` says whose shapes hold. */
export function view(change: Change, connector: string, shapes: Shapes): ChangeView {
  const { action, ref, cause } = change
  return {
    mark: markOf(change),
    action,
    ref,
    details: details(change, connector, shapes),
    steps: action === 'manual' ? change.steps : [],
    ...(action === 'rename' ? { from: change.from } : {}),
    ...(action === 'keep' ? { keep: change.reason } : {}),
    ...(cause === undefined ? {} : { place: `${cause.file}:${cause.line}` }),
    ...(cause?.because === undefined ? {} : { because: cause.because }),
  }
}

function details(change: Change, connector: string, shapes: Shapes): Detail[] {
  if (change.action === 'delete') return []
  const before = change.action === 'create' ? undefined : change.before
  const after = change.action === 'create' ? withoutEcho(change.after) : change.after
  const shapeOf = (section: 'fields' | 'links', name: string): ReturnType<Shapes> =>
    shapes({ connector, kind: change.ref.kind, section, name })
  return [
    ...names(before?.links, after?.links).map((name) =>
      linkDetail(name, before?.links[name], after?.links[name], shapeOf('links', name)),
    ),
    ...names(before?.fields, after?.fields).map((name) =>
      fieldDetail(name, before?.fields[name], after?.fields[name], shapeOf('fields', name)?.shape),
    ),
  ]
}

/** A user name that repeats the key says nothing new. */
function withoutEcho({ ref, fields, links }: Resource): Part {
  const { username, ...rest } = fields
  const echo = typeof username === 'string' && username.toLowerCase() === ref.key
  return { fields: echo ? rest : fields, links }
}

/** Who somebody is comes before what they are called. */
const first = [
  'role',
  'primaryGroup',
  'groups',
  'manages',
  'scope',
  'subjects',
  'subject',
  'status',
  'type',
  'email',
]

function names(before: object = {}, after: object = {}): string[] {
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0),
  )
}

function linkDetail(
  name: string,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  shape: ReturnType<Shapes>,
): Detail {
  const show = (targets: readonly string[]): string[] =>
    targets.map((target) => showTarget(target, (shape?.types ?? 2) > 1))
  if (shape?.shape === 'one') {
    return scalar(name, before && show(before).join(', '), after && show(after).join(', '))
  }
  return { name, goes: show(before ?? []), comes: show(after ?? []) }
}

function fieldDetail(name: string, before: Json | undefined, after: Json | undefined, shape?: Shape): Detail {
  const [goes, comes] = [items(before), items(after)]
  if (goes === undefined && comes === undefined) {
    return scalar(
      name,
      before === undefined ? undefined : showJson(before),
      after === undefined ? undefined : showJson(after),
    )
  }
  if (shape === 'ordered') return { name, lines: ordered(goes ?? [], comes ?? []) }
  return { name, goes: without(goes ?? [], comes ?? []), comes: without(comes ?? [], goes ?? []) }
}

/** The list as it will be, numbered, each item with the place it had; what is gone stands at the end. */
function ordered(before: readonly string[], after: readonly string[]): string[] {
  const was = (item: string, at: number): string => {
    const place = before.indexOf(item)
    return place < 0 ? ' (new)' : place === at ? '' : ` (was ${place + 1})`
  }
  return [
    ...after.map((item, at) => `${at + 1}. ${item}${before.length === 0 ? '' : was(item, at)}`),
    ...without(before, after).map((item) => `gone: ${item}`),
  ]
}

function scalar(name: string, from: string | undefined, to: string | undefined): Detail {
  return { name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/** The items of a list or the entries of a map, each as one text; undefined for a single value. */
function items(value: Json | undefined): string[] | undefined {
  if (isList(value)) return value.map(showJson)
  if (value === null || typeof value !== 'object') return undefined
  return Object.entries(value).map(([key, item]) => `${key}: ${showJson(item)}`)
}

function without(list: readonly string[], other: readonly string[]): string[] {
  const gone = new Set(other)
  return list.filter((item) => !gone.has(item))
}

/** `engineering`, or `group engineering` where the type is not clear from the place; `everyone:*` is just everyone. */
function showTarget(target: string, withType: boolean): string {
  const { type, name } = splitTarget(target)
  if (name === '*' || name === '') return type
  return withType ? `${type} ${name}` : name
}

function showJson(value: Json): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return value.map(showJson).join(', ')
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${isList(item) ? `[${showJson(item)}]` : showJson(item)}`)
    .join(', ')
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
