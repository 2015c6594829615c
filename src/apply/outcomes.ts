/**
 * The outcomes of steps by their place, holding only those that are not simply done. Setting one copies a small
 * chunk and not the whole, so a run of a hundred thousand steps that all fail is still quick.
 */
import type { StepOutcome } from './report.ts'

export type Outcomes = Readonly<Record<string, Readonly<Record<string, StepOutcome>>>>

export const noOutcomes: Outcomes = {}

const chunk = 256

export function outcomeAt(outcomes: Outcomes, place: number): StepOutcome | undefined {
  return outcomes[Math.floor(place / chunk)]?.[place]
}

export function withOutcome(outcomes: Outcomes, place: number, outcome: StepOutcome): Outcomes {
  if (outcome.result === 'done') return outcomes
  const index = Math.floor(place / chunk)
  return { ...outcomes, [index]: { ...outcomes[index], [place]: outcome } }
}
