/**
 * The YAML library explains its faults to people who know its grammar. Here each becomes one sentence for the
 * person who wrote the file, and one way forward. Codes of the library: `ErrorCode` in yaml 2.9.
 */
import type { ErrorCode, YAMLError } from 'yaml'
import type { Problem } from './document.ts'

export type Fault = Pick<Problem, 'code' | 'message' | 'fix'>

/** One sentence of ours for a fault of the library. */
export function syntaxFault(error: YAMLError): Fault {
  const told = table[error.code]
  return typeof told === 'function' ? told(error.message) : told
}

/** Whether the fault is of something opened and not closed: then the opening is the place to show. */
export function isUnclosed(fault: Fault): boolean {
  return fault === unclosedQuote || fault === unclosedBracket
}

export const anchorFault: Fault = {
  code: 'anchor',
  message: 'Anchors (&name) are not used in manifests.',
  fix: 'Write the value out where it is needed.',
}

export const aliasFault: Fault = {
  code: 'alias',
  message: 'Aliases (*name) are not used in manifests.',
  fix: 'Write the value out; text that begins with * goes in quotes.',
}

export const tagFault: Fault = {
  code: 'tag',
  message: 'Tags (!name) are not used in manifests.',
  fix: 'Leave the tag out; text that begins with ! goes in quotes.',
}

export const mergeFault: Fault = {
  code: 'merge-key',
  message: 'Merge keys (<<) are not used in manifests.',
  fix: 'Write the merged keys out.',
}

export const directiveFault: Fault = {
  code: 'directive',
  message: 'Directives (lines that begin with %) are not used in manifests.',
  fix: 'Remove the line: manifests are always YAML 1.2.',
}

export const depthFault: Fault = {
  code: 'too-deep',
  message: 'Mappings and lists stand more than 64 deep in one another here.',
  fix: 'No manifest needs that depth: look for a bracket too many.',
}

export const mappingFault: Fault = {
  code: 'not-a-mapping',
  message: 'A manifest is a mapping of keys to values, and this document is not.',
  fix: 'Begin it with `apiVersion: rolecall/v1` and `kind: …`.',
}

const indentation: Fault = {
  code: 'indentation',
  message: 'This line is not indented like its neighbours.',
  fix: 'Keys of one mapping, and items of one list, start in the same column.',
}

const unexpected: Fault = {
  code: 'syntax',
  message: 'YAML does not allow this here.',
  fix: 'Look at this line and the one before it; text with special characters goes in quotes.',
}

const nestedKey: Fault = {
  code: 'nested-key',
  message: 'A second `key:` stands in one line.',
  fix: 'Put the inner key on a line of its own, or put the value in quotes if the colon belongs to it.',
}

const keyOnOneLine: Fault = {
  code: 'long-key',
  message: 'A key stands on one line and is at most 1,024 characters long.',
  fix: 'Shorten the key, or look for a missing quote before it.',
}

const table: Readonly<Record<ErrorCode, Fault | ((message: string) => Fault)>> = {
  ALIAS_PROPS: aliasFault,
  BAD_ALIAS: (message) => (message.startsWith('Anchor') ? anchorFault : aliasFault),
  BAD_COLLECTION_TYPE: tagFault,
  BAD_DIRECTIVE: directiveFault,
  BAD_DQ_ESCAPE: (message) => ({
    code: 'bad-escape',
    message: `${message.slice('Invalid escape sequence '.length)} means nothing inside double quotes.`,
    fix: 'Use single quotes, or write \\\\ for a backslash.',
  }),
  BAD_INDENT: (message) => (message.startsWith('Flow') ? unclosedBracket : indentation),
  BAD_PROP_ORDER: anchorFault,
  BAD_SCALAR_START: (message) => ({
    code: 'reserved-character',
    message: `Text without quotes cannot begin with ${message.slice('Plain value cannot start with '.length)}.`,
    fix: 'Put the text in quotes.',
  }),
  BLOCK_AS_IMPLICIT_KEY: (message) => (message.startsWith('Nested') ? nestedKey : indentation),
  BLOCK_IN_FLOW: {
    code: 'block-in-brackets',
    message: 'A mapping or list over several lines cannot stand inside brackets.',
    fix: 'Write it in brackets too, or write the outer one over several lines.',
  },
  DUPLICATE_KEY: unexpected,
  IMPOSSIBLE: unexpected,
  KEY_OVER_1024_CHARS: keyOnOneLine,
  MISSING_CHAR: missing,
  MULTILINE_IMPLICIT_KEY: {
    code: 'multiline-key',
    message: 'This text goes on in the next line, and there a `:` makes it all one key.',
    fix: 'Indent the next line like this one, or look for a `:` that is missing here.',
  },
  MULTIPLE_ANCHORS: anchorFault,
  MULTIPLE_DOCS: unexpected,
  MULTIPLE_TAGS: tagFault,
  NON_STRING_KEY: unexpected,
  RESOURCE_EXHAUSTION: depthFault,
  TAB_AS_INDENT: {
    code: 'tab-indentation',
    message: 'A tab cannot indent YAML.',
    fix: 'Use spaces.',
  },
  TAG_RESOLVE_FAILED: tagFault,
  UNEXPECTED_TOKEN: unexpected,
}

const unclosedBracket: Fault = {
  code: 'unclosed-bracket',
  message: 'This bracket is opened and not closed.',
  fix: 'Close it with ] or }; what is inside stands to the right of its key.',
}

const unclosedQuote: Fault = {
  code: 'unclosed-quote',
  message: 'This quote is opened and never closed.',
  fix: 'Close the quote.',
}

/** The library has one code for everything that is missing; its sentence says what. */
function missing(message: string): Fault {
  if (message.includes('quote')) return unclosedQuote
  if (message.startsWith('Missing ,')) {
    return {
      code: 'missing-comma',
      message: 'A comma is missing before this.',
      fix: 'Put a comma between items.',
    }
  }
  if (message.startsWith('Comments')) {
    return {
      code: 'comment',
      message: 'A comment needs a space before its #.',
      fix: 'Put a space before the #, or put the text in quotes if the # belongs to it.',
    }
  }
  if (message.startsWith('Implicit map keys')) {
    return {
      code: 'missing-colon',
      message: 'A key here has no `:` and no value.',
      fix: 'Write `key: value`, with a space after the colon.',
    }
  }
  if (message.startsWith('Missing space after :')) {
    return {
      code: 'missing-space',
      message: 'A space is missing after the colon.',
      fix: 'Write `key: value`.',
    }
  }
  return message.startsWith('Expected') || message.startsWith('Flow') ? unclosedBracket : unexpected
}
