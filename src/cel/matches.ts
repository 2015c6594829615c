/**
 * `text.matches(pattern)`, in linear time. The library's own is a JavaScript RegExp, for which `(a+)+$` and thirty
 * characters are enough to stand still, and the text may be anybody's. It cannot be replaced by a function of the
 * same name; but a macro is looked up by name and number of arguments alone, so one on a type that nothing has comes
 * first wherever `matches` is written.
 *
 * The pattern must be written out: then it is known to be one when the rule is checked.
 */
import type { Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { pay, type Meter } from './meter.ts'
import type { Node } from './tree.ts'

/** Far longer than anything a person reads, and short enough that no pattern takes long on any text. */
const longestPattern = 200

interface Macro {
  readonly receiver: Node
  readonly pattern: Node
  readonly ast: Node
  regex?: RE2JS
}

interface Checker {
  check(node: Node, context: unknown): { readonly type: string }
  getType(name: string): unknown
  createError(code: string, message: string, node: Node): Error
}

interface Evaluator {
  run(node: Node, context: unknown): unknown
}

export function registerMatches(environment: Environment, meter: Meter): void {
  // No value has this type; it only carries the name.
  environment.registerType({ name: 'Matching', schema: { pattern: 'string' } })
  environment.registerFunction('Matching.matches(ast): bool', expand(meter))
}

function expand(meter: Meter) {
  return ({ args, receiver, ast }: { args: readonly [Node]; receiver: Node; ast: Node }) => ({
    receiver,
    pattern: args[0],
    ast,
    async: false,
    typeCheck(checker: Checker, macro: Macro, context: unknown): unknown {
      const { type } = checker.check(macro.receiver, context)
      if (type !== 'string')
        throw checker.createError('no_such_overload', `no such overload: ${type}.matches(string)`, macro.ast)
      macro.regex = compiled(macro, checker)
      return checker.getType('bool')
    },
    evaluate(evaluator: Evaluator, macro: Macro, context: unknown): boolean {
      const text = evaluator.run(macro.receiver, context)
      if (typeof text !== 'string' || !macro.regex)
        throw new Error('matches was given something else than a text')
      // What one character costs grows with the pattern, and only with it.
      pay(meter, text.length * Math.max(1, String(macro.pattern.args).length))
      return macro.regex.matcher(text).find()
    },
  })
}

function compiled({ pattern }: Macro, checker: Checker): RE2JS {
  const fault = (message: string) => checker.createError('invalid_pattern', message, pattern)
  if (pattern.op !== 'value' || typeof pattern.args !== 'string')
    throw fault('The pattern of matches must be written out as a text')
  if (pattern.args.length > longestPattern)
    throw fault(`The pattern has ${pattern.args.length} characters, and ${longestPattern} are the most`)
  try {
    return RE2JS.compile(pattern.args)
  } catch (error) {
    throw fault(
      `The pattern is not one of RE2: ${error instanceof Error ? error.message : 'it cannot be read'}`,
    )
  }
}
