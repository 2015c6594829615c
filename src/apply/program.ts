/** What the machine needs of a plan: which steps are sent, what each needs, and which ones lower an owner. */
import type { Description } from '../connector/describe.ts'
import { isWrite, type Change } from '../model/change.ts'
import type { Plan, Step } from '../model/plan.ts'

export interface Program {
  readonly systems: readonly SystemProgram[]
}

export interface SystemProgram {
  readonly name: string
  /** Writes sent at once at most. */
  readonly batch: number
  /** Seconds for which a read may not show a write yet. */
  readonly lag: number
  /** So many steps lead it that are the first wave: they are sent in every system before anything else is in any. */
  readonly first: number
  /** One for each step of the plan, at the same place. */
  readonly steps: readonly ProgramStep[]
}

export interface ProgramStep {
  readonly id: string
  /** Whether apply sends it; manual steps and keeps are passed over. */
  readonly send: boolean
  /** Lowers an owner: runs alone, once another owner is confirmed. */
  readonly lowers: boolean
  /** Places of the steps that must be done before. */
  readonly needs: readonly number[]
  /** Why it can never be sent; absent where it can. */
  readonly impossible?: string
}

/** `descriptions` by connector name; every connector of the plan must be there. */
export function compile(plan: Plan, descriptions: Readonly<Record<string, Description>>): Program {
  return {
    systems: plan.systems.map(({ name, connector, steps }) => {
      const description = descriptions[connector]
      if (description === undefined)
        throw new Error(`The plan names a connector "${connector}" that is not there.`)
      const before = new Map<string, Placed>()
      return {
        name,
        batch: Math.max(1, description.batch),
        lag: description.lagSeconds,
        first: firstOf(steps),
        steps: steps.map((step, place) => {
          const compiled = compileStep(step, before)
          before.set(step.id, { place, change: step.change })
          return compiled
        }),
      }
    }),
  }
}

function firstOf(steps: readonly Step[]): number {
  const others = steps.findIndex(({ first }) => first !== true)
  return others < 0 ? steps.length : others
}

/** Whether there is anything to send at all. */
export function sendsAny(system: SystemProgram): boolean {
  return system.steps.some(({ send }) => send)
}

interface Placed {
  readonly place: number
  readonly change: Change
}

function compileStep(step: Step, before: ReadonlyMap<string, Placed>): ProgramStep {
  const send = isWrite(step.change)
  const needs: number[] = []
  let impossible: string | undefined
  for (const id of send ? step.needs : []) {
    const needed = before.get(id)
    if (needed === undefined) impossible = `it needs ${id}, which does not come before it`
    else if (isWrite(needed.change)) needs.push(needed.place)
    else if (needed.change.action === 'keep' && needed.change.held === 'create')
      impossible = `it needs ${id}, which is held back (${needed.change.reason})`
  }
  return { id: step.id, send, lowers: step.lowers.length > 0, needs, ...(impossible && { impossible }) }
}
