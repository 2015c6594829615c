/** Projects, and the scopes that are made of them. */
import { foldKey } from '../../connector/describe.ts'
import { nearest } from '../nearest.ts'
import type { Project, Scope } from '../normalised.ts'
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
  type Context,
  type Site,
} from './context.ts'
import { lookUp, place, placeSettings, sortedSet, type Parts } from './values.ts'

export function resolveProjects(context: Context, projects: readonly Project[]): void {
  const placed = projects.flatMap((project) => {
    const site = siteOf(context, project.system)
    if (!site || !hasKind(context, site, 'project', namePlace(project), 'projects')) return []
    site.projects.set(project.handle, there(site, 'project', project, project.name))
    return [{ site, project }]
  })
  // First all names, so that one may stand below another.
  for (const { site, project } of placed) {
    const parts: Parts = { fields: {}, links: {} }
    describeIt(site, 'project', parts, project.description)
    if (project.type !== undefined && knownType(context, site, project))
      place(context, site, 'project', parts, 'type', project.type, specPlace(project, 'type'))
    if (project.settings) placeSettings(context, site, 'project', parts, project.settings)
    add(context, site, 'project', project, parts)
  }
}

export function resolveScopes(context: Context, scopes: readonly Scope[]): void {
  for (const scope of scopes) {
    const site = siteOf(context, scope.system)
    if (!site || !hasKind(context, site, 'scope', namePlace(scope), 'scopes')) continue
    site.scopes.set(scope.handle, there(site, 'scope', scope, scope.name))
    const parts: Parts = { fields: {}, links: {} }
    describeIt(site, 'scope', parts, scope.description)
    const { enterprises, datacenters } = scope
    if (enterprises === 'all') parts.links['enterprises'] = ['all:*']
    else if (enterprises)
      parts.links['enterprises'] = sortedSet(
        enterprises.flatMap((each) => lookUp(context, site, 'project', each)?.link ?? []),
      )
    if (datacenters !== undefined)
      place(context, site, 'scope', parts, 'datacenters', datacenters, specPlace(scope, 'datacenters'))
    add(context, site, 'scope', scope, parts)
  }
}

/** What describes a thing goes to a system that has room for it, and stays in git where it has none. */
export function describeIt(
  site: Site,
  kind: 'group' | 'project' | 'scope' | 'policy' | 'role',
  parts: Parts,
  description?: string,
): void {
  if (description !== undefined && site.description.kinds[kind]?.fields['description'])
    parts.fields['description'] = description
}

function knownType(context: Context, site: Site, project: Project): boolean {
  const known = site.description.schemas.projectTypes
  if (project.type === undefined || known.includes(project.type)) return true
  const near = nearest(project.type, known)
  context.report.error(
    'unknown-project-type',
    specPlace(project, 'type'),
    `The ${showSite(site)} has no projects of type "${project.type}".`,
    (near === undefined ? '' : `Did you mean "${near}"? `) + `The types are ${known.join(', ')}.`,
  )
  return false
}

function add(
  context: Context,
  site: Site,
  kind: 'project' | 'scope',
  document: Project | Scope,
  parts: Parts,
): void {
  const key = foldKey(site.description, kind, document.name)
  const wish = document.absent
    ? absentWish(site, kind, document, key, 'declared absent')
    : {
        ref: { system: site.name, kind, key },
        ...parts,
        state: 'present' as const,
        handle: document.handle,
        previousKeys: previousKeys(site, kind, document.previously, key),
        cause: document.cause,
      }
  addWish(context, site, wish, namePlace(document))
}
