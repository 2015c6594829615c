/** What every command that looks at systems begins with: where it runs, its log, and who watches. */
import type { Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import { Fault, exit } from './exit.ts'
import type { Log } from './logger.ts'
import type { ReconcileOptions } from './reconcile.ts'

/** Options that every command has. */
export interface GlobalOptions {
  readonly chdir?: string
  readonly logFormat: 'text' | 'json'
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color: boolean
}

export interface Session {
  readonly cwd: string
  readonly log: Log
  readonly quiet: boolean
}

export async function openSession(command: Command, border: Border): Promise<Session> {
  const { logFormat, quiet = false, verbose = false } = command.optsWithGlobals<GlobalOptions>()
  const { openLog } = await import('./logger.ts')
  const level = verbose ? 'debug' : quiet ? 'silent' : 'warn'
  return { cwd: process.cwd(), log: openLog({ format: logFormat, level, write: border.err }), quiet }
}

/** Options that narrow what is looked at. */
export interface NarrowOptions {
  readonly system?: readonly string[]
  readonly protectedRef?: string
}

/** The part of the reconcile options that plan, apply and drift share. */
export function reading(
  border: Border,
  session: Session,
  { system = [], protectedRef }: NarrowOptions,
): Omit<ReconcileOptions, 'compare'> {
  return {
    cwd: session.cwd,
    env: border.env,
    now: border.now,
    sleep: border.sleep,
    log: session.log,
    systems: system,
    ...(protectedRef === undefined ? {} : { protectedRef }),
  }
}

/** For an option that may stand several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

/** `50m`, `90s`, `2h` as milliseconds. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? []
  const factors: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }
  const factor = unit === undefined ? undefined : factors[unit]
  if (factor === undefined || Number(number) === 0) {
    throw new Fault(exit.fault, `"${text}" is not a length of time.`, 'Write it as 90s, 50m or 2h.')
  }
  return Number(number) * factor
}
