/**
 * Plain scalars that readers of YAML 1.1 and of YAML 1.2 take for different values are refused: a reviewer's
 * tool, an editor and rolecall must read the same manifest. Facts: yaml.org/type (bool, int, float, timestamp)
 * with what PyYAML and libyaml really do, and the core schema of YAML 1.2.2, section 10.3.
 */

import { nearest } from './nearest.ts'

/** Keys whose values are dates. Dates are text for us, and a plain date is how everybody writes one. */
export const dateKeys: ReadonlySet<string> = new Set(['from', 'until', 'expires'])

/**
 * What a 1.1 reader makes of a plain scalar that is text or another number here; undefined where both agree.
 * `key` is the key whose value the scalar is: a plain date is fine under a key of dates.
 */
export function misread(source: string, key: string | undefined): string | undefined {
  const first = source.charCodeAt(0)
  const digits = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (!digits) return words.get(source)
  if (date.test(source)) return isDateKey(key) ? undefined : 'a date'
  return forms.find(({ form }) => form.test(source))?.reading
}

/** Also a slip for one: then the key is what is at fault, and not the date. */
function isDateKey(key: string | undefined): boolean {
  return key !== undefined && (dateKeys.has(key) || nearest(key, dateKeys) !== undefined)
}

const words: ReadonlyMap<string, string> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, 'true'] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, 'false'] as const),
  ['=', 'a default value'],
])

const date = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d.*)?$/

const forms: readonly { readonly form: RegExp; readonly reading: string }[] = [
  // `0123` is 83 in 1.1 and 123 in 1.2; `0o17` and `089` are text in 1.1 and numbers in 1.2.
  { form: /^[-+]?0[0-7]+$/, reading: 'a number with base eight' },
  { form: /^(?:0o[0-7]+|[-+]?0[0-9]+)$/, reading: 'text' },
  { form: /^[-+]?0b[01_]+$/, reading: 'a number with base two' },
  { form: /^[-+]?0x[0-9a-fA-F_]*_[0-9a-fA-F_]*$/, reading: 'a number' },
  { form: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/, reading: 'a number with base sixty' },
  { form: /^[-+]?(?=[0-9.]*_)[0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/, reading: 'a number' },
  // 1.1 wants a point and a sign: `1e3` and `1.5e3` are text there.
  { form: /^[-+]?(?:[0-9]+[eE][-+]?[0-9]+|[0-9]*\.[0-9]*[eE][0-9]+)$/, reading: 'text' },
]
