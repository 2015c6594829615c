import type { FloorReader } from '../../connector/contract.ts'

/**
 * One effective assignment of a top role, with the user, its domain and the project, each read directly → owner or not.
 * Keystone itself has followed groups, implied roles and inheritance. It shares no code with `rules` on purpose: the two
 * must agree, and one mistake must not be made twice.
 *
 * `{home, role, user, domain, scope: 'system' | 'domain' | 'project', project?, scopeDomain?, only?}`: `only` is what the
 * description of the project must be where the right counts on one project alone.
 */
export function floorOf(owning: readonly string[]): FloorReader {
  return (payload) => {
    const [user, domain, project, around] = ['user', 'domain', 'project', 'scopeDomain'].map((name) =>
      part(payload[name]),
    )
    const { home, role, scope, only } = payload
    const isTop = typeof role === 'string' && owning.includes(role)
    const counts = typeof only !== 'string' || (scope === 'project' && project?.['description'] === only)
    const owner = isTop && counts && user !== undefined
    const reaches =
      scope === 'system' ||
      (around?.['enabled'] === true &&
        (scope === 'domain' || (scope === 'project' && project?.['enabled'] === true)))
    const ends = user?.['password_expires_at']
    const exempt = part(user?.['options'])?.['ignore_password_expiry'] === true
    return {
      account: nameIn(user, domain, home),
      owner,
      usable: owner && reaches && user['enabled'] === true && domain?.['enabled'] === true,
      ...(typeof ends === 'string' && !exempt
        ? { lasts: /Z$|[+-]\d\d:\d\d$/.test(ends) ? ends : `${ends}Z` }
        : {}),
    }
  }
}

/** A user of another domain goes by `domain/name`. */
function nameIn(user: Part | undefined, domain: Part | undefined, home: unknown): string {
  const [name, place] = [user?.['name'], domain?.['name']]
  if (typeof name !== 'string' || typeof place !== 'string') return ''
  if (place === home && !name.includes('/')) return name
  return `${place.split('%').join('%25').split('/').join('%2F')}/${name}`
}

type Part = Readonly<Record<string, unknown>>

function part(value: unknown): Part | undefined {
  return typeof value === 'object' && value !== null ? (value as Part) : undefined
}
