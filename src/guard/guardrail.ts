import { byText } from '../plan/sets.ts'
import { guard } from './guard.ts'

/** A rule that cannot be evaluated has not been kept: it stops what it would have judged, as its author asked. */
export const guardrail = guard('guardrail', (scene) =>
  scene.writes.length === 0
    ? []
    : [...scene.guardrails]
        .sort((a, b) => byText(a.name, b.name))
        .map((rule) => ({
          refs: [],
          count: scene.writes.length,
          severity: rule.severity,
          message: `Guardrail "${rule.name}" asks for a look at ${scene.writes.length === 1 ? 'the change' : `the ${scene.writes.length} changes`} of "${scene.config.name}", and this version of rolecall cannot evaluate guardrails.`,
          where: `${rule.cause.file}:${rule.cause.line}`,
          remedy:
            'Take the Guardrail out of the manifests and hold to it in review, or use a version that evaluates it.',
        })),
)
