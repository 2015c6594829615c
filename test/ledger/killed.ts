/** Writes to a journal for ever, and says after each record that it was acknowledged. To be killed. */
import { writeSync } from 'node:fs'
import { openSqlite } from '../../src/ledger/sqlite.ts'

const ledger = openSqlite(process.argv[2] ?? '', { now: () => new Date() })
for (let n = 1; ; n += 1) {
  await ledger.write([{ do: 'journal', run: 'r1', records: [{ n }] }])
  writeSync(1, `${n}\n`)
}
