/** What a race must come to, whatever keeps the ledger that the two share. */
import { expect, it } from 'vitest'
import { race, rounds, type Contested } from './race.ts'

export function oneGetsThrough(ledger: Contested, count = rounds): void {
  it(
    `${ledger.name}: one gets through and the other does not, ${count} times of ${count}`,
    async () => {
      const raced = await race(ledger, count)
      for (const round of raced.rounds) {
        expect(round.owners, JSON.stringify(round)).toHaveLength(1)
        const [winner, loser] = [...round.ends].sort((a, b) => a.exit - b.exit)
        expect([winner?.how, winner?.exit], JSON.stringify(round)).toEqual(['finished', 0])
        expect(['stale', 'locked', 'finished'], JSON.stringify(round)).toContain(loser?.how)
        expect(loser?.steps, JSON.stringify(round)).toMatchObject([expect.stringMatching(/ skipped$/)])
        expect(round.before).toEqual([])
      }
      // a race in which nobody met anybody would prove nothing
      expect(raced.rounds.filter(({ overlapped }) => overlapped).length).toBeGreaterThan(count * 0.8)
      expect(raced.after).toEqual([])
    },
    60_000 + count * 15_000,
  )
}
