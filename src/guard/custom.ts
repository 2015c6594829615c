import { refKey, type ResourceRef } from '../model/resource.ts'
import type { Rule } from '../model/rule.ts'
import type { Guardrail } from '../model/workspace.ts'
import { byText } from '../plan/sets.ts'
import { guard, type Found } from './guard.ts'
import type { Scene } from './scene.ts'
import { subjectsOf, type Judged } from './subjects.ts'
import { counted, named } from './words.ts'

/** The rules of the team, each over the changes that it is asked about. */
export const custom = guard('guardrail', (scene) =>
  scene.writes.length === 0
    ? []
    : [...scene.guardrails]
        .sort((a, b) => byText(a.name, b.name))
        .flatMap((rule) => {
          const outcomes = judge(scene, rule)
          return [...broken(scene, rule, outcomes), ...unjudged(scene, rule, outcomes)]
        }),
)

function broken(scene: Scene, rule: Guardrail, outcomes: readonly Outcome[]): Found[] {
  const refs = refsOf(outcomes.filter(({ kept, fault }) => !kept && fault === undefined))
  if (refs.length === 0) return []
  return [
    {
      refs,
      count: refs.length,
      severity: rule.severity,
      message: `Guardrail "${rule.name}" does not hold for ${shown(refs)} of "${scene.config.name}": ${sentence(rule.message)}`,
      where: placeOf(rule),
      remedy: remedyOf(rule),
      acceptable: rule.acceptable,
      guardrail: rule.name,
      ...peopleOf(scene, refs),
    },
  ]
}

function remedyOf({ severity, acceptable }: Guardrail): string {
  if (severity === 'warn') return 'It only warns: look whether this is meant.'
  return acceptable
    ? 'Change what it is about, or write an Acceptance that names the Guardrail.'
    : 'This cannot be accepted: change what it is about, or the Guardrail in a merged change of its own.'
}

/** People, where it is about nothing else: an Acceptance counts them. */
function peopleOf(scene: Scene, refs: readonly ResourceRef[]): Pick<Found, 'people'> {
  if (!refs.every(({ kind }) => kind === 'account')) return {}
  return { people: [...new Set(refs.map(({ key }) => scene.person(key)))].sort(byText) }
}

/** What cannot be judged may be anything, so it is refused, also where the rule would only warn. */
function unjudged(scene: Scene, rule: Guardrail, outcomes: readonly Outcome[]): Found[] {
  const found = outcomes.filter(({ fault }) => fault !== undefined)
  const refs = refsOf(found)
  const [first] = found
  if (!first) return []
  return [
    {
      refs,
      count: refs.length,
      severity: 'refuse',
      message: `Guardrail "${rule.name}" cannot be evaluated for ${shown(refs)} of "${scene.config.name}", and what cannot be judged is refused (${refKey(first.ref)}: ${first.fault ?? ''}).`,
      where: placeOf(rule),
      guardrail: rule.name,
      remedy:
        'This cannot be accepted: write the rule so that it holds an answer for every change, as in `\'team\' in person.labels && person.labels.team == "x"`.',
    },
  ]
}

interface Outcome {
  readonly ref: ResourceRef
  readonly kept: boolean
  readonly fault?: string
}

/** Steps of work that a rule may take over one system's part of a plan, whatever it is asked about. */
const mostWork = { once: 1_000_000, eachChange: 10_000 }

function judge(scene: Scene, rule: Guardrail): readonly Outcome[] {
  const asked = [...new Set(rule.on)].sort(byText).flatMap((on) => subjectsOf(scene, on))
  let left = mostWork.once + mostWork.eachChange * asked.length
  return asked.map(({ subject, ref }) => {
    const { kept, fault, spent } = (rule.rules.get(subject.kind) ?? unread)(subject, left)
    left -= spent
    return { ref, kept, ...(fault !== undefined && { fault }) }
  })
}

const unread: Rule = () => ({ kept: false, fault: 'its rule was not read', spent: 0 })

/** A change may be asked about twice, as an update and as a change of power, and is one all the same. */
function refsOf(outcomes: readonly Pick<Judged, 'ref'>[]): readonly ResourceRef[] {
  return [...new Map(outcomes.map(({ ref }) => [refKey(ref), ref])).values()]
}

function shown(refs: readonly ResourceRef[]): string {
  const names = refs.map(refKey).sort(byText)
  return refs.length === 1 ? names.join('') : `${counted(refs.length, 'change')} (${named(names)})`
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}

function placeOf({ cause }: Guardrail): string {
  return `${cause.file}:${cause.line}`
}
