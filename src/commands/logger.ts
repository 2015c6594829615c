/**
 * Logs go to stderr, through pino: plain lines for a person, JSON for a collector, and only warnings unless asked. Most
 * runs have nothing to warn of: pino is loaded with the first line that is written.
 */
import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import { terminal } from '../render/encode.ts'

type Line = (fields: Readonly<Record<string, unknown>>, text: string) => void

export interface Log {
  readonly info: Line
  readonly warn: Line
}

interface LogOptions {
  readonly format: 'text' | 'json'
  readonly level: 'silent' | 'warn' | 'debug'
  /** Writes to stderr, at once: a line that is still in a buffer when the process ends is lost. */
  readonly write: (text: string) => void
}

/** Credentials never come near a log; these paths are for what a connector may one day put beside them. */
const redact = ['*.password', '*.secret', '*.token', '*.authorization', 'headers.authorization']

export function openLog(options: LogOptions): Log {
  let logger: Logger | undefined
  const line =
    (label: keyof Log): Line =>
    (fields, text) => {
      logger ??= openPino(options)
      logger[label](fields, text)
    }
  const nothing: Line = () => undefined
  const { level } = options
  return {
    info: level === 'debug' ? line('info') : nothing,
    warn: level === 'silent' ? nothing : line('warn'),
  }
}

function openPino({ format, level, write }: LogOptions): Logger {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact }
  const { labels } = pino.levels
  const stream =
    format === 'json'
      ? { write }
      : {
          write: (line: string): void => {
            write(plainLine(line, labels))
          },
        }
  return pino(options, stream)
}

/** `2026-11-22T15:00:00.000Z info read system=office calls=1`. */
function plainLine(json: string, labels: Readonly<Record<number, string>>): string {
  const { time, level, msg, ...rest } = JSON.parse(json) as Record<string, unknown>
  const label = labels[Number(level)] ?? 'info'
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${show(value)}`)
  return `${[show(time), label.padEnd(5), show(msg), ...fields].map(terminal).join(' ')}\n`
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
