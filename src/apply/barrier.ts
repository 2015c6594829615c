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
  /** What only one of the two ways of looking sees, of all who own the system and can be used, before the step. */
  readonly differing: Differing
  /** Accounts that another run was about to lower, and of which nobody knows whether it did. */
  readonly reserved: readonly string[]
  /** Age of the older of the two reads, in seconds. */
  readonly age: number
  /** Owners that cannot be counted on yet, each with the reason. */
  readonly pending: readonly { readonly account: string; readonly because: string }[]
}

interface Differing {
  readonly onlyByRules: readonly string[]
  readonly onlyByFloor: readonly string[]
}

/** A look at the owners that is older says nothing about now. */
const freshSeconds = 60

interface Refusal {
  readonly outcome: StepOutcome
  /** Looking again would not help. */
  readonly final: boolean
  /** Why nothing more may be sent to the system at all: one of the two is wrong about it, and nobody knows which. */
  readonly halts?: string
}

/** `confirmed`, or what becomes of the step instead. */
export function judge(seen: Confirmation): 'confirmed' | Refusal {
  if (seen.age > freshSeconds) {
    const reason = `the owners were read ${Math.round(seen.age)} seconds ago, and that is too long to rely on`
    return { outcome: { result: 'skipped', reason }, final: true }
  }
  const differ = difference(seen.differing)
  if (differ !== undefined)
    return { outcome: { result: 'skipped', reason: differ }, final: false, halts: differ }
  return remaining(seen).length > 0 ? 'confirmed' : { outcome: unconfirmed(seen), final: false }
}

function difference({ onlyByRules, onlyByFloor }: Differing): string | undefined {
  if (onlyByRules.length + onlyByFloor.length === 0) return undefined
  const sides = [
    ...(onlyByRules.length === 0 ? [] : [`only the rules see ${onlyByRules.join(', ')}`]),
    ...(onlyByFloor.length === 0 ? [] : [`only the direct read sees ${onlyByFloor.join(', ')}`]),
  ]
  return `the two looks at who owns the system do not agree, so nothing more is sent here: ${sides.join('; ')}`
}

function remaining({ byRules, byFloor, reserved }: Confirmation): readonly string[] {
  return byRules.filter((account) => byFloor.includes(account) && !reserved.includes(account))
}

function unconfirmed({ byRules, byFloor, pending }: Confirmation): StepOutcome {
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
  // whoever both see is reserved: with anybody else the step would be confirmed
  const seen = byRules.filter((account) => byFloor.includes(account))
  const reason =
    seen.length > 0
      ? `an earlier run was about to lower ${seen.join(', ')}, and nothing shows that it will not`
      : `a direct read does not confirm that ${byRules.join(', ')} owns the system`
  return { result: 'skipped', reason }
}
