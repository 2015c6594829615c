/**
 * The rules of a team are read here, where their faults have a place: a rule that cannot be evaluated is found when
 * it is written, and not when it is needed.
 */
import { kinds, type Kind } from '../../model/resource.ts'
import type { Rule, RuleFault, RuleReader } from '../../model/rule.ts'
import type { Guardrail } from '../../model/workspace.ts'
import { suggest } from '../nearest.ts'
import { named, type ManifestOf } from '../normalize.ts'
import { specPlace, type Context } from './context.ts'

/** Without a reader the rules stay unread; a guard refuses what they would have judged. */
export function resolveGuardrail(
  context: Context,
  manifest: ManifestOf<'Guardrail'>,
  read: RuleReader | undefined,
): Guardrail {
  const { on, severity, rule, message, acceptable = false } = manifest.spec
  const head = named(manifest)
  const rules = new Map<Kind, Rule>()
  const place = specPlace(head, 'rule')
  const said = new Set<string>()
  for (const kind of kinds) {
    if (!on.some((each) => each.startsWith(`${kind}.`))) continue
    const { faults = [], rule: sound } = read?.(rule, kind) ?? {}
    if (sound) rules.set(kind, sound)
    for (const fault of faults) {
      // What is wrong whatever the kind is wrong once.
      const what = `${fault.start} ${fault.message}`
      if (said.has(what)) continue
      said.add(what)
      context.report.error(fault.code, { ...place, part: fault }, fault.message, fixOf(fault))
    }
  }
  return { name: head.handle, on, severity, rule, rules, acceptable, message, cause: head.cause }
}

function fixOf({ fix, known }: RuleFault): string | undefined {
  return known ? suggest(known.name, known.names, known.what) : fix
}
