/** The question before an apply: a yes for an ordinary plan, a typed name for one that is hard to take back. */
import process from 'node:process'
import type { Plan } from '../model/plan.ts'
import { terminal } from '../render/encode.ts'
import { count } from '../render/layout.ts'
import { writesOf } from '../render/summary.ts'
import { exit, Fault } from './exit.ts'

/** People that a plan may remove before a yes is too little. */
const many = 10

/** False when declined; throws Fault with exit 130 on Ctrl-C. The question stands on stderr, with the plan. */
export async function confirm(plan: Plan, workspace: string): Promise<boolean> {
  const clack = await import('@clack/prompts')
  const grave = gravity(plan)
  const output = process.stderr
  const answer =
    grave === undefined
      ? await clack.confirm({
          message: `Carry out ${count(writesOf(plan), 'change')}?`,
          initialValue: false,
          output,
        })
      : await clack.text({
          message: `This plan ${grave}. Type "${terminal(workspace)}" to carry it out:`,
          placeholder: 'anything else stops here',
          output,
        })
  if (clack.isCancel(answer)) throw new Fault(exit.interrupted, 'Interrupted; nothing was sent.')
  return typeof answer === 'string' ? answer === workspace : answer
}

/** What makes a plan hard to take back, as the end of "This plan …". */
function gravity(plan: Plan): string | undefined {
  const steps = plan.systems.flatMap((system) => system.steps)
  const lowered = new Set(
    steps.flatMap(({ change, lowers }) => lowers.map((key) => `${change.ref.system} ${key}`)),
  )
  if (lowered.size > 0) return `takes ownership from ${count(lowered.size, 'account')}`
  const removed = steps.filter(
    ({ change }) => change.action === 'delete' && change.ref.kind === 'account',
  ).length
  return removed >= many ? `removes ${count(removed, 'account')}` : undefined
}
