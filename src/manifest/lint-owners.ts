/**
 * A system whose declared owners all end soon. `plan` refuses that (`last-owner`); here it is said while it is written,
 * without a look at the system, where there may be owners that nobody declares.
 */
import { foldKey } from '../connector/describe.ts'
import type { Wish } from '../model/desired.ts'
import type { Person } from '../model/workspace.ts'
import { dayAfter } from './dates.ts'
import type { ManifestOf } from './normalize.ts'
import type { Place } from './place.ts'
import { showSite, type Context, type Site } from './resolve/context.ts'
import { ownerRightsIn } from './resolve/owners.ts'

/** As `plan` counts: time for another owner to be found, to accept and to sign in. */
const horizon = 90

export function lintOwners(
  context: Context,
  people: ReadonlyMap<string, Person>,
  users: readonly ManifestOf<'User'>[],
): void {
  const enough = dayAfter(context.today, horizon)
  for (const site of context.sites.values()) {
    // Any other stage carries out no end.
    if (site.system.config.stage !== 'full') continue
    const owners = ownersOf(site, people)
    const [last] = owners.sort((a, b) => ((b.until ?? forever) < (a.until ?? forever) ? -1 : 1))
    if (last?.until === undefined || last.until >= enough) continue
    const { person, until } = last
    const user = users.find(({ metadata }) => metadata.name === person)
    if (user === undefined) continue
    context.report.warning(
      'owners-end',
      placeOf(user, site, until),
      owners.length === 1
        ? `"${person}" is the only declared owner of the ${showSite(site)}, and ends on ${until}.`
        : `The ${owners.length} declared owners of the ${showSite(site)} end within ${horizon} days, "${person}" as the last, on ${until}.`,
      'Give an owner role to somebody who stays longer, or move `until`: plan refuses it where nobody else owns the system.',
    )
  }
}

/** Sorts after every day of the calendar. */
const forever = '~'

interface Owner {
  readonly person: string
  /** The last day of account and right; absent where they have none. */
  readonly until?: string
}

/** People who can be counted on today, by the manifests alone. */
function ownersOf(site: Site, people: ReadonlyMap<string, Person>): Owner[] {
  const { automation } = site.system.config
  const own = new Set(automation.map((key) => foldKey(site.description, 'account', key)))
  const rightsOf = ownerRightsIn(site)
  const ends = new Map<string, string>()
  for (const wish of site.wishes.account.values()) {
    const { person } = wish
    if (person === undefined || people.get(person)?.type === 'service' || own.has(wish.ref.key)) continue
    if (!isUsable(wish)) continue
    const rights = rightsOf(wish).map((right) => earlier(right.until, wish.until))
    for (const until of rights) ends.set(person, later(ends.get(person), until))
  }
  return [...ends].map(([person, until]) => ({ person, ...(until === forever ? {} : { until }) }))
}

function isUsable({ state, fields, compromised }: Wish): boolean {
  return state === 'present' && fields['status'] !== 'suspended' && compromised !== true
}

function earlier(one: string | undefined, other: string | undefined): string {
  return [one ?? forever, other ?? forever].sort()[0] ?? forever
}

function later(one: string | undefined, other: string): string {
  return one === undefined || other > one ? other : one
}

/** The `until` of the account there or of the person, where it is the one; the name where a right ends elsewhere. */
function placeOf({ raw, spec }: ManifestOf<'User'>, site: Site, until: string): Place {
  for (const [name, account] of Object.entries(spec.accounts ?? {}))
    if (typeof account === 'object' && (account.system ?? name) === site.name && account.until === until)
      return { raw, path: ['spec', 'accounts', name, 'until'] }
  return { raw, path: spec.until === until ? ['spec', 'until'] : ['metadata', 'name'] }
}
