/** How a run ended, in a sentence: what a person reads last. */
import type { Ending, RunReport } from '../apply/report.ts'
import { refKey } from '../model/resource.ts'
import { resultWords } from '../render/report.ts'
import { exit, Fault } from './exit.ts'

/** `fault` where nothing was sent because something was not as it must be; `sentence` for every other end. */
export function endingOf(report: RunReport): { readonly sentence: string; readonly fault?: Fault } {
  const words = resultWords(report.systems)
  const counted = words === '' ? 'nothing was left to send' : words
  const { ending } = report
  switch (ending.how) {
    case 'finished':
      return { sentence: `Applied: ${counted}.` }
    case 'nothing':
      return { sentence: 'Nothing to do.' }
    case 'interrupted':
      return { sentence: `Interrupted: ${counted}.` }
    case 'deadline':
      return { sentence: `Stopped in time: ${counted}.` }
    case 'ledger':
      return { sentence: `Stopped, since the ledger was lost (${ending.message}): ${counted}.` }
    case 'expired':
    case 'used':
    case 'stale':
    case 'locked':
      return { sentence: '', fault: faultOf(ending) }
  }
}

/** Why nothing of a plan was sent, as any other fault. */
export function faultOf(ending: Extract<Ending, { how: 'expired' | 'used' | 'stale' | 'locked' }>): Fault {
  const afresh = 'Nothing was sent. Make a new plan, and review that.'
  switch (ending.how) {
    case 'expired':
      return new Fault(exit.stale, `This plan expired at ${ending.at}.`, afresh)
    case 'used':
      return new Fault(exit.stale, 'This plan was applied before, and a plan runs once.', afresh)
    case 'stale': {
      const moved = ending.moved.map(({ system, ref, message }) =>
        ref === undefined ? `${system}: ${message}` : `${system} ${refKey(ref)}: ${message}`,
      )
      const shown = moved.slice(0, 10).join('; ')
      const rest = moved.length > 10 ? `; and ${moved.length - 10} more` : ''
      return new Fault(
        exit.stale,
        `This plan is stale, since something moved after it was made: ${shown}${rest}.`,
        afresh,
      )
    }
    case 'locked': {
      const { actor, host, run, since } = ending.holder
      return new Fault(
        exit.unknown,
        `Another run holds the lock of ${ending.system}: ${run} by ${actor} on ${host} since ${since}.`,
        'Wait for it; a holder that died is taken over 60 seconds after its last sign of life.',
      )
    }
  }
}
