import type { SystemConfig } from '../model/workspace.ts'

/** The few turns of phrase that all guards share, so that their sentences read alike. */

/** `1 account`, `2 accounts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}

/** `ana, bo and 3 more`: enough names to know what it is about; the finding's `refs` hold them all. */
export function named(names: readonly string[], most = 5): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** `ana, bo or chen`. */
export function oneOf(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`
}

/**
 * Where a rule of a system is set, `rolecall.yaml:24`, or `built in` where nobody wrote it. A path stands for
 * all that is below it: what is missing at `limits.removals.percent` may have been written at `limits`.
 */
export function placeOf(config: SystemConfig, path: string): string {
  const names = path.split('.')
  for (let length = names.length; length > 0; length--) {
    const cause = config.places[names.slice(0, length).join('.')]
    if (cause) return `${cause.file}:${cause.line}`
  }
  return 'built in'
}
