import type { Impact } from './access.ts'
import type { Change } from './change.ts'
import type { Finding } from './finding.ts'
import type { Kind } from './resource.ts'

/** How a collection was proven to be read whole; see the connector's description. */
export type Proof =
  | { readonly complete: true; readonly evidence: readonly Evidence[]; readonly count: number }
  | { readonly complete: false; readonly reason: string }

export const evidences = [
  'transaction',
  'total',
  'last-page',
  'two-pass',
  'uncapped-single',
  'sentinel',
  'unfiltered-caller',
] as const
export type Evidence = (typeof evidences)[number]

export type Stage = 'report' | 'additions' | 'full'

/** One step of a plan: a change at its place in the order. */
export interface Step {
  /** `vpn/3`: the system and the step's place in that system's order, from 1. */
  readonly id: string
  readonly change: Change
  /** Ids of the steps of the same system that must be done before this one is sent. */
  readonly needs: readonly string[]
  /** Accounts whose ownership this step lowers: it runs alone, after a fresh look at who still owns the system. */
  readonly lowers: readonly string[]
  /** Belongs to the first wave: it stops somebody who is compromised, or that needs it. Such steps lead their system. */
  readonly first?: true
  /** Digest of what this step touches as it was read; empty for a create. Compared again before the first write. */
  readonly fingerprint: string
}

/** An owner of a system before and after the plan, and what the system cannot show. */
export interface OwnerView {
  readonly account: string
  readonly person?: string
  readonly usable: boolean
  /** Why not usable; empty when usable. */
  readonly because: readonly string[]
  /** The right comes from an identity provider: such an owner counts above the first only. */
  readonly viaProvider?: true
}

export interface SystemPlan {
  readonly name: string
  readonly connector: string
  readonly stage: Stage
  /** Who the credentials are over there; absent where the system has no such answer. */
  readonly identity?: string
  readonly readAt: string
  readonly proofs: Readonly<Partial<Record<Kind, Proof>>>
  readonly owners: { readonly before: readonly OwnerView[]; readonly after: readonly OwnerView[] }
  /** Conditions that the system cannot show, and that are therefore assumed: printed once a plan. */
  readonly assumed: readonly string[]
  /** Digest of the owner set as read. */
  readonly ownersFingerprint: string
  readonly steps: readonly Step[]
  readonly estimate: { readonly calls: number; readonly seconds: number }
  /** Steps that cannot be undone, each with the reason. */
  readonly irreversible: readonly { readonly step: string; readonly because: string }[]
}

/** The content of a document that changes come from: what `intent` binds. */
export interface PlannedDocument {
  readonly document: string
  readonly digest: string
}

/** What a reviewer sees, what is saved and what apply runs: one value. */
export interface Plan {
  readonly format: 'rolecall/plan/v1'
  readonly tool: string
  readonly createdAt: string
  readonly expiresAt: string
  /** The commit of the manifests; absent outside git. */
  readonly commit?: string
  /** The run that this plan takes back; absent for a plan that follows the manifests. */
  readonly undoes?: string
  readonly systems: readonly SystemPlan[]
  /**
   * Systems whose System, Settings or Guardrail the change at hand edits, while what counts is the protected ref's: what is
   * approved here is not what will be planned once it is merged. Absent where there are none.
   */
  readonly withoutIntent?: readonly string[]
  readonly findings: readonly Finding[]
  /** What it means for people: it follows from the changes and what was read, so `intent` does not bind it. */
  readonly impact: Impact
  readonly documents: readonly PlannedDocument[]
  /** SHA-256 over what a reviewer approves: changes, codes and counts of findings, contents of documents. */
  readonly intent: string
  /** SHA-256 over the whole plan but itself. */
  readonly digest: string
}
