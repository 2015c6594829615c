import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Observation, Target, WriteResult } from '../../src/connector/contract.ts'
import type { Part, Write } from '../../src/model/change.ts'
import type { Kind, Resource, ResourceRef } from '../../src/model/resource.ts'
import { directory } from '../../src/systems/directory/index.ts'

export const cause = { file: 'access/all.yaml', line: 1, document: 'User/ana' }

/** A real directory in a folder of its own, with the few calls that a test needs. */
export interface TestDirectory {
  readonly root: string
  readonly file: string
  readonly target: Target
  observe(): Promise<Observation>
  read(kind: Kind, key: string): Promise<Resource | undefined>
  write(...writes: readonly Write[]): Promise<readonly WriteResult[]>
  /** Runs SQL as a person with the sqlite3 program would: foreign keys are off there by default. */
  byHand(sql: string, pragmas?: string): void
}

export function testDirectory(): TestDirectory {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-directory-'))
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true })
  })
  return directoryAt(root)
}

export function directoryAt(root: string): TestDirectory {
  const now = (): Date => new Date('2026-11-22T12:00:00Z')
  const target = { system: 'people', settings: { file: '.rolecall/people.db' }, credentials: {}, root, now }
  const file = join(root, '.rolecall/people.db')
  return {
    root,
    file,
    target,
    async observe() {
      const reader = await directory.openReader(target)
      const observation = await reader.observe()
      await reader.close()
      return observation
    },
    async read(kind, key) {
      const reader = await directory.openReader(target)
      const resource = await reader.read(ref(kind, key))
      await reader.close()
      return resource
    },
    async write(...writes) {
      const writer = await directory.openWriter(target)
      const results = await writer.write(writes)
      await writer.close()
      return results
    },
    byHand(sql, pragmas = '') {
      const database = new Database(file)
      database.exec(`PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = OFF; ${pragmas}; ${sql}`)
      database.close()
    },
  }
}

export function ref(kind: Kind, key: string): ResourceRef {
  return { system: 'people', kind, key }
}

type Values = Partial<Part>

export function resource(kind: Kind, key: string, { fields = {}, links = {} }: Values = {}): Resource {
  return { ref: ref(kind, key), fields, links }
}

export function create(kind: Kind, key: string, values: Values = {}): Write {
  const own = kind === 'account' ? { username: key, type: 'person', status: 'active' } : {}
  const after = resource(kind, key, { ...values, fields: { ...own, ...values.fields } })
  const named = { ...after, ref: ref(kind, fold(kind, key)) }
  return { action: 'create', ref: named.ref, after: named, cause }
}

export function update(kind: Kind, key: string, before: Values, after: Values, id?: string): Write {
  return {
    action: 'update',
    ref: ref(kind, key),
    ...(id === undefined ? {} : { id }),
    before: { fields: {}, links: {}, ...before },
    after: { fields: {}, links: {}, ...after },
    patch: [],
    cause,
  }
}

export function rename(kind: Kind, from: string, to: string, before: Values = {}, after: Values = {}): Write {
  return { ...update(kind, to, before, after), action: 'rename', from } as Write
}

export function remove(before: Resource): Write {
  return { action: 'delete', ref: before.ref, before, cause }
}

function fold(kind: Kind, key: string): string {
  return kind === 'account' ? key.toLowerCase() : key
}

export const done = { outcome: 'done' }
