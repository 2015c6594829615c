/** Acceptances: what people decided about plans. Here only their shape and the names in them. */
import type { Acceptance, Guardrail } from '../../model/workspace.ts'
import { suggest } from '../nearest.ts'
import { named, references, type ManifestOf } from '../normalize.ts'
import { key as keyOf } from '../place.ts'
import { siteOf, specPlace, type Context } from './context.ts'

/** `labelsOf`: the labels of people as the protected branch has them, so that no change widens its own permission. */
export function resolveAcceptance(
  context: Context,
  manifest: ManifestOf<'Acceptance'>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
  guardrails: ReadonlyMap<string, Guardrail>,
): Acceptance {
  const { raw, spec } = manifest
  const head = named(manifest)
  for (const system of references(raw, spec.systems, ['spec', 'systems'])) siteOf(context, system)
  checkShape(context, manifest)
  checkGuardrail(context, manifest, guardrails)
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
    ...(spec.people && { labels: spec.people.labels }),
    ...(spec.atMost !== undefined && { atMost: spec.atMost }),
    ...(spec.ids && { ids: spec.ids }),
    ...(spec.guardrail !== undefined && { guardrail: spec.guardrail }),
    reason: spec.reason,
    until: spec.until,
    cause: head.cause,
  }
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
  if (spec.finding === 'guardrail' && spec.guardrail === undefined)
    wrong(
      'finding',
      `The acceptance "${metadata.name}" does not say which Guardrail it is about.`,
      'Write `guardrail`, its handle.',
    )
  if (spec.finding !== 'guardrail' && spec.guardrail !== undefined)
    wrong(
      'guardrail',
      `Only guardrail is about a Guardrail, and this is ${spec.finding}.`,
      'Take `guardrail` out.',
    )
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

/** A permission that names no rule, or one that allows none, would look as if it were one. */
function checkGuardrail(
  { report, lost }: Context,
  { raw, spec }: ManifestOf<'Acceptance'>,
  guardrails: ReadonlyMap<string, Guardrail>,
): void {
  const name = spec.guardrail
  if (spec.finding !== 'guardrail' || name === undefined) return
  const place = { raw, path: ['spec', 'guardrail'] }
  const known = guardrails.get(name)
  if (!known) {
    if (!lost.nothing) return
    const fix = suggest(name, [...guardrails.keys()], 'guardrails')
    report.error('unknown-guardrail', place, `There is no Guardrail "${name}".`, fix)
  } else if (!known.acceptable)
    report.warning(
      'acceptance-shape',
      place,
      `The guardrail "${name}" is never accepted, so this covers nothing.`,
      'Write `acceptable: true` in the Guardrail, or delete this document.',
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
