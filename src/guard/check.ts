import type { Finding } from '../model/finding.ts'
import { findingCodes } from '../model/finding.ts'
import type { Acceptance, Guardrail, Settings } from '../model/workspace.ts'
import { accept } from './acceptance.ts'
import { accessWidened } from './access-widened.ts'
import { anchorTouched } from './anchor-touched.ts'
import { custom } from './custom.ts'
import { dormantAccount } from './dormant-account.ts'
import { emptyDesired } from './empty-desired.ts'
import type { Guard } from './guard.ts'
import { identityChanged } from './identity-changed.ts'
import { lastOwner, lastOwnerNow } from './last-owner.ts'
import { ledgerNotDurable } from './ledger-not-durable.ts'
import { noSecretSink } from './no-secret-sink.ts'
import { ownAccess } from './own-access.ts'
import { ownersBelowMinimum } from './owners-below-minimum.ts'
import { released } from './released.ts'
import { removalLimit } from './removal-limit.ts'
import type { GuardCase } from './case.ts'
import { sceneOf } from './scene.ts'
import { sealedOwner } from './sealed-owner.ts'
import { sharpDrop } from './sharp-drop.ts'
import { systemInvariant } from './system-invariant.ts'
import { unprovenRead } from './unproven-read.ts'

export type { GuardCase } from './case.ts'

/** What the findings of a run hang on besides its systems. */
export interface GuardContext {
  readonly acceptances: readonly Acceptance[]
  /** How much of each Acceptance is spent, by its name. */
  readonly spent: ReadonlyMap<string, number>
  /** By name: why an Acceptance counts as wholly spent, as the end of a sentence. */
  readonly lapsed?: ReadonlyMap<string, string>
  readonly guardrails: readonly Guardrail[]
  /** Whether there was none before this run, and whether the run is one of CI: then the next finds none either. */
  readonly ledger?: { readonly created: boolean; readonly inCi: boolean }
  /** Without it nobody is looked at for being dormant. */
  readonly dormantAfter?: Settings['dormantAfter']
  /** UTC day, `YYYY-MM-DD`. */
  readonly today: string
  /** RFC 3339, UTC. */
  readonly now: string
}

/** Every guard there is: a rule that is not in this list is not kept. */
export const guards: readonly Guard[] = [
  lastOwner,
  ownersBelowMinimum,
  sealedOwner,
  systemInvariant,
  ownAccess,
  anchorTouched,
  unprovenRead,
  emptyDesired,
  sharpDrop,
  identityChanged,
  removalLimit,
  accessWidened,
  released,
  ledgerNotDurable,
  noSecretSink,
  custom,
  dormantAccount,
]

/** Those that speak of an outcome and not of a read: what the plan of a day to come can be told by. */
export const datedGuards: readonly Guard[] = [
  lastOwnerNow,
  ownersBelowMinimum,
  sealedOwner,
  systemInvariant,
  ownAccess,
  anchorTouched,
  removalLimit,
]

/**
 * Judges finished plans by their simulated outcome: all findings of all guards, by system and then by the order of
 * the codes, those that an Acceptance covers marked with its name. Nothing is refused here; see `exitCodeOf`.
 */
export function check(
  cases: readonly GuardCase[],
  context: GuardContext,
  using: readonly Guard[] = guards,
): Finding[] {
  const { today, now, guardrails, ledger, dormantAfter } = context
  const newLedgerInCi = ledger?.created === true && ledger.inCi
  const findings = cases.flatMap((one) => {
    const limits = dormantAfter === undefined ? {} : { dormantAfter }
    const scene = sceneOf(one, { today, now, guardrails, newLedgerInCi, ...limits })
    return using.flatMap((guard) => guard.find(scene))
  })
  return accept(findings.sort(byPlace), context.acceptances, context, today)
}

/** The same order whatever that of the systems and of the guards, each of which sorts its own: runs can be compared. */
function byPlace(a: Finding, b: Finding): number {
  if (a.system !== b.system) return a.system < b.system ? -1 : 1
  return findingCodes.indexOf(a.code) - findingCodes.indexOf(b.code)
}
