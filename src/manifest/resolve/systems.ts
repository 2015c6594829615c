/** What a System says of itself, checked against what its connector can do. */
import { collectionOf, kinds } from '../../model/resource.ts'
import { suggest } from '../nearest.ts'
import { key as keyOf, type Place } from '../place.ts'
import { showSite, type Context, type Site } from './context.ts'
import { checkShared } from './layers.ts'
import { lookUp } from './values.ts'

/** After roles and groups: defaults name roles, and `suspendTo` a group. */
export function checkSystem(context: Context, site: Site): void {
  checkItself(context, site)
  const { account, suspendTo } = site.system
  if (account) checkShared(context, site, account)
  if (suspendTo && site.description.suspend !== 'native') lookUp(context, site, 'group', suspendTo)
}

/** What can be said of a System without the other documents. */
export function checkItself(context: Pick<Context, 'report'>, site: Site): void {
  collections(context, site)
  const { suspendTo, profile, tolerate } = site.system
  if (tolerate)
    unsupported(
      context,
      keyOf(tolerate),
      'This version shows every warning, and has none that can be tolerated.',
    )
  if (suspendTo && site.description.suspend === 'native')
    unsupported(
      context,
      keyOf(suspendTo.place),
      `The ${showSite(site)} suspends accounts itself, and needs no group for it.`,
    )
  if (profile && site.description.profiles?.[profile.name] === undefined)
    context.report.error(
      'unknown-profile',
      keyOf(profile.place),
      `The ${showSite(site)} has no profile "${profile.name}".`,
      suggest(profile.name, Object.keys(site.description.profiles ?? {}), 'profiles'),
    )
}

function unsupported(context: Pick<Context, 'report'>, at: Place, message: string): void {
  context.report.error('unsupported-field', at, message, 'Take the line out.')
}

function collections(context: Pick<Context, 'report'>, site: Site): void {
  const lacking = kinds.filter((kind) => !site.description.kinds[kind]).map((kind) => collectionOf[kind])
  for (const reference of [
    ...site.system.exclusive,
    ...site.system.ignore.map(({ collection }) => collection),
  ]) {
    if (!lacking.includes(reference.name)) continue
    context.report.error(
      'unsupported-kind',
      reference.place,
      `The ${showSite(site)} has no ${reference.name}.`,
      'Take the line out.',
    )
  }
}

/** Two that say they were the same thing cannot both be right, and a name in use again is no former name. */
export function checkRenames(context: Context, site: Site): void {
  const claims = new Map<string, string>()
  for (const { wish, place } of site.renames) {
    for (const former of wish.previousKeys) {
      const name = `${wish.ref.kind}:${former}`
      const other = claims.get(name)
      const holder = site.wishes[wish.ref.kind].get(former)
      if (other !== undefined)
        context.report.error(
          'ambiguous-rename',
          place,
          `The ${wish.ref.kind} "${former}" of the ${showSite(site)} was two things: ${other} and ${wish.cause.document} both say they were it.`,
          'Leave the former name with one of them.',
        )
      else if (holder && holder.state !== 'absent')
        context.report.warning(
          'former-name-in-use',
          place,
          `The former name "${former}" is in use again in the ${showSite(site)}, by ${holder.cause.document} (${holder.cause.file}:${holder.cause.line}), so nothing is renamed.`,
          'Take the former name out.',
        )
      claims.set(name, wish.cause.document)
    }
  }
}
