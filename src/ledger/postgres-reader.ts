/** What can be asked of a PostgreSQL ledger, each answer from one moment. */
import type {
  AuditRecord,
  InventoryEntry,
  JournalRecord,
  LastSeen,
  LedgerReader,
  Reservation,
  RunRecord,
} from './ledger.ts'
import type { Connection } from './postgres-connection.ts'

export function reader(
  { read }: Pick<Connection, 'read'>,
  made: Pick<LedgerReader, 'created' | 'createdAt'>,
): Omit<LedgerReader, 'close'> {
  const rows = <T>(sql: string, ...values: readonly unknown[]): Promise<T[]> =>
    read((ask) => ask<T>(sql, ...values))

  return {
    ...made,

    lastSeen: async (system) => {
      const [row] = await rows<{ seen: LastSeen }>('select seen from seen where system = $1', system)
      return row?.seen
    },

    inventory: async (system) =>
      (await rows<InventoryEntry>('select * from inventory where system = $1', system)).map(present),

    runs: async (limit, only = {}) => {
      const found = await rows<RunRecord>(
        `select run, actor, commit, intent, digest, state, started_at as "startedAt",
             finished_at as "finishedAt", tool from run
           where ($1::text is null or state = $1) and ($2::text is null or intent = $2)
           order by sequence desc limit $3`,
        ...[only.state ?? null, only.intent ?? null, limit],
      )
      return found.map(present)
    },

    readJournal: (run) => rows<JournalRecord>('select * from journal where run = $1 order by sequence', run),

    reservations: (system) => rows<Reservation>('select * from reservation where system = $1', system),

    spent: async (acceptance) => {
      const [row] = await rows<{ amount: number }>(
        'select coalesce(sum(amount), 0)::integer as amount from spending where acceptance = $1',
        acceptance,
      )
      return row?.amount ?? 0
    },

    auditRecords: async function* () {
      for (let after = 0; ;) {
        const records = await rows<AuditRecord>(
          'select * from audit where sequence > $1 order by sequence limit 1000',
          after,
        )
        yield* records
        const last = records.at(-1)
        if (last === undefined) return
        after = last.sequence
      }
    },
  }
}

/** Absent is a missing key, not null. */
function present<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T
}
