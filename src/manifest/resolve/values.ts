/**
 * Written values become fields and links by the connector's description alone, so that a new connector needs no
 * line here. A value that the system has no place for is an error, never an approximation: it may change access.
 */
import type { KindDescription, LinkDescription } from '../../connector/describe.ts'
import type { Kind, LinkTarget } from '../../model/resource.ts'
import type { Json } from '../../model/json.ts'
import type { Layer, Reference } from '../normalised.ts'
import { key as keyOf, under, type Place } from '../place.ts'
import { suggest } from '../nearest.ts'
import { guess, showSite, unknownName, type Context, type Site, type There } from './context.ts'

export interface Parts {
  readonly fields: Record<string, Json>
  readonly links: Record<string, readonly LinkTarget[]>
}

/** Puts one written value where the kind holds it. */
export function place(
  context: Context,
  site: Site,
  kind: Kind,
  parts: Parts,
  name: string,
  value: Json,
  at: Place,
): void {
  const described = site.description.kinds[kind]
  const field = described?.fields[name]
  const link = described?.links[name]
  if ((field ?? link)?.write === 'read') {
    context.report.error(
      'read-only-field',
      keyOf(at),
      `The ${showSite(site)} sets "${name}" of its ${kind}s itself.`,
      'Take the line out.',
    )
  } else if (field) {
    parts.fields[name] = fieldValue(field.shape, value)
  } else if (link) {
    parts.links[name] = linkValue(context, site, link, value, at)
  } else {
    lacks(context, site, kind, name, at, described)
  }
}

/** The connector's own settings, which its schema has accepted. */
export function placeSettings(
  context: Context,
  site: Site,
  kind: Kind,
  parts: Parts,
  { values, place: at }: Layer,
): void {
  for (const [name, value] of Object.entries(values))
    place(context, site, kind, parts, name, value, under(at, name))
}

/** A value in the form in which equal means equal: sets sorted by code unit and without repeats. */
function fieldValue(shape: 'scalar' | 'set' | 'ordered' | 'map', value: Json): Json {
  if (shape !== 'set') return value
  return typeof value === 'string' ? [value] : Array.isArray(value) ? sortedSet(value as string[]) : value
}

export function sortedSet<T>(items: Iterable<T>): T[] {
  return [...new Set(items)].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
}

/** A thing that the system has by that handle, or a diagnostic. */
export function lookUp(
  context: Context,
  site: Site,
  kind: 'group' | 'project' | 'scope',
  reference: Reference,
): There | undefined {
  const things: ReadonlyMap<string, There> = site[`${kind}s`]
  const thing = things.get(reference.name)
  if (thing?.absent === true) {
    context.report.error(
      'absent-reference',
      reference.place,
      `The ${kind} "${reference.name}" is declared absent.`,
      'Take the reference out, or the `state: absent`.',
    )
    return undefined
  }
  if (thing) return thing
  const documents = context.index[`${kind}s`]
  if (!documents.has(reference.name)) unknownName(context, reference, kind, things.keys())
  else if (!context.lost.has('System', site.name)) notThere(context, site, kind, reference, things)
  return undefined
}

function notThere(
  context: Context,
  site: Site,
  kind: 'group' | 'project' | 'scope',
  reference: Reference,
  things: ReadonlyMap<string, There>,
): void {
  const declare =
    kind === 'group' ? `Write \`${site.name}: {}\` under its systems` : `Declare it for "${site.name}"`
  const others = guess(context, reference.name, things.keys(), `${kind}s there`)
  context.report.error(
    `${kind}-not-in-system`,
    reference.place,
    `The ${kind} "${reference.name}" does not exist in the ${showSite(site)}.`,
    others === undefined ? `${declare}.` : `${declare}, or name one that is there. ${others}`,
  )
}

function linkValue(
  context: Context,
  site: Site,
  link: LinkDescription,
  value: Json,
  at: Place,
): readonly LinkTarget[] {
  if (Array.isArray(value)) {
    const targets = (value as string[]).flatMap((item, i) =>
      linkTarget(context, site, link, item, under(at, i)),
    )
    return sortedSet(targets)
  }
  return typeof value === 'string' ? linkTarget(context, site, link, value, at) : []
}

function linkTarget(
  context: Context,
  site: Site,
  link: LinkDescription,
  name: string,
  at: Place,
): readonly LinkTarget[] {
  if (name === 'all' && link.to.includes('all')) return ['all:*']
  const kind = link.to.find(isManaged)
  if (kind !== undefined) return lookUp(context, site, kind, { name, place: at })?.link ?? []
  return link.to.slice(0, 1).map((type) => `${type}:${name}`)
}

function isManaged(type: string): type is 'group' | 'project' | 'scope' {
  return type === 'group' || type === 'project' || type === 'scope'
}

function lacks(
  context: Context,
  site: Site,
  kind: Kind,
  name: string,
  at: Place,
  described?: KindDescription,
): void {
  const known = described ? [...Object.keys(described.fields), ...Object.keys(described.links)] : []
  context.report.error(
    'unsupported-field',
    keyOf(at),
    `The ${showSite(site)} has no "${name}" on its ${kind}s.`,
    suggest(name, known, 'keys') ?? 'Take the line out, or declare it for a system that has it.',
  )
}
