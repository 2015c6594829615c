/** What holds when the disk fails below the ledger, or below a system that is a file. */
import process from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'
import { applied, edit, rolecall, type Outcome } from '../cli/rolecall.ts'
import { failing, missing, tidy, tried } from './disk.ts'
import { Disk, type Fault, type Round } from './order.ts'

const isDeep = process.env['ROLECALL_DEEP'] === '1'
const plans = isDeep ? 5 : 1
const reason = missing()
afterAll(tidy)

/** What holds after every run over a disk that fails, and after the next one. */
function expectSafe({ name, ...round }: Round): void {
  expect([name, round.sentAfter, round.unreported, round.closing]).toEqual([name, 0, [], ''])
  expect([name, round.owners > 0, round.audit]).toEqual([name, true, []])
  expect([name, round.again]).toEqual([name, { exit: 0, isGoal: true, left: [] }])
}

function lost({ how }: Round): boolean {
  return how === 'ledger' || how === 'unopened'
}

const inWords: Readonly<Record<string, RegExp>> = {
  'the disk is full':
    /^The ledger \S+ cannot be (written: the disk is full|read or written: the disk reports an error)\.$/,
  'a write fails': /^The ledger \S+ cannot be read or written: the disk reports an error\.$/,
  'a sync fails': /^The ledger \S+ cannot be read or written: the disk reports an error\.$/,
  'the file system is read-only':
    /^The ledger \S+ cannot be (opened|written: it is read-only|read or written: the disk reports an error)\.$/,
}

describe.skipIf(reason !== undefined)(
  `F6, G6: a disk that fails${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    it.each<[Fault, number]>([
      ['the disk is full', 7],
      ['a write fails', 7],
      ['a sync fails', 1],
      ['the file system is read-only', 7],
    ])(
      'below the ledger: where %s nothing more is sent, it is said in words, and the next run converges',
      async (fault, step) => {
        const rounds = await tried({ fault, file: 'ledger.db', plans, step: isDeep ? 1 : step })
        for (const round of rounds) {
          expectSafe(round)
          if (lost(round)) {
            expect(round.message).toMatch(inWords[fault]!)
            const sent = round.steps.some((line) => !line.endsWith(' skipped'))
            expect([round.name, round.exit]).toEqual([round.name, sent ? 5 : 4])
            // a disk that has failed once lets go of the lock; one that stays full cannot
            if (fault === 'a write fails' || fault === 'a sync fails')
              expect([round.name, round.isFree]).toEqual([round.name, true])
          } else expect([round.name, round.how, round.exit]).toEqual([round.name, 'finished', 0])
        }
        // the last one is not touched; of those that are, only what comes after the run is over does no harm
        expect(rounds.at(-1)?.struck).toBe(false)
        expect(rounds.filter((round) => round.struck && !lost(round)).length).toBeLessThanOrEqual(plans * 9)
        expect(rounds.filter(({ exit }) => exit === 5).length).toBeGreaterThan(plans * 2)
        expect(rounds.filter(({ exit }) => exit === 4).length).toBeGreaterThan(plans * 2)
      },
      isDeep ? 1_200_000 : 120_000,
    )

    it(
      'below the ledger: a write that is cut short is taken up where it ended, and the run goes on',
      async () => {
        const rounds = await tried({
          ...{ fault: 'a write is cut short', file: 'ledger.db', plans },
          step: isDeep ? 1 : 15,
        })
        for (const round of rounds) {
          expectSafe(round)
          expect([round.name, round.how, round.exit]).toEqual([round.name, 'finished', 0])
        }
      },
      isDeep ? 1_200_000 : 120_000,
    )

    it.each<[Fault, number]>([
      ['the disk is full', 9],
      ['a write fails', 9],
      ['a sync fails', 1],
      ['the file system is read-only', 9],
    ])(
      'below a system: where %s no step is called done that is not, and the next run converges',
      async (fault, step) => {
        const rounds = await tried({ fault, file: 'people.db', plans, step: isDeep ? 1 : step })
        for (const round of rounds) {
          expectSafe(round)
          const isWhole = round.steps.every((line) => line.endsWith(' done'))
          // a fault that hits already while the file is read leaves nothing sent
          const sent = round.steps.some((line) => !line.endsWith(' skipped'))
          const code = isWhole ? 0 : sent ? 5 : 4
          expect([round.name, round.how, round.exit]).toEqual([round.name, 'finished', code])
        }
        expect(rounds.at(-1)?.struck).toBe(false)
        expect(rounds.filter(({ exit }) => exit === 5).length).toBeGreaterThan(plans)
      },
      isDeep ? 1_200_000 : 120_000,
    )

    it('is told by the program in one sentence, with the code that says whether something was sent', () => {
      const over = (fault: Fault, at: number): Outcome => {
        const root = applied()
        edit(root, 'access/groups.yaml', /description: Everyone[^\n]*/, 'description: All who build')
        const { order, env } = failing()
        const disk = new Disk(order)
        disk.breaks(fault, at, 'ledger.db')
        const outcome = rolecall(root, ['-q', 'apply', '--auto-approve'], env)
        disk.mends()
        disk.close()
        const again = rolecall(root, ['-q', 'apply', '--auto-approve'])
        expect([again.code, again.stderr]).toEqual([0, ''])
        expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(0)
        expect(rolecall(root, ['log', 'verify']).code).toBe(0)
        return {
          ...outcome,
          stderr: outcome.stderr.replaceAll(root, '.'),
          stdout: outcome.stdout.replaceAll(root, '.'),
        }
      }
      const lost = 'The ledger ./.rolecall/ledger.db cannot be read or written: the disk reports an error.'
      const skipped = 'skipped   change group engineering: the ledger was lost before it'
      const next =
        'A second run reads back what was in flight and sends what is left, once the ledger can be reached.'
      // the first sync is that of the first lock, the sixth that of what came of the first step
      expect(over('a sync fails', 1)).toEqual({
        code: 4,
        stderr: '',
        stdout: `office\n  ${skipped}\n\nworkshop\n  ${skipped}\n\nStopped, since the ledger was lost (${lost}): 2 skipped.\n${next}\n`,
      })
      expect(over('a sync fails', 6)).toEqual({
        code: 5,
        stderr: '',
        stdout: `office\n  done      change group engineering\n\nworkshop\n  ${skipped}\n\nStopped, since the ledger was lost (${lost}): 1 done, 1 skipped.\n${next}\n`,
      })
    }, 60_000)
  },
)
