import type { KindDescription } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import { splitTarget, type LinkTarget, type ResourceRef } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import { emptyPart, isEmpty, namesIn, type Delta } from './delta.ts'
import { canonical } from './digest.ts'
import { list } from './sets.ts'
import type { Rename } from './renaming.ts'

type Manual = Extract<Change, { action: 'manual' }>

/**
 * What a person is told to do where a system has no interface for a change: the connector's own steps with `{name}` and
 * `{value}` filled in, or one sentence that says what is wished. None where nothing differs.
 */
export function manualChange(ref: ResourceRef, delta: Delta, kind: KindDescription, cause: Cause): Manual[] {
  if (isEmpty(delta)) return []
  const steps = (['fields', 'links'] as const).flatMap((part) =>
    namesIn(delta.before[part], delta.after[part]).flatMap((name) => {
      const described = kind[part][name]
      const value = shown(delta.after[part][name])
      if (described?.write === 'create-only')
        return `"${name}" of the ${called(ref)} is fixed when it is made. Remove it and make it again by hand with ${value}, or correct the manifest.`
      return (
        described?.steps?.flatMap((step) => told(step, ref.key, delta.after[part][name])) ??
        `Set "${name}" of the ${called(ref)} to ${value}.`
      )
    }),
  )
  return [{ action: 'manual', ref, ...delta, steps, cause }]
}

/** A kind that the system neither makes nor removes through an interface. */
export function manualCreate(ref: ResourceRef, after: Delta['after'], cause: Cause): Manual {
  return { action: 'manual', ref, before: emptyPart, after, steps: [`Make the ${called(ref)}.`], cause }
}

export function manualDelete(ref: ResourceRef, { fields, links }: Delta['before'], cause: Cause): Manual {
  return {
    action: 'manual',
    ref,
    before: { fields, links },
    after: emptyPart,
    steps: [`Remove the ${called(ref)}.`],
    cause,
  }
}

/** A role on something that stands outside of the system's interface. */
export function manualGrant(ref: ResourceRef, links: Delta['after']['links'], cause: Cause): Manual {
  const [subject = '', role = '', resource = ''] = ['subject', 'role', 'resource'].map(
    (name) => links[name]?.[0],
  )
  const steps = [
    `Give ${spelled(subject)} the rights of ${spelled(role)} on ${spelled(resource)} in ${ref.system}: its interface cannot.`,
  ]
  return { action: 'manual', ref, before: emptyPart, after: { fields: {}, links }, steps, cause }
}

export function manualGrantEnd(ref: ResourceRef, cause: Cause): Manual {
  const steps = [`Take the grant "${ref.key}" away in ${ref.system}, where it was given by hand.`]
  const before = { fields: { given: true }, links: {} }
  return { action: 'manual', ref, before, after: emptyPart, steps, cause }
}

/** `account:ana` → `account "ana"`. */
function spelled(target: LinkTarget): string {
  const { type, name } = splitTarget(target)
  return `${type} "${name}"`
}

export function manualRename({ kind, from, to }: Rename, system: string, cause: Cause): Manual {
  const ref = { system, kind, key: to }
  return {
    action: 'manual',
    ref,
    before: emptyPart,
    after: emptyPart,
    steps: [
      `Rename the ${kind} "${from}" to "${to}" in ${system}. Everything else of it is planned under its name of today.`,
    ],
    cause,
  }
}

/** A step with `{item}` once for each item of the list. */
function told(step: string, name: string, value: Json | undefined): string[] {
  if (!step.includes('{item}')) return [fill(step, { name, value: shown(value) })]
  return list(value).map((item, index) =>
    fill(step, { name, number: String(index + 1), item: inWords(item) }),
  )
}

/** Each placeholder once: a name that looks like one stays what it is. */
function fill(step: string, values: Readonly<Record<string, string>>): string {
  return step.replace(/\{(\w+)\}/g, (whole, placeholder: string) => values[placeholder] ?? whole)
}

/** `attribute groups, in eng-all or okta:eng, group engineering`: a structure as a person reads it. */
function inWords(item: Json): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return shown(item)
  return Object.entries(item)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.map(shown).join(' or ') : shown(value)}`)
    .join(', ')
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? value : canonical(value)
}

function called({ system, kind, key }: ResourceRef): string {
  return `${kind} "${key}" in ${system}`
}
