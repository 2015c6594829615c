/** The machine form of a plan is the plan file itself, so `plan -o json > plan.json` can be applied. */
import type { Plan } from '../model/plan.ts'
import { serializePlan } from '../plan/planfile.ts'

export function renderJson(plan: Plan): string {
  return serializePlan(plan)
}
