/**
 * Everything a command takes from its surroundings comes through here: the clock, the environment, the
 * terminal. Commands get it as an argument, so a test can set the clock without a switch in the product.
 */
import { existsSync, statSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as timer } from 'node:timers/promises'
import { exit, Fault } from './exit.ts'

export interface Border {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => Date
  /** Resolves after so many milliseconds, or as soon as `stop` is aborted. */
  readonly sleep: (milliseconds: number, stop?: AbortSignal) => Promise<void>
  /** Writes to stdout: the result, and nothing else. */
  readonly out: (text: string) => void
  /** Writes to stderr: progress, questions, diagnostics. */
  readonly err: (text: string) => void
  /** Whether a person sees stdout or stderr, and whether one can answer. */
  readonly sees: { readonly out: boolean; readonly err: boolean }
  readonly answers: boolean
  /** Colours for stdout and stderr: only when they are terminals, or forced. */
  readonly colour: { readonly out: boolean; readonly err: boolean }
  /** Columns of the terminal; 100 where there is none. */
  readonly width: number
}

/** The border of a real process. `noColour` is the flag, which beats the environment. */
export function processBorder(noColour = false): Border {
  const { env, stdin, stdout, stderr } = process
  const automated = isAutomated(env)
  const colour = (stream: { isTTY?: boolean }): boolean =>
    !noColour && wantsColour(env, stream.isTTY === true)
  return {
    env,
    now: () => new Date(),
    sleep,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    sees: {
      out: hasRoom(stdout) && !automated,
      err: hasRoom(stderr) && !automated && env['TERM'] !== 'dumb',
    },
    answers: stdin.isTTY && stderr.isTTY && !automated,
    colour: { out: colour(stdout), err: colour(stderr) },
    width: hasRoom(stdout) ? Math.max(60, Math.min(stdout.columns, 120)) : 100,
  }
}

async function sleep(milliseconds: number, stop?: AbortSignal): Promise<void> {
  await timer(milliseconds, undefined, { ...(stop && { signal: stop }) }).catch((error: unknown) => {
    if (stop?.aborted !== true) throw error
  })
}

/** A terminal that says how wide it is: some say 0, and a moving line there never ends. */
function hasRoom(stream: { readonly isTTY?: boolean; readonly columns?: number }): boolean {
  return stream.isTTY === true && (stream.columns ?? 0) > 0
}

/** NO_COLOR comes before every other wish of the environment; https://no-color.org: any non-empty value. */
export function wantsColour(env: Border['env'], terminal: boolean): boolean {
  if (env['NO_COLOR']) return false
  if (isSet(env['FORCE_COLOR']) || isSet(env['CLICOLOR_FORCE'])) return true
  return terminal && env['TERM'] !== 'dumb'
}

/** Whether this is a run of CI: nobody watches, and the machine may be gone afterwards. */
export function isAutomated(env: Border['env']): boolean {
  return isSet(env['CI']) || isSet(env['GITHUB_ACTIONS'])
}

/** `CI=false` and `CI=0` are how people switch it off. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

/** Makes `directory` the working directory, or says why it cannot. */
export function changeDirectory(directory: string): void {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new Fault(exit.fault, `There is no directory "${directory}".`, 'Give -C an existing directory.')
  }
  process.chdir(directory)
}
