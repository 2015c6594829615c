import type { LinkTarget } from '../../model/resource.ts'

/**
 * Names in Keystone are unique in their domain only, so a key is a name in the system's own domain, and `domain/name` in
 * any other. Pure; whatever the names hold, two things never get one key, and a key leads back to one name.
 */
interface Named {
  /** Empty for a role of the whole cloud, which is in no domain. */
  readonly domain: string
  /** Empty for the domain itself. */
  readonly name: string
}

/** `home`: the domain whose things go by their bare names. */
export function keyOf(home: string, { domain, name }: Named): string {
  return domain === home && name !== '' && !name.includes('/') ? name : `${folded(domain)}/${name}`
}

export function namedBy(home: string, key: string): Named {
  const slash = key.indexOf('/')
  return slash < 0
    ? { domain: home, name: key }
    : { domain: unfolded(key.slice(0, slash)), name: key.slice(slash + 1) }
}

/** The key of a domain among projects: Keystone keeps both in one table, and either can be disabled. */
export function domainKey(domain: string): string {
  return `${folded(domain)}/`
}

/** A domain's name as the key of a project has it, and a link. */
export function isDomainKey(key: string): boolean {
  return key.endsWith('/') && key.indexOf('/') === key.length - 1
}

export function domainTarget(domain: string): LinkTarget {
  return `domain:${domain}`
}

/** A role of the whole cloud goes by its bare name wherever home is. */
export const noDomain = ''

function folded(domain: string): string {
  return domain.replace(/[%/]/g, (sign) => (sign === '%' ? '%25' : '%2F'))
}

function unfolded(text: string): string {
  return text.replace(/%25|%2F/g, (code) => (code === '%25' ? '%' : '/'))
}
