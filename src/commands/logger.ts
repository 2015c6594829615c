/** Logs go to stderr, through pino: plain lines for a person, JSON for a collector, and only warnings unless asked. */
import { pino, type Logger } from 'pino'
import { terminal } from '../render/encode.ts'

export type Log = Logger

interface LogOptions {
  readonly format: 'text' | 'json'
  readonly level: 'silent' | 'warn' | 'debug'
  /** Writes to stderr, at once: a line that is still in a buffer when the process ends is lost. */
  readonly write: (text: string) => void
}

/** Credentials never come near a log; these paths are for what a connector may one day put beside them. */
const redact = ['*.password', '*.secret', '*.token', '*.authorization', 'headers.authorization']

export function openLog({ format, level, write }: LogOptions): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact }
  const stream =
    format === 'json'
      ? { write }
      : {
          write: (line: string): void => {
            write(plainLine(line))
          },
        }
  return pino(options, stream)
}

/** `2026-11-22T15:00:00.000Z info read system=office calls=1`. */
function plainLine(json: string): string {
  const { time, level, msg, ...rest } = JSON.parse(json) as Record<string, unknown>
  const label = pino.levels.labels[Number(level)] ?? 'info'
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${show(value)}`)
  return `${[show(time), label.padEnd(5), show(msg), ...fields].map(terminal).join(' ')}\n`
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
