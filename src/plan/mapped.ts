/** What an identity provider decides: rolecall says what it expects there, and writes nothing. */
import type { Description, LinkDescription } from '../connector/describe.ts'
import type { Change, Part } from '../model/change.ts'
import type { Resource } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { isEmpty, pick, type Delta } from './delta.ts'

/** Whether the provider decides this link of an account. One that says it signs in locally is ours. */
export function isMapped(
  config: SystemConfig,
  link: LinkDescription | undefined,
  { fields }: Pick<Resource, 'fields'>,
): boolean {
  return (
    link?.membership === true &&
    config.memberships === 'identity-provider' &&
    fields['authentication'] !== 'local'
  )
}

/** Whether the account appears by itself, with the first sign-in of the person (C9). */
export function isProvisioned(
  config: SystemConfig,
  description: Description,
  { ref, fields }: Pick<Resource, 'ref' | 'fields'>,
): boolean {
  return (
    ref.kind === 'account' &&
    description.accountsFromProvider === true &&
    (fields['authentication'] ?? config.authentication) !== 'local'
  )
}

/** Memberships that the provider decides: reported, never written. */
export function expectation({ ref }: Pick<Resource, 'ref'>, mapped: Delta, cause: Cause): Change[] {
  const of = ({ fields, links }: Part): Part => ({
    fields,
    links: pick(links, (_, targets) => targets.length > 0),
  })
  const expected = { before: of(mapped.before), after: of(mapped.after) }
  return isEmpty(expected)
    ? []
    : [{ action: 'keep', ref, reason: 'mapped', held: 'update', ...expected, cause }]
}
