/**
 * A manifest names where a secret is and never holds one. It is fetched here, at the border, and handed on as a
 * value that cannot print itself: not in a template, not as JSON, not in an error's inspection.
 */
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { inspect } from 'node:util'
import type { SecretReference } from '../model/workspace.ts'
import type { Secret } from './contract.ts'

/** The longest secret file that is read, in bytes: a path to the wrong file is noticed, not swallowed. */
const maxBytes = 64 * 1024
const hidden = '[secret]'

/** What became of a reference. `warnings` are sentences for people; neither form ever holds the value. */
type Resolved =
  | { readonly secret: Secret; readonly warnings: readonly string[] }
  | { readonly problem: string; readonly fix: string }

/** Wraps a value so that only `reveal()` gives it out. */
export function secret(value: string): Secret {
  const show = (): string => hidden
  // The value lives in the closure only: there is no property to enumerate, clone or serialise.
  return Object.freeze({
    reveal: () => value,
    toString: show,
    toJSON: show,
    [Symbol.toPrimitive]: show,
    [inspect.custom]: show,
  })
}

/**
 * Fetches a secret from an environment variable or a file (relative to `root`). One line end at the end of a file
 * is dropped, as editors write it. An empty value is a problem, not a secret.
 */
export async function resolveSecret(
  reference: SecretReference,
  surroundings: { readonly env: Readonly<Record<string, string | undefined>>; readonly root: string },
): Promise<Resolved> {
  return 'env' in reference
    ? fromEnvironment(reference.env, surroundings.env)
    : fromFile(reference.file, surroundings.root)
}

/** `environment variable VPN_SECRET` or `file secrets/vpn`: how a reference is named to people. */
export function showReference(reference: SecretReference): string {
  return 'env' in reference ? `environment variable ${reference.env}` : `file ${reference.file}`
}

function fromEnvironment(name: string, env: Readonly<Record<string, string | undefined>>): Resolved {
  const value = env[name]
  if (value === undefined) {
    return { problem: `The environment variable ${name} is not set.`, fix: `Set ${name}.` }
  }
  return value === ''
    ? { problem: `The environment variable ${name} is empty.`, fix: `Set ${name} to the secret.` }
    : { secret: secret(value), warnings: [] }
}

async function fromFile(file: string, root: string): Promise<Resolved> {
  const path = isAbsolute(file) ? file : resolve(root, file)
  try {
    const facts = await stat(path)
    if (!facts.isFile())
      return { problem: `${file} is not a file.`, fix: 'Name a file that holds the secret alone.' }
    if (facts.size > maxBytes) {
      return {
        problem: `${file} has ${facts.size} bytes, too many for a secret.`,
        fix: 'Name a file that holds the secret alone.',
      }
    }
    const value = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    return value === ''
      ? { problem: `${file} is empty.`, fix: 'Write the secret into it.' }
      : { secret: secret(value), warnings: modeWarnings(file, facts.mode) }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return missing
      ? { problem: `The file ${file} does not exist.`, fix: 'Write the secret into it, with mode 600.' }
      : { problem: `The file ${file} cannot be read.`, fix: `Let this user read ${file}.` }
  }
}

/** Windows has no such bits and reports 666 for every file. */
function modeWarnings(file: string, mode: number): readonly string[] {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return []
  const octal = (mode & 0o777).toString(8)
  return [`The secret file ${file} has mode ${octal}, so others may read it: chmod 600 ${file}.`]
}
