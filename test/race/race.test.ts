import { describe, expect, it } from 'vitest'
import { fileLedger, gitLedger, race, rounds, type Contested, type Raced } from './race.ts'
import { oneGetsThrough } from './suite.ts'

/** Each with its own test here; a ledger that needs a server has it where the server is. */
const ledgers: readonly Contested[] = [fileLedger, gitLedger]

/** Each has its own ledger: what one locks and reserves, the other never sees. */
const apart: Contested = {
  name: 'apart',
  prepare: (root) => ({
    config: { type: 'file', path: 'ledger.db' },
    workspaces: [`${root}/one`, `${root}/other`],
    apart: true,
  }),
}

const leavesNobody = ({ owners }: Raced): boolean => owners.length === 0

describe('F22, S25: two processes that each take one of two owners away at the same moment', () => {
  for (const ledger of ledgers) oneGetsThrough(ledger)

  it('it is the ledger that stops them: with one each, nobody is left', async () => {
    const raced = await race(apart, 200, { until: leavesNobody })
    expect(raced.rounds.some(leavesNobody)).toBe(true)
  }, 120_000)

  it(
    'F23: reservations hold where the lock is taken from a process that lives',
    async () => {
      const raced = await race(fileLedger, rounds / 2, { defence: 'lock stolen' })
      expect(raced.rounds.filter(leavesNobody)).toEqual([])
      expect(raced.rounds.filter(({ owners }) => owners.length === 1).length).toBeGreaterThan(rounds / 4)
      // what a process reserved that lost its lock on the way stands until it is gone, and not longer
      expect(raced.after).toEqual([])
    },
    30_000 + rounds * 2000,
  )

  it('without the lock, and with reservations that nobody looks at, nobody is left', async () => {
    const raced = await race(fileLedger, 1000, {
      defence: 'lock stolen, reservations unseen',
      until: leavesNobody,
    })
    expect(raced.rounds.some(leavesNobody)).toBe(true)
  }, 240_000)
})
