import { beforeEach } from 'vitest'
// What is loaded only when it is needed is loaded before any test: what runs once at load is then known to do so.
import '../../src/ledger/git.ts'
import '../../src/ledger/postgres.ts'
import '../../src/ledger/sqlite.ts'

/** Tests of time and of other processes: they say nothing that a condition could get wrong. */
const slow = [
  /does not slow down/,
  /takes 100,000 entries/,
  /is the same to the byte in/,
  /process is killed/,
  /no step more often the more there are/,
]

beforeEach(({ task, skip }) => {
  if (slow.some((name) => name.test(task.name))) skip()
})
