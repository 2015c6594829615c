/** What the exit code says, in one place: scripts, cron jobs and pipelines rely on it. */
import type { Diagnostic } from '../model/diagnostic.ts'

/** Each code with its meaning. */
export const exit = {
  /** Nothing to do, or done. */
  done: 0,
  /** A fault of ours, wrong usage, or invalid manifests. */
  fault: 1,
  /** Differences: `drift`, and `plan --detailed-exitcode`. */
  differences: 2,
  /** Refused by a guard, or frozen. */
  refused: 3,
  /** Could not establish what must be known: a read, authentication, a lock, the ledger. */
  unknown: 4,
  /** Partly applied, stopped, or uncertain. */
  partial: 5,
  /** The plan is stale, expired, used, altered, or another one. */
  stale: 6,
  interrupted: 130,
} as const

export type ExitCode = (typeof exit)[keyof typeof exit]

/** When several hold at once, the first of this list is told. */
const precedence: readonly ExitCode[] = [1, 130, 5, 6, 4, 3, 2, 0]

/** The one code for several: the gravest by the published order. None at all is 0. */
export function worst(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes)
  return precedence.find((code) => all.has(code)) ?? exit.done
}

/**
 * An expected fault: something outside of rolecall is not as it must be, and a person can do something about it.
 * It is shown as one sentence and one way forward, without a stack.
 */
export class Fault extends Error {
  override name = 'Fault'
  readonly exitCode: ExitCode
  readonly fix: string | undefined

  /** `message`: one sentence that ends in a full stop; `fix`: what to do now, likewise. */
  constructor(exitCode: ExitCode, message: string, fix?: string) {
    super(message)
    this.exitCode = exitCode
    this.fix = fix
  }
}

/** The manifests have errors: nothing was read or compared. All diagnostics of the run are shown. */
export class InvalidManifests extends Fault {
  override name = 'InvalidManifests'
  readonly diagnostics: readonly Diagnostic[]

  /** `seenLive`: only the live systems showed it, so that nothing but a plan can show it again. */
  constructor(diagnostics: readonly Diagnostic[], seenLive = false) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length
    const count = errors === 1 ? 'an error' : `${errors} errors`
    super(
      exit.fault,
      seenLive
        ? `The manifests have ${count} that the live systems show, so nothing is planned.`
        : `The manifests have ${count}, so nothing was read or compared.`,
      seenLive
        ? 'Mend what is named above, and plan again.'
        : 'Mend what is named above; rolecall validate checks again without opening a connection.',
    )
    this.diagnostics = diagnostics
  }
}
