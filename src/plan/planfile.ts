import type { Plan } from '../model/plan.ts'

/** The bytes of a plan file: canonical form and one newline. */
export function serializePlan(_plan: Plan): string {
  throw new Error('not written yet')
}

/**
 * Reads a plan file. Anything but the canonical form of a whole plan with both digests right is a fault (exit 6).
 * `conforms` is the border's check against schemas/plan.schema.json: faults, empty when it conforms.
 */
export function parsePlan(
  _text: string,
  _conforms: (value: unknown) => readonly string[] = () => [],
): { readonly plan: Plan } | { readonly fault: string } {
  throw new Error('not written yet')
}
