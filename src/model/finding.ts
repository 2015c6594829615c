import type { Power, Right } from './access.ts'
import type { ResourceRef } from './resource.ts'

/** The codes of design: a stable interface for people, for Acceptance documents and for scripts. */
export const findingCodes = [
  'last-owner',
  'owners-below-minimum',
  'sealed-owner',
  'system-invariant',
  'own-access',
  'anchor-touched',
  'unproven-read',
  'empty-desired',
  'sharp-drop',
  'identity-changed',
  'network-lockout',
  'removal-limit',
  'access-widened',
  'ledger-not-durable',
  'no-secret-sink',
  'released',
  'guardrail',
  'dormant-account',
] as const
export type FindingCode = (typeof findingCodes)[number]

/**
 * What comes and goes with the day and with what people do over there: shown with every plan, and no part of what is
 * approved. A reviewed plan must not be another one because somebody signed in.
 */
export const passingCodes: ReadonlySet<FindingCode> = new Set(['dormant-account'])

/** What a guard says of a plan. `refuse` stops the whole run; `warn` is shown. */
export interface Finding {
  readonly code: FindingCode
  readonly system: string
  readonly severity: 'refuse' | 'warn'
  /** The resources it is about, sorted; a long list is whole here and folded by the renderer. */
  readonly refs: readonly ResourceRef[]
  /** What was counted: owners left, removals, resources. */
  readonly count: number
  /** One sentence: what was counted and what the rule is. */
  readonly message: string
  /** Where the rule is set: `rolecall.yaml:24` or `built in`. */
  readonly where: string
  /** The way forward, one sentence; for an acceptable finding the renderer adds the Acceptance to write. */
  readonly remedy: string
  /** Whether an Acceptance document may cover it. `last-owner` never. */
  readonly acceptable: boolean
  /** The Acceptance that covers it: then it no longer refuses. */
  readonly acceptedBy?: string
  /** What an Acceptance of this finding must be able to name: handles of people, and their number. */
  readonly people?: readonly string[]
  /** Of `guardrail`: which one, for an Acceptance must name it. */
  readonly guardrail?: string
  /** Of `identity-changed`: the native ids that an Acceptance must name. */
  readonly ids?: { readonly was: string; readonly now: string }
  /** Of `dormant-account`: each of them, the most powerful first. */
  readonly dormant?: readonly DormantAccount[]
}

/** A privileged account that nobody has signed in to for long. */
export interface DormantAccount {
  readonly account: string
  /** Absent for an account that nobody declares. */
  readonly person?: string
  /** RFC 3339, UTC; absent where there was none since `signInsFrom`. */
  readonly lastSignIn?: string
  readonly signInsFrom?: string
  readonly power: Power
  /** The privileged ones, the most privileged first. */
  readonly rights: readonly Right[]
}

/** A finding that stops the run. */
export function refuses(finding: Finding): boolean {
  return finding.severity === 'refuse' && finding.acceptedBy === undefined
}
