/** What reads rules is loaded only where there may be one: it takes longer than all the rest of a small plan's reading. */
import type { Description } from '../connector/describe.ts'
import type { RuleReader } from '../model/rule.ts'

/** The reader for these texts of manifests, to be given to whoever reads them; nothing where none holds a Guardrail. */
export async function ruleReading(
  sources: readonly { readonly text: string }[],
  connectors: Readonly<Record<string, Description>>,
): Promise<{ readonly rules?: RuleReader }> {
  if (!sources.some(({ text }) => mayHoldGuardrail.test(text))) return {}
  const { ruleReader } = await import('./read.ts')
  return { rules: ruleReader(Object.values(connectors)) }
}

/** The name of the kind, or an escape with which a quoted text could spell it. */
const mayHoldGuardrail = /Guardrail|\\(?:[xuU]|\r?\n)/
