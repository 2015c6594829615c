/** A plan of what the guards were asked about, for tests in which nobody looks at what it means for people. */
import { together } from '../../src/access/impact.ts'
import type { GuardCase } from '../../src/guard/check.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Plan } from '../../src/model/plan.ts'
import { assemble } from '../../src/plan/plan.ts'

export function assembled(systems: readonly GuardCase[], findings: readonly Finding[], now: string): Plan {
  return assemble({
    ...{ tool: 'rolecall', now, systems, findings },
    ...{ impact: together([]), document: () => undefined },
  })
}
