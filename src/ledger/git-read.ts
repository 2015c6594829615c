/** What is asked of a git ledger, whether it is open for writing or for asking only. */
import type { Ask } from './git-files.ts'
import {
  auditLog,
  inventoryFiles,
  journalLog,
  reservedFile,
  runsLog,
  seenFile,
  shapes,
  spentFile,
} from './git-layout.ts'
import { pieces } from './git-log.ts'
import type {
  AuditRecord,
  InventoryEntry,
  JournalRecord,
  LastSeen,
  LedgerReader,
  Reservation,
  RunRecord,
} from './ledger.ts'

export function openRead(ask: Ask): Omit<LedgerReader, 'created' | 'createdAt' | 'close'> {
  return {
    inventory: (system) =>
      ask(async (draft) => {
        const files = inventoryFiles(system)
        await draft.load(files)
        const entries: InventoryEntry[] = []
        for (const file of files)
          for (const entry of await draft.lines<InventoryEntry>(file, shapes.entry)) entries.push(entry)
        return entries
      }, system),

    lastSeen: (system) => ask((draft) => draft.value<LastSeen>(seenFile(system), shapes.seen), system),

    runs: (limit, only = {}) =>
      ask(async (draft) => {
        const runs = await whole<RunRecord>(pieces((work) => work(draft), runsLog, shapes.run))
        return runs
          .filter(
            ({ state, intent }) => (only.state ?? state) === state && (only.intent ?? intent) === intent,
          )
          .reverse()
          .slice(0, limit)
      }),

    readJournal: (run) =>
      ask((draft) => whole<JournalRecord>(pieces((work) => work(draft), journalLog(run), shapes.journal))),

    reservations: (system) =>
      ask((draft) => draft.lines<Reservation>(reservedFile(system), shapes.reservation), system),

    spent: (acceptance) =>
      ask(async (draft) => {
        const amounts = (await draft.value<Record<string, number>>(spentFile(acceptance), shapes.spent)) ?? {}
        return Object.values(amounts).reduce((sum, amount) => sum + amount, 0)
      }),

    auditRecords: () => each<AuditRecord>(pieces(ask, auditLog, shapes.audit)),
  }
}

async function whole<T>(pieces: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const piece of pieces) for (const one of piece) all.push(one)
  return all
}

async function* each<T>(pieces: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const piece of pieces) yield* piece
}
