/** What each change of the ledger means for the files of a git ledger. */
import { sealAfter } from './audit.ts'
import type { Draft } from './git-files.ts'
import {
  auditLog,
  inventoryFile,
  journalLog,
  lockFile,
  reservedFile,
  runsLog,
  seenFile,
  shapes,
  spentFile,
} from './git-layout.ts'
import { amend, append } from './git-log.ts'
import type {
  AuditRecord,
  InventoryEntry,
  JournalRecord,
  LedgerChange,
  Reservation,
  RunRecord,
} from './ledger.ts'
import type { LockState } from './lock.ts'

/** Makes all of the changes, in their order. */
export async function make(draft: Draft, changes: readonly LedgerChange[], at: string): Promise<void> {
  await draft.load(changes.flatMap(filesOf))
  for (const change of changes) await makeOne(draft, change, at)
}

async function makeOne(draft: Draft, change: LedgerChange, at: string): Promise<void> {
  switch (change.do) {
    case 'record':
      return record(draft, change)
    case 'journal':
      return append<JournalRecord>(draft, journalLog(change.run), shapes.journal, (length) =>
        change.records.map((one, index) => ({
          run: change.run,
          sequence: length + index + 1,
          at,
          record: one,
        })),
      )
    case 'reserve':
      return reserve(draft, change.reservations)
    case 'unreserve':
      return unreserve(draft, change.reservations)
    case 'spend': {
      const file = spentFile(change.acceptance)
      const spent = new Map(
        Object.entries((await draft.value<Record<string, number>>(file, shapes.spent)) ?? {}),
      )
      spent.set(change.run, Math.max(0, (spent.get(change.run) ?? 0) + change.amount))
      draft.put(file, Object.fromEntries(spent))
      return
    }
    case 'finish':
      return amend<RunRecord>(
        draft,
        runsLog,
        shapes.run,
        ({ run }) => run === change.run,
        (run) => ({ ...run, state: change.state, finishedAt: at }),
      )
    case 'see':
      draft.put(seenFile(change.seen.system), change.seen)
      return
    case 'audit':
      return append<AuditRecord>(draft, auditLog, shapes.audit, (_, last) => [sealAfter(last, at, change)])
    case 'unlock': {
      const file = lockFile(change.system)
      draft.put(file, { ...(await draft.value<LockState>(file, shapes.lock)), held: false })
      return
    }
  }
}

/** The files that a change reads first, so that those of a whole write are read by one process. */
function filesOf(change: LedgerChange): string[] {
  switch (change.do) {
    case 'record':
      return [...change.put, ...change.forget].map(({ system, kind, key }) =>
        inventoryFile(system, kind, key),
      )
    case 'journal':
      return [`${journalLog(change.run)}/end.json`]
    case 'reserve':
    case 'unreserve':
      return change.reservations.map(({ system }) => reservedFile(system))
    case 'spend':
      return [spentFile(change.acceptance)]
    case 'finish':
      return [`${runsLog}/end.json`]
    case 'audit':
      return [`${auditLog}/end.json`]
    // what is proven before, and so read; or what nothing has to be read for
    case 'unlock':
    case 'see':
      return []
  }
}

async function record(draft: Draft, { put, forget }: Extract<LedgerChange, { do: 'record' }>): Promise<void> {
  const files = new Map<string, Map<string, object>>()
  const entriesOf = async (file: string): Promise<Map<string, object>> => {
    const known = files.get(file)
    if (known !== undefined) return known
    const lines = await draft.lines<InventoryEntry>(file, shapes.entry)
    const entries = new Map<string, object>(lines.map((entry) => [nameOf(entry), entry]))
    files.set(file, entries)
    return entries
  }
  for (const entry of put) {
    const { system, kind, key, id, handle, wish, run } = entry
    const entries = await entriesOf(inventoryFile(system, kind, key))
    entries.set(nameOf(entry), { system, kind, key, id, handle, wish, run })
  }
  for (const entry of forget)
    (await entriesOf(inventoryFile(entry.system, entry.kind, entry.key))).delete(nameOf(entry))
  for (const [file, entries] of files)
    draft.putLines(
      file,
      [...entries.keys()].sort().flatMap((name) => entries.get(name) ?? []),
    )
}

async function reserve(draft: Draft, reservations: readonly Reservation[]): Promise<void> {
  for (const { system, account, run, step, host, pid } of reservations) {
    const file = reservedFile(system)
    const others = (await draft.lines<Reservation>(file, shapes.reservation)).filter(
      (one) => one.account !== account || one.run !== run,
    )
    draft.putLines(file, [...others, { system, account, run, step, host, pid }])
  }
}

async function unreserve(
  draft: Draft,
  reservations: readonly Pick<Reservation, 'system' | 'account' | 'run'>[],
): Promise<void> {
  for (const { system, account, run } of reservations) {
    const file = reservedFile(system)
    const lines = await draft.lines<Reservation>(file, shapes.reservation)
    const left = lines.filter((one) => one.account !== account || one.run !== run)
    if (left.length < lines.length) draft.putLines(file, left)
  }
}

function nameOf({ kind, key }: Pick<InventoryEntry, 'kind' | 'key'>): string {
  return `${kind}\n${key}`
}
