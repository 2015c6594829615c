/** A direct read of just what some writes touch, and not of the whole system. */
import type { Reader } from '../connector/contract.ts'
import type { Write } from '../model/change.ts'
import { refKey, type Resource } from '../model/resource.ts'
import type { Lookup } from './landed.ts'

/** Reads the resource of each write, and of a rename the old name too. Rejects when one of them cannot be read. */
export async function readDirectly(reader: Pick<Reader, 'read'>, writes: readonly Write[]): Promise<Lookup> {
  const live = new Map<string, Resource | undefined>()
  for (const write of writes) {
    live.set(refKey(write.ref), await reader.read(write.ref))
    if (write.action !== 'rename') continue
    const old = { ...write.ref, key: write.from }
    live.set(refKey(old), await reader.read(old))
  }
  return (kind, key) => live.get(refKey({ kind, key }))
}
