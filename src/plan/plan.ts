import type { Observation, Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { Finding } from '../model/finding.ts'
import type { Plan, PlannedDocument, Step } from '../model/plan.ts'
import type { SystemConfig } from '../model/workspace.ts'

/** One system of a plan: what was wished, what was read, and the steps between. */
export interface PlannedSystem {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly observation: Observation
  readonly desired: DesiredGraph
  readonly steps: readonly Step[]
  /** The account behind the credentials, where the system says. */
  readonly identity?: string
}

export interface PlanInput {
  /** Name and version of the tool: `rolecall 0.1.0`. */
  readonly tool: string
  /** RFC 3339, UTC; the plan expires 60 minutes later. */
  readonly now: string
  readonly commit?: string
  readonly systems: readonly PlannedSystem[]
  readonly findings: readonly Finding[]
  /** `Workspace.document`. */
  readonly document: (name: string) => PlannedDocument | undefined
}

export function assemble(_input: PlanInput): Plan {
  throw new Error('not written yet')
}
