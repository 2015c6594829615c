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

/** A chain that is followed record by record. */
interface Chain {
  /** How many records have been followed. */
  readonly count: number
  /** Hash of the last one: whoever keeps it elsewhere notices later that the end was cut off or all was replaced. */
  readonly head: string
  /** One phrase that says why the record does not fit; undefined when it does. */
  follow(record: AuditRecord): string | undefined
}

export function newChain(): Chain {
  let count = 0
  let head = noRecord
  return {
    get count() {
      return count
    },
    get head() {
      return head
    },
    follow: (record) => {
      const { sequence, previous, hash } = record
      const due = count + 1
      if (sequence > due) return `record ${due} is missing before it`
      if (sequence < due) return `it stands where record ${due} is due`
      if (hash !== hashOf(record)) return 'its content is not what its hash was made of'
      if (previous !== head) return 'the record before it is not the one it was written after'
      count = due
      head = hash
      return undefined
    },
  }
}

/** The number of the first record that does not fit the chain; undefined when all do. */
export async function firstBroken(
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
): Promise<number | undefined> {
  const chain = newChain()
  for await (const record of records) if (chain.follow(record) !== undefined) return chain.count + 1
  return undefined
}

function hashOf({ sequence, at, event, detail, previous }: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256')
    .update(canonicalize({ sequence, at, event, detail, previous }) ?? '')
    .digest('hex')
}
