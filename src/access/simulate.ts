/**
 * What a group mapping makes of the attributes that an identity provider sends: rules are tried in their order, the first
 * match gives the primary group, and in `multiple` mode each later one a secondary group, up to what the system allows
 * (M8, M9). Whom no rule matches gets the fallback.
 */
import type { Json } from '../model/json.ts'

export interface Mapping {
  /** Absent: nobody said, and the system does not show it. */
  readonly mode?: 'single' | 'multiple'
  readonly fallback?: string
  readonly rules: readonly MappingRule[]
}

export interface MappingRule {
  readonly attribute: string
  readonly in: readonly string[]
  readonly group: string
}

export type Attributes = Readonly<Record<string, readonly string[]>>

export interface Mapped {
  readonly primary?: string
  /** In the order in which the rules give them. */
  readonly secondary: readonly string[]
  /** Rules that matched, by their place from 1, with what they give: also those that changed nothing. */
  readonly matches: readonly { readonly rule: number; readonly value: string; readonly group: string }[]
  /** Groups beyond the number that the system allows; which of them it would take is documented nowhere. */
  readonly beyond: readonly string[]
  /** No rule matched. */
  readonly byFallback: boolean
}

/** `most`: secondary groups at most. Without a mode all matches count: rather too much access is told than too little. */
export function simulate({ mode, fallback, rules }: Mapping, attributes: Attributes, most: number): Mapped {
  const matches = rules.flatMap((rule, index) => {
    const sent = new Set(Object.hasOwn(attributes, rule.attribute) ? attributes[rule.attribute] : [])
    const value = rule.in.find((each) => sent.has(each))
    return value === undefined ? [] : [{ rule: index + 1, value, group: rule.group }]
  })
  const [first, ...later] = matches
  if (first === undefined)
    return {
      ...(fallback === undefined ? {} : { primary: fallback }),
      ...{ secondary: [], matches, beyond: [], byFallback: true },
    }
  const others = [...new Set(later.map(({ group }) => group))].filter((group) => group !== first.group)
  const secondary = mode === 'single' ? [] : others
  return {
    primary: first.group,
    secondary: secondary.slice(0, most),
    matches,
    beyond: secondary.slice(most),
    byFallback: false,
  }
}

/** A mapping from the fields of its resource or wish. */
export function mappingIn(fields: Readonly<Record<string, Json>>): Mapping {
  const { mode, fallback, rules } = fields
  return {
    ...(mode === 'single' || mode === 'multiple' ? { mode } : {}),
    ...(typeof fallback === 'string' && fallback !== 'none' ? { fallback } : {}),
    rules: list(rules).flatMap(ruleIn),
  }
}

function ruleIn(rule: Json): MappingRule[] {
  if (typeof rule !== 'object' || rule === null || !('group' in rule)) return []
  const { attribute, in: values, group } = rule
  if (typeof attribute !== 'string' || typeof group !== 'string') return []
  return [{ attribute, in: list(values).filter((value) => typeof value === 'string'), group }]
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
