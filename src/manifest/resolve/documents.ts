/** Acceptances and guardrails: what people decided about plans. Here only their shape and the names in them. */
import type { Acceptance, Guardrail } from '../../model/workspace.ts'
import { named, references, type ManifestOf } from '../normalize.ts'
import { key as keyOf } from '../place.ts'
import { siteOf, specPlace, type Context } from './context.ts'

/** `labelsOf`: the labels of people as the protected branch has them, so that no change widens its own permission. */
export function resolveAcceptance(
  context: Context,
  manifest: ManifestOf<'Acceptance'>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Acceptance {
  const { raw, spec } = manifest
  const head = named(manifest)
  for (const system of references(raw, spec.systems, ['spec', 'systems'])) siteOf(context, system)
  checkShape(context, manifest)
  if (spec.until < context.today)
    context.report.warning(
      'acceptance-over',
      specPlace(head, 'until'),
      `The acceptance "${head.handle}" ended on ${spec.until}, and covers nothing any more.`,
      'Delete the document.',
    )
  const people = spec.names ?? (spec.people && chosen(spec.people.labels, labelsOf))
  return {
    name: head.handle,
    finding: spec.finding,
    systems: spec.systems,
    ...(people && { people: [...people].sort() }),
    ...(spec.atMost !== undefined && { atMost: spec.atMost }),
    ...(spec.ids && { ids: spec.ids }),
    reason: spec.reason,
    until: spec.until,
    cause: head.cause,
  }
}

export function resolveGuardrail(manifest: ManifestOf<'Guardrail'>): Guardrail {
  const { on, severity, rule, message } = manifest.spec
  const { handle, cause } = named(manifest)
  return { name: handle, on, severity, rule, message, cause }
}

/** A permission without a bound would be a switch that turns a guard off. */
function checkShape(context: Context, { raw, metadata, spec }: ManifestOf<'Acceptance'>): void {
  const wrong = (key: string, message: string, fix: string): void => {
    context.report.error('acceptance-shape', keyOf({ raw, path: ['spec', key] }), message, fix)
  }
  const bounded = spec.atMost ?? spec.names ?? spec.people
  if (spec.finding === 'identity-changed' && !spec.ids)
    wrong(
      'finding',
      `The acceptance "${metadata.name}" does not say which identity became which.`,
      'Write `ids: {was: …, now: …}`.',
    )
  if (spec.finding !== 'identity-changed' && spec.ids)
    wrong('ids', `Only identity-changed is about native ids, and this is ${spec.finding}.`, 'Take `ids` out.')
  if (spec.finding === 'removal-limit' && bounded === undefined)
    wrong(
      'finding',
      `The acceptance "${metadata.name}" has no bound.`,
      'Write `atMost`, `names` or `people`.',
    )
  if (spec.finding === 'access-widened' && !spec.names && !spec.people)
    wrong(
      'finding',
      `The acceptance "${metadata.name}" does not say whose access may grow.`,
      'Write `names` or `people`.',
    )
  if (spec.names && spec.people)
    wrong(
      'people',
      'People are chosen by their names or by their labels, not both.',
      'Take one of the two out.',
    )
}

function chosen(
  labels: Readonly<Record<string, string>>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
): string[] {
  const wanted = Object.entries(labels)
  return [...labelsOf]
    .filter(([, has]) => wanted.every(([name, value]) => has[name] === value))
    .map(([handle]) => handle)
}
