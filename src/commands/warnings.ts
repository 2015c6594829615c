/** What stands beside a result, on stderr. */
import type { Violation } from '../connector/contract.ts'
import type { Unproven } from '../guard/proof.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { collectionOf } from '../model/resource.ts'
import { countDiagnostics } from '../render/diagnostics.ts'
import { terminal } from '../render/encode.ts'
import type { Border } from './border.ts'
import type { UnreadSystem } from './observe.ts'

/** One line on the warnings of the manifests, since validate shows them whole. */
export function showWarnings(diagnostics: readonly Diagnostic[], border: Border): void {
  const words = countDiagnostics(diagnostics.filter(({ severity }) => severity === 'warning'))
  if (words !== undefined) border.err(`The manifests have ${words}: see rolecall validate.\n`)
}

/** Systems that are not in the result, where its form has no place to say so. */
export function showUnread(unread: readonly UnreadSystem[], border: Border): void {
  for (const { system, message, fix } of unread) {
    border.err(`not read: ${terminal(system)}: ${terminal(message)}\n`)
    if (fix !== undefined) border.err(`  ${terminal(fix)}\n`)
  }
}

export interface UnprovenRead extends Unproven {
  readonly system: string
}

/** Collections that were compared though more may be there than was read: the result is no verdict on them. */
export function showUnproven(unproven: readonly UnprovenRead[], border: Border): void {
  for (const { system, kind, reason } of unproven) {
    const what = `${terminal(system)}: its ${collectionOf[kind]} are not proven to be read whole`
    border.err(`not sure: ${what} (${terminal(reason)})\n`)
    border.err(`  Run again; if it stays so, see rolecall doctor --system ${terminal(system)}.\n`)
  }
}

/** What is wrong as things stand and is no difference: by the system. */
export function showStanding(wrong: ReadonlyMap<string, readonly Violation[]>, border: Border): void {
  for (const [system, violations] of wrong)
    for (const { message, remedy } of violations)
      border.err(`warning: ${terminal(system)}: ${terminal(message)}\n  ${terminal(remedy)}\n`)
}
