/** Group mappings: what an identity provider says of a person, as groups. The order of the rules means something. */
import { foldKey } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import type { Mapping } from '../normalised.ts'
import {
  absentWish,
  addWish,
  hasKind,
  namePlace,
  previousKeys,
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
  const key = foldKey(site.description, 'mapping', mapping.name)
  const parts = partsOf(context, site, mapping)
  const wish = mapping.absent
    ? absentWish(site, 'mapping', mapping, key, 'declared absent')
    : {
        ref: { system: site.name, kind: 'mapping' as const, key },
        ...parts,
        state: 'present' as const,
        handle: mapping.handle,
        previousKeys: previousKeys(site, 'mapping', mapping.previously, key),
        cause: mapping.cause,
      }
  addWish(context, site, wish, namePlace(mapping))
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
