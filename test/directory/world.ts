import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Observation, Reader, Target, WriteResult } from '../../src/connector/contract.ts'
import type { Write } from '../../src/model/change.ts'
import type { Kind, Resource } from '../../src/model/resource.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { ref } from './resources.ts'

/** A real directory in a folder of its own, with the few calls that a test needs. */
export interface TestDirectory {
  readonly root: string
  readonly file: string
  readonly target: Target
  readonly observe: () => Promise<Observation>
  readonly read: (kind: Kind, key: string) => Promise<Resource | undefined>
  readonly write: (...writes: readonly Write[]) => Promise<readonly WriteResult[]>
  /** Runs SQL as a person with the sqlite3 program would: foreign keys are off there by default. */
  readonly byHand: (sql: string, pragmas?: string) => void
  /** The resource, which must be there. */
  readonly live: (kind: Kind, key: string) => Promise<Resource>
}

export function testDirectory(): TestDirectory {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-directory-'))
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true })
  })
  return directoryAt(root)
}

function directoryAt(root: string): TestDirectory {
  const now = (): Date => new Date('2026-11-22T12:00:00Z')
  const target = { system: 'people', settings: { file: '.rolecall/people.db' }, credentials: {}, root, now }
  const file = join(root, '.rolecall/people.db')
  const asReader = async <T>(ask: (reader: Reader) => Promise<T>): Promise<T> => {
    const reader = await directory.openReader(target)
    const answer = await ask(reader)
    await reader.close()
    return answer
  }
  const read = (kind: Kind, key: string): Promise<Resource | undefined> =>
    asReader((reader) => reader.read(ref(kind, key)))
  return {
    root,
    file,
    target,
    observe: () => asReader((reader) => reader.observe()),
    read,
    live: async (kind, key) => {
      const resource = await read(kind, key)
      if (resource === undefined) throw new Error(`${kind} ${key} is not in the directory`)
      return resource
    },
    write: async (...writes) => {
      const writer = await directory.openWriter(target)
      const results = await writer.write(writes)
      await writer.close()
      return results
    },
    byHand: (sql, pragmas = '') => {
      const database = new Database(file)
      database.exec(`PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = OFF; ${pragmas}; ${sql}`)
      database.close()
    },
  }
}
