import type { Plan } from '../model/plan.ts'
import { canonical } from './digest.ts'
import { digestOf, intentOf } from './intent.ts'
import { expiryOf } from './plan.ts'

/** The bytes of a plan file: canonical form and one newline. */
export function serializePlan(plan: Plan): string {
  return `${canonical(plan)}\n`
}

/**
 * Reads a plan file. Anything but the canonical form of a whole plan with both digests right is a fault (exit 6), said
 * in one sentence.
 *
 * `conforms` is the border's check against schemas/plan.schema.json: its faults, none when the value conforms. A schema
 * compiler is no library of the pure layer, and a plan that is well made but of another shape must not get past here.
 */
export function parsePlan(
  text: string,
  conforms: (value: unknown) => readonly string[],
): { readonly plan: Plan } | { readonly fault: string } {
  const value = parseJson(text)
  if (value === undefined) return { fault: 'The plan file is not JSON.' }
  if (formatOf(value) !== 'rolecall/plan/v1')
    return { fault: 'This is not a plan that this version reads: its format is not "rolecall/plan/v1".' }
  if (text !== savedForm(value))
    return { fault: 'The plan file is not in the form in which it was saved: it was edited or cut short.' }
  const [fault] = conforms(value)
  if (fault !== undefined) return { fault: `The plan file does not have the shape of a plan: ${fault}.` }
  const plan = value as Plan
  const { digest, ...rest } = plan
  if (digestOf(rest) !== digest) return { fault: 'The content of the plan file is not what its digest says.' }
  if (Date.parse(plan.expiresAt) !== expiryOf(plan.createdAt).getTime())
    return { fault: 'The plan file does not expire when plans do, 60 minutes after they are made.' }
  if (intentOf(plan) !== plan.intent)
    return { fault: 'The changes of the plan file are not what its intent says.' }
  return { plan }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** `undefined` for what is nested too deep to be a plan. */
function savedForm(value: unknown): string | undefined {
  try {
    return `${canonical(value)}\n`
  } catch {
    return undefined
  }
}

function formatOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
}
