/**
 * A manifest holds references to secrets and never a secret. Where somebody wrote one all the same, a diagnostic
 * must not carry it into the log of a build that everybody reads.
 */
import type { Path } from './document.ts'

/** Whether a value at this path may be a secret that was written out: it is neither quoted nor shown. */
export function isSecret(path: Path): boolean {
  return path.some((step) => typeof step === 'string' && (step === 'credentials' || isSecretKey(step)))
}

/** Whether a key asks for a secret. */
export function isSecretKey(key: string): boolean {
  return /pass(?:word|wd|phrase)|secret|^token$|api[-_]?key|private[-_]?key/i.test(key)
}

/** Whether a line of a source gives a key of this sort a plain value: a reference is a mapping in braces. */
export function showsSecret(line: string): boolean {
  return /(?:pass(?:word|wd|phrase)|secret|\btoken|api[-_]?key|private[-_]?key)["']?\s*:\s*[^\s{]/i.test(line)
}
