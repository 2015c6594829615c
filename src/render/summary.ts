/** Counts of a plan in words, the same for every output. */
import type { Change } from '../model/change.ts'
import type { Plan, SystemPlan } from '../model/plan.ts'

type Tally = Readonly<Record<Change['action'], number>> & {
  /** Of the kept, those that a stage holds back. */
  readonly held: number
}

export function tallyOf(systems: readonly SystemPlan[]): Tally {
  const tally = { create: 0, update: 0, rename: 0, delete: 0, manual: 0, keep: 0, held: 0 }
  for (const { steps } of systems) {
    for (const { change } of steps) {
      tally[change.action] += 1
      if (change.action === 'keep' && change.held !== undefined) tally.held += 1
    }
  }
  return tally
}

/** `2 to create`, `1 by hand`, `3 held back`, `4 left alone`: only what there is. */
export function tallyWords(tally: Tally): string[] {
  const parts: readonly (readonly [number, string])[] = [
    [tally.create, 'to create'],
    [tally.update, 'to change'],
    [tally.rename, 'to rename'],
    [tally.delete, 'to remove'],
    [tally.manual, 'by hand'],
    [tally.held, 'held back'],
    [tally.keep - tally.held, 'left alone'],
  ]
  return parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`)
}

/** What apply would send. */
export function writesOf(plan: Pick<Plan, 'systems'>): number {
  const { create, update, rename, delete: remove } = tallyOf(plan.systems)
  return create + update + rename + remove
}

/** The closing line. */
export function summaryOf(plan: Plan): string {
  const tally = tallyOf(plan.systems)
  const words = tallyWords(tally)
  if (writesOf(plan) > 0) return `Plan: ${words.join(', ')}.`
  if (words.length === 0) return 'Nothing to do: everything is as the manifests say.'
  return `Nothing to send: ${words.join(', ')}.`
}
