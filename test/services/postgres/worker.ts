/**
 * A process of its own that works on a ledger in PostgreSQL, for the tests that kill it, pause it or race it against
 * another. Says on stdout what it did, a line each.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { openPostgres, type PostgresPlace } from '../../../src/ledger/postgres.ts'

const [part, place, name = ''] = process.argv.slice(2) as ['append' | 'pause' | 'race', string, string?]
const say = (text: string): void => void writeSync(1, `${text}\n`)
let stops = false
const ledger = await openPostgres(JSON.parse(place) as PostgresPlace, {
  now: () => {
    // asked for in the middle of a transaction: after the locks were proved, before anything is written
    if (stops) {
      stops = false
      say('stops')
      process.kill(process.pid, 'SIGSTOP')
    }
    return new Date()
  },
  isGone: () => false,
})
const lock = () => ledger.lock('vpn', { run: name, actor: 'ana', host: 'h', pid: process.pid })

/** Writes to a journal for ever, and says after each record that it was acknowledged. To be killed. */
async function append(): Promise<void> {
  for (let n = 1; ; n += 1) {
    await ledger.write([{ do: 'journal', run: name, records: [{ n }] }])
    say(String(n))
  }
}

/** Takes the lock, and stops itself in the middle of a write until somebody wakes it up. */
async function pause(): Promise<void> {
  await lock()
  stops = true
  await ledger.write([{ do: 'journal', run: name, records: [{ by: name }] }]).then(
    () => {
      say('written')
    },
    (error: unknown) => {
      say((error as Error).name)
    },
  )
}

/** In each of 50 rounds, with another one: whoever gets the lock begins the round's run, which can be begun once. */
async function race(): Promise<void> {
  for (let round = 0; round < 50;) {
    const held = await lock()
    if ('heldBy' in held) continue
    const digest = `round ${round}`
    const begun = await ledger.begin(
      {
        run: `${name} ${round}`,
        actor: name,
        intent: 'i',
        digest,
        state: 'running',
        startedAt: '',
        tool: '',
      },
      [
        { do: 'journal', run: 'all', records: [{ round }] },
        { do: 'spend', acceptance: 'a', amount: 1, run: name },
        { do: 'audit', event: 'begun', detail: { round, name } },
      ],
    )
    await held.release()
    say(`${digest} ${begun ? 'begun' : 'was begun'}`)
    round += 1
  }
}

const parts = { append, pause, race }
await parts[part]()
await ledger.close()
