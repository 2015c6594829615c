/** What a person sees when something goes wrong: one sentence and a way forward, or our own bug with its stack. */
import { CommanderError } from 'commander'
import { ConnectorFault } from '../connector/fault.ts'
import { LedgerUnreachable } from '../ledger/ledger.ts'
import { version } from '../version.ts'
import { diagnosticsText } from '../render/diagnostics.ts'
import { terminal } from '../render/encode.ts'
import type { Border } from './border.ts'
import { exit, Fault, InvalidManifests, type ExitCode } from './exit.ts'

/** Writes the error to stderr and says with which code to end. */
export function tell(error: unknown, border: Border): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.fault // already written
  const fault = expected(error)
  if (fault === undefined) {
    border.err(bug(error))
    return exit.fault
  }
  if (error instanceof InvalidManifests) border.err(`${diagnosticsText(error.diagnostics)}\n`)
  border.err(showFault(fault))
  return fault.exitCode
}

/** `error: sentence` and, below it, what to do. */
export function showFault(fault: Fault): string {
  const fix = fault.fix === undefined ? '' : `  ${terminal(fault.fix)}\n`
  return `error: ${terminal(fault.message)}\n${fix}`
}

/** The fault of the outside world that an error stands for; undefined when it is a bug of ours. */
export function expected(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error
  if (error instanceof ConnectorFault) return new Fault(exit.unknown, error.message, error.fix)
  if (error instanceof LedgerUnreachable) {
    return new Fault(
      exit.unknown,
      error.message,
      'Without the ledger nothing is written; make it reachable and run again.',
    )
  }
  return systemFault(error)
}

const systemFaults: Readonly<Record<string, string>> = {
  EACCES: 'may not be opened by this user',
  EPERM: 'may not be changed by this user',
  ENOSPC: 'could not be written: the disk is full',
  EROFS: 'could not be written: the file system is read-only',
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  ENOTDIR: 'lies below something that is not a directory',
}

/** File errors of the operating system that a person can mend. */
function systemFault(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined
  const text = systemFaults[String(error.code)]
  return text === undefined ? undefined : new Fault(exit.fault, `"${String(error.path)}" ${text}.`)
}

function bug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    'This is a bug in rolecall, not in your manifests.',
    '',
    stack,
    '',
    `Please report it with the stack above, the command, and: rolecall ${version()}, node ${process.version}, ${process.platform}.`,
    'Check the stack for names you do not want to publish.',
    '',
  ].join('\n')
}
