/** When somebody last signed in to an account, as far as its system shows it: what is not known is never taken for never. */
import type { Description } from '../connector/describe.ts'
import type { Resource } from '../model/resource.ts'

/** RFC 3339, UTC. */
export interface SignIns {
  readonly lastSignIn?: string
  /** Since when a sign-in would have been recorded. */
  readonly signInsFrom?: string
}

export function showsSignIns({ kinds }: Description): boolean {
  return kinds.account?.fields['lastSignIn'] !== undefined
}

export function signInsOf({ fields }: Resource): SignIns {
  const { lastSignIn, signInsFrom } = fields
  return {
    ...(isMoment(lastSignIn) ? { lastSignIn } : {}),
    ...(isMoment(signInsFrom) ? { signInsFrom } : {}),
  }
}

/** The day from which on nobody signed in, as is known; undefined where anybody may have, at any time. */
export function quietSince({ lastSignIn, signInsFrom }: SignIns): string | undefined {
  return [lastSignIn?.slice(0, 10), signInsFrom?.slice(0, 10)]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1)
}

function isMoment(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
}
