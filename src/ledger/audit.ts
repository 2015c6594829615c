/** The chain that makes the audit log tell when a record was changed, moved or taken out. */
import { createHash } from 'node:crypto'
import canonicalizeModule from 'canonicalize'
import type { AuditRecord } from './ledger.ts'

/** The module is the function itself; its types say so only to bundlers. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined

/** What the first record names as the one before it. */
const noRecord = '0'.repeat(64)

/** The record that follows `last`. Its hash covers it and, through `previous`, everything before it. */
export function sealAfter(
  last: Pick<AuditRecord, 'sequence' | 'hash'> | undefined,
  at: string,
  { event, detail }: Pick<AuditRecord, 'event' | 'detail'>,
): AuditRecord {
  const record = { sequence: (last?.sequence ?? 0) + 1, at, event, detail, previous: last?.hash ?? noRecord }
  return { ...record, hash: hashOf(record) }
}

/** The number of the first record that does not fit the chain; undefined when all do. */
export async function firstBroken(
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
): Promise<number | undefined> {
  let previous = noRecord
  let sequence = 1
  for await (const record of records) {
    const fits = record.sequence === sequence && record.previous === previous
    if (!fits || record.hash !== hashOf(record)) return sequence
    previous = record.hash
    sequence += 1
  }
  return undefined
}

function hashOf({ sequence, at, event, detail, previous }: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256')
    .update(canonicalize({ sequence, at, event, detail, previous }) ?? '')
    .digest('hex')
}
