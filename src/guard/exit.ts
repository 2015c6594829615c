import { refuses, type Finding } from '../model/finding.ts'

/** The findings that stop the run: neither warnings nor what an Acceptance covers. */
export function refusals(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(refuses)
}

/**
 * The exit code that findings ask for: 0 none refuses, 4 what must be known could not be established, 3 refused.
 * 4 is told before 3: what was not read whole may change every other verdict.
 */
export function exitCodeOf(findings: readonly Finding[]): 0 | 3 | 4 {
  const refusing = refusals(findings)
  if (refusing.length === 0) return 0
  return refusing.some((finding) => finding.code === 'unproven-read') ? 4 : 3
}
