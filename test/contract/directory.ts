/** The embedded directory in the contract suite: a file, read in one transaction. */
import Database from 'libsql'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ContractSystem, There } from './system.ts'

const file = '.rolecall/people.db'

export const directory: ContractSystem = {
  name: 'directory',
  lacks: {
    calls: 'the directory is a file: there is no call over a network to fail',
    pages: 'the directory is read whole in one transaction: there are no pages',
    tokens: 'the directory has no sign-in',
  },
  open: ({ root }) => {
    const at = join(root, file)
    const query = (text: string): readonly string[] => {
      if (!existsSync(at)) return []
      const database = new Database(at)
      try {
        return (database.prepare(text).all() as { name: string }[]).map(({ name }) => name)
      } finally {
        database.close()
      }
    }
    const insert = (table: string, column: string, names: readonly string[]): void => {
      const database = new Database(at)
      try {
        const statement = database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`)
        // SQLite's own functions end a text at NUL
        for (const name of names) statement.run([name.replaceAll('\0', '')])
      } finally {
        database.close()
      }
    }
    return Promise.resolve({
      spec: {
        connector: 'directory',
        settings: { file },
        defaults: { account: { role: 'Member' } },
        exclusive: ['groups', 'policies'],
        owners: { expected: ['ana', 'bo'], minimum: 2 },
      },
      env: {},
      base: ['ana', 'bo'].map((name) => ({
        kind: 'User',
        name,
        spec: { email: `${name}@acme.example`, accounts: { live: { role: 'Owner' } } },
      })),
      account: {},
      group: {},
      resources: [{ application: 'wiki' }],
      there: () => ({
        accounts: query(
          "SELECT user_name AS name FROM accounts WHERE user_name NOT IN ('ana', 'bo') ORDER BY 1",
        ),
        groups: query('SELECT name FROM groups ORDER BY 1'),
        policies: query('SELECT name FROM policies ORDER BY 1'),
      }),
      byHand: ({ accounts = [], groups = [], policies = [] }: Partial<There>) => {
        insert('accounts', 'user_name', accounts)
        insert('groups', 'name', groups)
        insert('policies', 'name', policies)
      },
      close: () => Promise.resolve(),
    })
  },
}
