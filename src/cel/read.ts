/** From the text of a rule to a function over changes: everything that can be wrong with it is said here. */
import { Environment, EvaluationError, ParseError, TypeError } from '@marcbachmann/cel-js'
import type { Description } from '../connector/describe.ts'
import type { Kind } from '../model/resource.ts'
import type { Rule, RuleFault, RuleReader } from '../model/rule.ts'
import { registerMatches } from './matches.ts'
import { measure, WorkedTooLong, type Meter } from './meter.ts'
import { unknownNames } from './names.ts'
import type { Node } from './tree.ts'
import { today, vocabularyOf, type Vocabulary, type Words } from './vocabulary.ts'

/** What the text of one rule may hold: what a person can review, and far less than what makes the stack overflow. */
const limits = {
  maxAstNodes: 1000,
  maxDepth: 40,
  maxListElements: 500,
  maxMapEntries: 100,
  maxCallArguments: 3,
}

interface Language {
  readonly environment: Environment
  readonly vocabulary: Vocabulary
  readonly meter: Meter
}

/** Rules may speak of what any of these connectors knows, whichever systems there are. */
export function ruleReader(descriptions: readonly Description[]): RuleReader {
  const languages = new Map<Kind, Language>()
  return (text, kind) => {
    const language = languages.get(kind) ?? languageOf(kind, descriptions)
    languages.set(kind, language)
    return read(text, kind, language)
  }
}

function languageOf(kind: Kind, descriptions: readonly Description[]): Language {
  const vocabulary = vocabularyOf(kind, descriptions)
  const meter = { left: 0 }
  const environment = new Environment({ limits })
  for (const [name, words] of vocabulary.structures)
    environment.registerVariable({ name, schema: typesOf(words) })
  environment.registerVariable('today', today.type)
  registerMatches(environment, meter)
  return { environment, vocabulary, meter }
}

function typesOf(words: Words): Record<string, string> {
  return Object.fromEntries([...words].map(([name, { type }]) => [name, type]))
}

function read(text: string, kind: Kind, language: Language): ReturnType<RuleReader> {
  try {
    const parsed = language.environment.parse(text)
    const root = parsed.ast as unknown as Node
    const faults = unknownNames(root, kind, language.vocabulary)
    if (faults.length > 0) return { faults }
    const { valid, type, error } = parsed.check()
    if (!valid) return { faults: [faultOf(error, text)] }
    if (type !== 'bool') return { faults: [notABool(type, text)] }
    measure(root, language.meter)
    return { faults: [], rule: ruleOf(parsed, language) }
  } catch (error) {
    return { faults: [faultOf(error, text)] }
  }
}

function ruleOf(evaluate: (context: object) => unknown, { vocabulary, meter }: Language): Rule {
  return (subject, most) => {
    meter.left = most
    let result: unknown
    let fault: string | undefined
    try {
      result = evaluate(vocabulary.values(subject))
    } catch (error) {
      fault = reasonOf(error)
    }
    // CEL forgets an error beside a false: that it went on for too long still holds.
    if (meter.left < 0) fault = tooLong
    else if (typeof result !== 'boolean') fault ??= 'it came to neither true nor false'
    return {
      kept: result === true && fault === undefined,
      spent: most - meter.left,
      ...(fault !== undefined && { fault }),
    }
  }
}

const tooLong = 'it takes too long'

function reasonOf(error: unknown): string {
  if (error instanceof WorkedTooLong) return tooLong
  if (!(error instanceof EvaluationError)) return 'it asks for more than can be worked out'
  if (error.code === 'no_such_key')
    return `there is no ${error.summary.replace(/^No such key: /, '')} to look up`
  if (error.code === 'index_out_of_bounds') return 'the list has fewer items'
  return lowered(error.summary)
}

function notABool(type: string | undefined, text: string): RuleFault {
  const message = `A rule is true or false, and this is a ${named(type ?? 'value')}.`
  return { code: 'rule-type', start: 0, end: text.length, message, fix: 'Say what must be true of it.' }
}

const tooLarge = {
  code: 'rule-syntax',
  message: 'The rule is too long or nested too deeply.',
  fix: 'Make several Guardrails of it.',
} as const

function faultOf(error: unknown, text: string): RuleFault {
  const isCel = error instanceof ParseError || error instanceof TypeError
  if (!isCel) return { ...tooLarge, start: 0, end: text.length }
  const { start, end } = error.range ?? { start: 0, end: text.length }
  const place = { start, end: Math.max(end, start + 1) }
  if (error.code === 'limit_exceeded') return { ...tooLarge, ...place }
  if (error.code === 'invalid_pattern')
    return { code: 'rule-pattern', ...place, message: `${error.summary}.`, fix: patternFix }
  if (error instanceof TypeError) {
    const message = `The types of the rule do not fit: ${lowered(named(error.summary))}.`
    return { code: 'rule-type', ...place, message, fix: typeFix }
  }
  const word = /^(?:and|or|not)\b/i.exec(text.slice(start))
  const message = `The rule is not CEL: ${lowered(plain(error.summary))}.`
  return { code: 'rule-syntax', ...place, message, ...(word && { fix: wordFix }) }
}

const patternFix = 'Write a pattern of RE2, which has no look-around and no back-references.'
const typeFix = 'Compare what is of one type; docs/guardrails.md lists the types.'
const wordFix = 'CEL writes && for "and", || for "or", and ! for "not".'

/** The library names what it met by the names of its tokens. */
function plain(summary: string): string {
  return summary
    .replace('Unexpected token: EOF', 'it ends too early')
    .replace(/\b(?:EOF|RPAREN|LPAREN|RBRACKET|COMMA|COLON)\b/g, (token) => tokens[token] ?? token)
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  RPAREN: '")"',
  LPAREN: '"("',
  RBRACKET: '"]"',
  COMMA: '","',
  COLON: '":"',
}

/** The library calls the type of `before` `$before`. */
function named(summary: string): string {
  return summary.replaceAll(/\$(?=(?:change|before|after|person|system)\b)/g, '')
}

function lowered(summary: string): string {
  return summary.charAt(0).toLowerCase() + summary.slice(1)
}
