/** The version has one home, package.json; it is read and not copied, so that it cannot disagree. */
import { readFileSync } from 'node:fs'

/** `0.1.0`. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

/** `rolecall 0.1.0`: how plans, runs and reports name the tool. */
export function toolName(): string {
  return `rolecall ${version()}`
}
