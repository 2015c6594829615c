/**
 * Which file of a git ledger holds what. A person reads it with `git show REF:lock/vpn.json`; a write of one step touches
 * files of a few kilobytes, however large the systems are and however old the ledger is. Names come from manifests and
 * systems, so none becomes a path as it is.
 */
import { createHash } from 'node:crypto'
import { kinds, type Kind } from '../model/resource.ts'
import type { RunState } from './ledger.ts'
import { anything, count, each, exactly, flag, object, oneOf, text, time, type Shape } from './shape.ts'

export const format = 'rolecall/ledger/v1'

/** For who looks at the ref and wonders. */
export const readme = `The ledger of rolecall: what it applied, its locks, runs, journal and audit log. Written by \`rolecall apply\`; not to
be edited, since every run relies on it. If it is lost, a new one is built from git and the live systems.
`

export const formatFile = 'format.json'
export const readmeFile = 'README.md'
export const lockFile = (system: string): string => `lock/${encoded(system)}.json`
export const seenFile = (system: string): string => `seen/${encoded(system)}.json`
export const reservedFile = (system: string): string => `reserved/${encoded(system)}.jsonl`
export const spentFile = (acceptance: string): string => `spent/${encoded(acceptance)}.json`
export const inventoryFile = (system: string, kind: Kind, key: string): string =>
  shard(system, digest(`${kind}\n${key}`).slice(0, 2))

/** Every file in which entries of the system can be. */
export function inventoryFiles(system: string): string[] {
  return [...Array(256).keys()].map((number) => shard(system, number.toString(16).padStart(2, '0')))
}

/** Logs grow at their end; `log.ts` says how. */
export const runsLog = 'runs'
export const auditLog = 'audit'
export const journalLog = (run: string): string => `journal/${digest(run).slice(0, 2)}/${encoded(run)}`

const states: readonly RunState[] = ['running', 'done', 'partial', 'stopped', 'interrupted']
const kind = oneOf(kinds)
const census = each(kind, exactly({ count, digest: text }))

/** What is in each sort of file, or in each of its lines. */
export const shapes = {
  format: exactly({ format: text, made: time }),
  lock: exactly({
    generation: count,
    held: flag,
    holder: exactly({ run: text, actor: text, host: text, pid: count, since: time, heartbeat: time }),
  }),
  seen: exactly({ system: text, at: time, census }, { commit: text, doubted: exactly({ at: time, census }) }),
  reservation: exactly({ system: text, account: text, run: text, step: text, host: text, pid: count }),
  spent: each(text, count),
  entry: exactly({ system: text, kind, key: text, handle: text, wish: text, run: text }, { id: text }),
  run: exactly(
    { run: text, actor: text, intent: text, digest: text, state: oneOf(states), startedAt: text, tool: text },
    { commit: text, finishedAt: text },
  ),
  journal: exactly({ run: text, sequence: count, at: text, record: object }),
  audit: exactly({
    sequence: count,
    at: text,
    event: text,
    detail: anything,
    previous: text,
    hash: text,
  }),
  end: exactly({ count }),
} as const satisfies Record<string, Shape>

function shard(system: string, number: string): string {
  return `inventory/${encoded(system)}/${number}.jsonl`
}

/** A name as one part of a path: what is not a plain letter, digit, `-`, `_` or inner `.` becomes %XX. */
function encoded(name: string): string {
  const safe = [...Buffer.from(name)]
    .map((byte, index) => {
      const letter = String.fromCharCode(byte)
      return (index === 0 ? /[\w-]/ : /[\w.-]/).test(letter)
        ? letter
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
  if (safe === '') return '%'
  // `%-` stands in no encoded name, so no other name can be written like a shortened one.
  return safe.length > 120 ? `${safe.slice(0, 60)}%-${digest(name)}` : safe
}

function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
