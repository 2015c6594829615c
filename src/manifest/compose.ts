/**
 * The one place where YAML text becomes a tree, so that parsing and pointing at a fault can never disagree.
 * The `yaml` package does it; its three layers are driven by hand because two things must be seen before the
 * last layer: directives, and nesting so deep that composing it would exhaust the stack.
 */
import { Composer, Lexer, Parser, type Document, type YAMLError } from 'yaml'

export type Tree = Document.Parsed

/** Where composing stopped early: all before it has been yielded, nothing after it is looked at. */
export type Stop =
  | { readonly reason: 'directive' | 'depth'; readonly range: readonly [start: number, end: number] }
  /** Faults that belong to no document, as in a text that only ends one. */
  | { readonly reason: 'syntax'; readonly errors: readonly YAMLError[] }

/**
 * Deeper than any document may be, and far from what the composer's recursion can bear. The exact limit is
 * checked on the tree, where the node that breaks it is known.
 */
const stackLimit = 256

/**
 * Yields the documents of a text in order; the return value says where it stopped early, if it did.
 *
 * `uniqueKeys` is off because the library compares each key with all before it: 10^10 comparisons for a
 * mapping of 100,000 keys. Whoever walks the tree finds duplicates with a set.
 */
export function* compose(text: string): Generator<Tree, Stop | undefined> {
  const parser = new Parser()
  const composer = new Composer({ schema: 'core', uniqueKeys: false, logLevel: 'silent' })
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive') {
        yield* composer.end()
        return { reason: 'directive', range: [token.offset, token.offset + token.source.length] }
      }
      yield* composer.next(token)
    }
    if (parser.stack.length > stackLimit) {
      yield* composer.end()
      return { reason: 'depth', range: [parser.offset, parser.offset + 1] }
    }
  }
  for (const token of parser.end()) yield* composer.next(token)
  yield* composer.end()
  const { errors } = composer.streamInfo()
  return errors.length > 0 ? { reason: 'syntax', errors } : undefined
}
