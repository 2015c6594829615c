/** Warnings of the manifests beside a result: on stderr, and one line of them only, since validate shows them whole. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { countDiagnostics } from '../render/diagnostics.ts'
import type { Border } from './border.ts'

export function showWarnings(diagnostics: readonly Diagnostic[], border: Border): void {
  const words = countDiagnostics(diagnostics.filter(({ severity }) => severity === 'warning'))
  if (words !== undefined) border.err(`The manifests have ${words}: see rolecall validate.\n`)
}
