import { describe, expect, it, vi } from 'vitest'
import { endingOf } from '../../src/commands/ending.ts'
import { renderReport } from '../../src/render/report.ts'
import {
  callsOf,
  endOf,
  isUntouched,
  playAlone,
  playCrashes,
  playFreeze,
  playHand,
  playRace,
  refusalsOf,
  stepsOf,
  type Interleaving,
} from './play.ts'
import { ownersOf } from './judge.ts'
import type { Scenario } from './scenario.ts'
import type { Ended } from './stage.ts'
import { scenarios } from './table.ts'

/**
 * The named scenarios of lockouts, each as a verdict, as an apply that crashes at every point, and against a second run.
 * Who judges whether somebody can still run the system is an oracle of this folder that knows the true state.
 * `ROLECALL_DEEP=1` tries all interleavings of the two runs instead of some.
 */
const isDeep = process.env['ROLECALL_DEEP'] === '1'
vi.setConfig({ testTimeout: isDeep ? 1_200_000 : 120_000 })

describe.each(scenarios)('$id: $title', (scenario) => {
  const isRefused = scenario.verdict.length > 0
  /** What the guards refuse is played without them as well: then apply itself must not lower the last owner. */
  const guards = isRefused ? 'off' : 'on'

  it('is judged, and becomes of each step what the table says', async () => {
    const { ended, stage } = await playAlone(scenario, 'on')
    expect(refusalsOf(ended)).toEqual(scenario.verdict)
    expect(isUntouched(scenario, stage)).toBe(true)
    const carriedOut = isRefused ? (await playAlone(scenario, 'off')).ended : ended
    expect(carriedOut.how === 'carried out' && stepsOf(carriedOut.report)).toEqual(scenario.steps)
  })

  it('leaves an owner wherever it crashes, and the next runs come to the end of the table', async () => {
    const { worlds } = await playCrashes(scenario, 'on')
    expect(worlds > 1).toBe(!isRefused)
    if (isRefused) expect((await playCrashes(scenario, 'off')).worlds).toBeGreaterThan(1)
  })

  it('leaves an owner whenever a second run comes in', async () => {
    const calls = (await callsOf(scenario, guards)).length
    for (const interleaving of interleavingsOf(calls)) await playRace(scenario, guards, interleaving)
  })
})

/** All places at which the second run may come in and the first go on; unless asked for all, these many of them. */
function interleavingsOf(calls: number): readonly Interleaving[] {
  const places = Array.from({ length: calls + 1 }, (_, place) => place)
  const all = places.flatMap((first) =>
    places.flatMap((second) => [false, true].map((asleep) => ({ first, second, asleep }))),
  )
  // a step that has no divisor in common with their number goes through them without a repeat
  const some = 12
  return isDeep
    ? all
    : Array.from({ length: some }, (_, index) => all[(index * 7919) % all.length] ?? all[0]!)
}

describe('what a person reads', () => {
  it('S1: the hand-over waits, for whom and why; a second run finds just that', async () => {
    const { ended, stage } = await playAlone(named('S1'), 'on')
    expect(reportOf(ended)).toBe(
      `vpn  read again: everything is as planned
  waiting   create account bo: for bo, an invitation was sent
  waiting   change account ana: for bo, no other owner can be counted on yet: bo is invited ("pending")

Applied: 2 waiting.
A second run finds what still waits for a person, and nothing else.
`,
    )
    const again = await stage.run({
      ...{ name: 'r2', gate: () => Promise.resolve(), guards: 'on', isDead: (run) => run === 'r1' },
    })
    expect(endOf(again)).toBe('waits for a person')
    expect(reportOf(again)).toBe(
      `vpn
  waiting   change account ana: for bo, no other owner can be counted on yet: bo is invited ("pending")

Applied: 1 waiting.
A second run finds what still waits for a person, and nothing else.
`,
    )
  })

  it('S2: whenever bo accepts, the hand-over is done then or in the next run', async () => {
    const scenario = named('S2')
    const calls = await callsOf(scenario, 'on')
    const created = calls.findIndex((call) => call === 'vpn: send account:bo')
    for (let after = created + 2; after <= calls.length; after += 1) {
      const { stage } = await playHand(scenario, after)
      expect(ownersNow(scenario, stage.world)).toEqual(['bo'])
    }
  })

  it('S3: nobody is lowered when the promotion fails, and it is said why', async () => {
    const { ended } = await playAlone(named('S3'), 'on')
    expect(reportOf(ended)).toBe(
      `vpn  read again: everything is as planned
  failed    change account bo: 403: not allowed to change bo
  skipped   change account ana: an earlier step in this system was not done, and then no owner is lowered

Applied: 1 failed, 1 skipped.
A second run sends what failed or was skipped, and nothing else.
`,
    )
  })

  it('S26: the second run is told who is at work, or that it was taken over', async () => {
    const scenario = named('S26')
    const calls = await callsOf(scenario, 'on')
    const first = calls.findIndex((call) => call === 'vpn: owners') + 1
    const second = Infinity
    const meets = await playRace(scenario, 'on', { first, second, asleep: false })
    expect(meets.ends.map(reportOf)).toEqual([
      `vpn  read again: everything is as planned
  done      change account bo

Applied: 1 done.
A second run finds nothing to do.
`,
      'Another run holds the lock of vpn: r1 by ana on runner since 2026-05-04T10:00:01.000Z.',
    ])
    const takesOver = await playRace(scenario, 'on', { first, second, asleep: true })
    expect(takesOver.ends.map(reportOf)).toEqual([
      `vpn
  skipped   change account bo: the ledger was lost before it

Stopped, since the ledger was lost (The lock of system "vpn" is not held by this run.): 1 skipped.
A second run reads back what was in flight and sends what is left, once the ledger can be reached.
`,
      `Run r1 had been killed; what it had in flight was read back

vpn  read again: everything is as planned
  done      change account ana

Applied: 1 done.
A second run finds nothing to do.
`,
    ])
  })

  it('S27: what somebody else did meanwhile is noticed and never made worse', async () => {
    const scenario = named('S27')
    const calls = await callsOf(scenario, 'on')
    const said = new Map<string, string[]>()
    const between: string[] = []
    for (let after = 0; after <= calls.length; after += 1) {
      const { ends, stage, isLockedOut } = await playHand(scenario, after)
      const next = calls[after] ?? 'the end'
      const [first, second] = ends.map(reportOf)
      const both = `${first}\n${second}`
      said.set(both, [...(said.get(both) ?? []), next])
      if (isLockedOut) between.push(next)
      // the next run puts right what somebody else undid
      expect(ownersNow(scenario, stage.world).length).toBeGreaterThan(0)
    }
    // the one gap that no client of a foreign system can close: between the last look and the request
    expect(between).toEqual(['ledger: reserve, journal', 'vpn: send account:bo'])
    expect([...said.keys()]).toEqual(noticed)
  })

  it('S35: a run that is stopped by a freeze ends after the step in flight, and is finished later', async () => {
    const scenario = named('S35')
    const calls = await callsOf(scenario, 'on')
    for (let after = 0; after <= calls.length; after += 1) {
      const { ended, stage } = await playFreeze(scenario, after)
      expect(ownersNow(scenario, stage.world)).toEqual(['bo'])
      const isOver = ended.how === 'carried out' && ended.report.ending.how === 'finished'
      expect(isOver).toBe(after === calls.length)
    }
  })
})

/** The reports of both runs, by when the hand comes: before the first reads, before it holds its lock, and so on to the end. */
const both = `vpn  read again: everything is as planned
  done      change account ana
  done      change account bo

Applied: 2 done.
A second run finds nothing to do.
`
const notLowered = (why: string): string => `vpn
  skipped   change account bo: ${why}

Applied: 1 skipped.
A second run sends what failed or was skipped, and nothing else.
`
const noticed = [
  `${both}\nnothing to do`,
  `This plan is stale, since something moved after it was made: vpn account:ana: it is no owner; when the plan was made it was a usable owner.\n${both}`,
  `${notLowered('no other usable owner was found')}\n${both}`,
  `${notLowered('the two looks at who owns the system do not agree, so nothing more is sent here: only the rules see ana')}\n${both}`,
  `vpn  read again: everything is as planned
  done      change account bo

Applied: 1 done.
A second run finds nothing to do.

vpn  read again: everything is as planned
  done      change account ana

Applied: 1 done.
A second run finds nothing to do.
`,
]

function named(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id)
  if (found === undefined) throw new Error(`there is no scenario ${id}`)
  return found
}

function ownersNow(
  scenario: Scenario,
  world: { readonly truths: ReadonlyMap<string, unknown> },
): readonly string[] {
  return [...world.truths.values()].flatMap((truth) => ownersOf(truth as never, scenario))
}

/** As the command prints it. */
function reportOf(ended: Ended | undefined): string {
  if (ended?.how !== 'carried out') return ended?.how ?? 'came to no end'
  const { sentence, fault } = endingOf(ended.report)
  if (fault !== undefined) return fault.message
  return renderReport(ended.report, sentence, { colour: false, width: 120 })
}
