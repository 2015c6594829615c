/** What stands beside a result, on stderr. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { countDiagnostics } from '../render/diagnostics.ts'
import { terminal } from '../render/encode.ts'
import type { Border } from './border.ts'
import type { UnreadSystem } from './reconcile.ts'

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
