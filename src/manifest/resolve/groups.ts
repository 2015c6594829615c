/** Groups: in which systems they exist, with which settings, and inside which other group. */
import type { Group, GroupEntry } from '../normalised.ts'
import type { Wish } from '../../model/desired.ts'
import { key as keyOf, spanOf, under, type Place } from '../place.ts'
import {
  absentWish,
  addWish,
  hasKind,
  namePlace,
  previousKeys,
  showSite,
  siteOf,
  specPlace,
  there,
  unknownName,
  type Context,
  type GroupThere,
  type Site,
} from './context.ts'
import { describeIt } from './containers.ts'
import { suggest } from '../nearest.ts'
import { checkShared } from './layers.ts'
import { place, type Parts } from './values.ts'

/** First where each group exists, so that groups may name each other; then what they are there. */
export function resolveGroups(context: Context, groups: readonly Group[]): void {
  for (const group of groups) context.groups.set(group.handle, placesOf(context, group))
  for (const group of groups) {
    checkParent(context, group)
    for (const at of context.groups.get(group.handle) ?? [])
      if (at.site.groups.has(group.handle)) build(context, at)
  }
}

function placesOf(context: Context, group: Group): GroupThere[] {
  const found: GroupThere[] = []
  for (const [name, written] of group.systems) {
    const at = specPlace(group, 'systems', name)
    const site = siteOf(context, { name, place: keyOf(at) })
    const entry = sameAs(context, group, name, written, [])
    if (!site || !entry) continue
    const bundle = isBundle(site, entry)
    if (!bundle && !hasKind(context, site, 'group', keyOf(at), 'groups')) continue
    if (entry.preset) noPreset(context, site, entry.preset.name, entry.preset.place)
    const one: GroupThere = {
      ...there(site, 'group', group, entry.name ?? group.name),
      group,
      site,
      settings: entry.layers,
      account: entry.account,
    }
    if (one.account) checkShared(context, site, one.account)
    if (!bundle) site.groups.set(group.handle, one)
    found.push(one)
  }
  return found
}

/** Where a system has no groups, a group can still say what accounts its members have. */
function isBundle(site: Site, entry: GroupEntry): boolean {
  return !site.description.kinds.group && entry.account !== undefined && entry.layers.length === 0
}

/** `sameAs` takes everything over that is not written beside it, key by key. */
function sameAs(
  context: Context,
  group: Group,
  name: string,
  entry: GroupEntry,
  above: readonly string[],
): GroupEntry | undefined {
  if (!entry.sameAs) return entry
  const base = group.systems.get(entry.sameAs.name)
  if (!base || [...above, name].includes(entry.sameAs.name)) {
    context.report.error(
      'unknown-same-as',
      entry.sameAs.place,
      base
        ? `The settings of "${group.handle}" in "${entry.sameAs.name}" are said to be the same as themselves.`
        : `The group "${group.handle}" has no settings in "${entry.sameAs.name}" to be the same as.`,
      base
        ? 'Write them out in one of the systems.'
        : suggest(entry.sameAs.name, others(group, name), 'others'),
    )
    return undefined
  }
  const here = context.sites.get(name)
  const other = context.sites.get(entry.sameAs.name)
  if (here && other && here.description.connector !== other.description.connector) {
    context.report.error(
      'same-as-another-connector',
      entry.sameAs.place,
      `The ${showSite(here)} and the ${showSite(other)} have different settings.`,
      'Write the settings out.',
    )
    return undefined
  }
  const inherited = sameAs(context, group, entry.sameAs.name, base, [...above, name])
  return (
    inherited && {
      layers: [...entry.layers, ...inherited.layers],
      name: entry.name ?? inherited.name,
      account: entry.account ?? inherited.account,
      sameAs: entry.sameAs,
      preset: entry.preset ?? inherited.preset,
    }
  )
}

/** The systems of a group beside one of them. */
function others(group: Group, name: string): string[] {
  return [...group.systems.keys()].filter((other) => other !== name)
}

function noPreset(context: Context, site: Site, name: string, at: Place): void {
  context.report.error(
    'unknown-preset',
    at,
    `The ${showSite(site)} has no preset "${name}", nor any other.`,
    'Write the settings out.',
  )
}

/** Members have the parent's access too: where a system cannot nest groups, they would silently not have it. */
function checkParent(context: Context, group: Group): void {
  const { parent } = group
  if (!parent) return
  const document = context.index.groups.get(parent.name)
  if (!document) {
    unknownName(context, parent, 'group', context.index.groups.keys())
    return
  }
  const circle = [group.handle]
  for (let at: Group | undefined = document; at; at = at.parent && context.index.groups.get(at.parent.name)) {
    const seen = circle.includes(at.handle)
    circle.push(at.handle)
    if (!seen) continue
    // Every group of the circle would say the same: only those on it do, not those that lead to it.
    if (at.handle === group.handle)
      context.report.error(
        'group-cycle',
        parent.place,
        `The group "${group.handle}" is inside itself (${circle.join(' → ')}).`,
        'Break the circle at one of them.',
      )
    return
  }
}

function build(context: Context, at: GroupThere): void {
  const { site, group, key } = at
  if (group.absent) {
    addWish(context, site, absentWish(site, 'group', group, key, 'declared absent'), namePlace(group))
    return
  }
  const parts: Parts = { fields: {}, links: {} }
  describeIt(site, 'group', parts, group.description)
  settings(context, at, parts)
  nest(context, at, parts)
  const wish = {
    ref: { system: site.name, kind: 'group' as const, key },
    ...parts,
    state: 'present' as const,
    handle: group.handle,
    previousKeys: previousKeys(site, 'group', group.previously, key),
    ...(group.members && { exactMembers: true }),
    ...(group.managers && { exactManagers: true }),
    ...(isNative(site) && { spanOf: spansOf(at) }),
    cause: group.cause,
  }
  addWish(context, site, wish, keyOf(specPlace(group, 'systems', site.name)))
}

function isNative({ description }: Site): boolean {
  return Object.values(description.kinds.group?.fields ?? {}).some(({ native }) => native !== undefined)
}

/** By setting and value: where a name is written that only the system can confirm. */
function spansOf(at: GroupThere): NonNullable<Wish['spanOf']> {
  return (name, value) => {
    const layer = at.settings.find(({ values }) => name in values)
    if (!layer) return undefined
    const written = layer.values[name]
    const index = Array.isArray(written) ? written.indexOf(value) : -1
    return spanOf(index < 0 ? under(layer.place, name) : under(layer.place, name, index))
  }
}

function settings(context: Context, at: GroupThere, parts: Parts): void {
  const seen = new Set<string>()
  for (const layer of at.settings)
    for (const [name, value] of Object.entries(layer.values)) {
      if (seen.has(name)) continue
      seen.add(name)
      place(context, at.site, 'group', parts, name, value, under(layer.place, name))
    }
}

function nest(context: Context, { site, group }: GroupThere, parts: Parts): void {
  if (!group.parent) return
  const parent = site.groups.get(group.parent.name)
  if (!site.description.nestedGroups || !site.description.kinds.group?.links['parent']) {
    if (parent)
      context.report.error(
        'cannot-nest',
        group.parent.place,
        `The ${showSite(site)} cannot nest groups, and both "${group.handle}" and "${group.parent.name}" are there.`,
        `Take one of them out of "${site.name}", or the parent away.`,
      )
    return
  }
  if (parent?.absent === true) {
    context.report.error(
      'absent-reference',
      group.parent.place,
      `The group "${group.parent.name}" is declared absent.`,
      'Take the reference out, or the `state: absent`.',
    )
    return
  }
  parts.links['parent'] = parent?.link ?? []
}
