/** Group mappings: what an identity provider says of a person, as groups. The order of the rules means something. */
import { foldKey } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import type { Wish } from '../../model/desired.ts'
import { suggest } from '../nearest.ts'
import type { Mapping } from '../normalised.ts'
import { spanOf } from '../place.ts'
import {
  absentWish,
  addWish,
  hasKind,
  namePlace,
  previousKeys,
  showSite,
  siteOf,
  specPlace,
  type Context,
  type Site,
} from './context.ts'
import { lookUp, place, sortedSet, type Parts } from './values.ts'

export function resolveMappings(context: Context, mappings: readonly Mapping[]): void {
  for (const mapping of mappings) {
    for (const system of mapping.systems) {
      const site = siteOf(context, system)
      if (site && hasKind(context, site, 'mapping', system.place, 'group mappings'))
        build(context, site, mapping)
    }
  }
}

function build(context: Context, site: Site, mapping: Mapping): void {
  const key = keyOf(context, site, mapping)
  if (key === undefined) return
  const parts = partsOf(context, site, mapping)
  const wish = mapping.absent
    ? absentWish(site, 'mapping', mapping, key, 'declared absent')
    : {
        ref: { system: site.name, kind: 'mapping' as const, key },
        ...parts,
        state: 'present' as const,
        handle: mapping.handle,
        previousKeys: previousKeys(site, 'mapping', mapping.previously, key),
        ...(site.description.kinds.mapping?.fields['rules']?.native && { spanOf: spansOf(mapping) }),
        cause: mapping.cause,
      }
  lintMemberships(context, site, mapping)
  addWish(context, site, wish, namePlace(mapping))
}

/** Where the system has certain mappings and no others, that of its own identity provider, unless it is said. */
function keyOf(context: Context, site: Site, mapping: Mapping): string | undefined {
  const { fixed } = site.description.kinds.mapping ?? {}
  const { name } = mapping
  if (!fixed) return foldKey(site.description, 'mapping', name?.name ?? mapping.handle)
  const keys = Object.keys(fixed)
  if (!name) return keys.find((key) => key === site.system.config.authentication) ?? keys[0]
  if (keys.includes(name.name)) return name.name
  context.report.error(
    'unknown-mapping',
    name.place,
    `The ${showSite(site)} has no group mapping "${name.name}".`,
    suggest(name.name, keys, 'mappings'),
  )
  return undefined
}

/** Two who write the same thing undo each other's work at every sign-in. */
function lintMemberships(context: Context, site: Site, mapping: Mapping): void {
  const { authentication, memberships } = site.system.config
  if (authentication === 'local' || memberships === 'identity-provider' || mapping.absent) return
  context.report.warning(
    'mapping-fights-manifests',
    namePlace(mapping),
    `In the ${showSite(site)} this mapping gives people their groups at every sign-in, and the System says that the manifests do.`,
    'Write `memberships: identity-provider` on the System: groups in manifests are then expectations.',
  )
}

/** Where the attribute of a rule is written: only the system can confirm its name. */
function spansOf(mapping: Mapping): NonNullable<Wish['spanOf']> {
  return (_name, attribute) => {
    const index = mapping.rules?.findIndex((rule) => rule.attribute === attribute) ?? -1
    return index < 0 ? undefined : spanOf(specPlace(mapping, 'rules', index, 'attribute'))
  }
}

/** Groups stand in the rules by their name over there, and once more as links, so that none is removed under them. */
function partsOf(context: Context, site: Site, mapping: Mapping): Parts {
  const parts: Parts = { fields: {}, links: {} }
  const groups = new Set<string>()
  const put = (name: string, value: Json): void => {
    place(context, site, 'mapping', parts, name, value, specPlace(mapping, name))
  }
  if (mapping.mode !== undefined) put('mode', mapping.mode)
  if (mapping.fallback === 'none') put('fallback', 'none')
  else if (mapping.fallback) {
    const group = lookUp(context, site, 'group', mapping.fallback)
    if (group) groups.add(group.target)
    if (group) put('fallback', group.key)
  }
  if (mapping.rules) {
    const rules = mapping.rules.flatMap((rule) => {
      const group = lookUp(context, site, 'group', rule.group)
      if (!group) return []
      groups.add(group.target)
      return [{ attribute: rule.attribute, in: sortedSet(rule.in), group: group.key }]
    })
    put('rules', rules)
  }
  if (mapping.rules && site.description.kinds.mapping?.links['groups'])
    parts.links['groups'] = sortedSet(groups)
  return parts
}
