/**
 * The barrier before an owner is lowered: somebody else must own the system, by two ways of looking that share no
 * code, and by a look that is not old. What is not confirmed is not sent.
 */
import type { StepOutcome } from './report.ts'

/** Who owns a system, seen twice: by the rules over a whole read, and by the floor over direct payloads. */
export interface Confirmation {
  /** Accounts that are usable owners now, and still are after the step. */
  readonly byRules: readonly string[]
  /** Owners that the independent checker finds, without those whom the step touches. */
  readonly byFloor: readonly string[]
  /** Accounts that another run was about to lower, and of which nobody knows whether it did. */
  readonly reserved: readonly string[]
  /** Age of the older of the two reads, in seconds. */
  readonly age: number
  /** Owners that cannot be counted on yet, each with the reason. */
  readonly pending: readonly { readonly account: string; readonly because: string }[]
}

/** A look at the owners that is older says nothing about now. */
const freshSeconds = 60

/** `confirmed`, or what becomes of the step instead. `final`: looking again would not help. */
export function judge(
  seen: Confirmation,
): 'confirmed' | { readonly outcome: StepOutcome; readonly final: boolean } {
  if (seen.age > freshSeconds) {
    const reason = `the owners were read ${Math.round(seen.age)} seconds ago, and that is too long to rely on`
    return { outcome: { result: 'skipped', reason }, final: true }
  }
  return remaining(seen).length > 0 ? 'confirmed' : { outcome: unconfirmed(seen), final: false }
}

function remaining({ byRules, byFloor, reserved }: Confirmation): readonly string[] {
  return byRules.filter((account) => byFloor.includes(account) && !reserved.includes(account))
}

function unconfirmed({ byRules, byFloor, reserved, pending }: Confirmation): StepOutcome {
  const [first] = pending
  if (first !== undefined) {
    const forWhom = pending.map(({ account }) => account).join(', ')
    return {
      result: 'waiting',
      forWhom,
      reason: `no other owner can be counted on yet: ${first.account} is ${first.because}`,
    }
  }
  if (byRules.length === 0) return { result: 'skipped', reason: 'no other usable owner was found' }
  const names = byRules.join(', ')
  const reason = byRules.some((account) => byFloor.includes(account) && reserved.includes(account))
    ? `an earlier run was about to lower ${names}, and nothing shows that it will not`
    : `a direct read does not confirm that ${names} owns the system`
  return { result: 'skipped', reason }
}
