/** Each defence, switched off by handing in something else in its place; and a world in which that shows. */
import type { Event } from '../../src/apply/run.ts'
import { guards } from '../../src/guard/check.ts'
import type { LockState } from '../../src/ledger/lock.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import type { PlainLedger } from './plain-ledger.ts'
import { scenario } from './scenarios.ts'
import { allDefences, type Defences, type Scenario } from './world.ts'

export interface Off {
  readonly name: string
  /** What is left out, in a sentence. */
  readonly without: string
  readonly defences: Defences
  /** The same with the defence in its place: then nothing is broken in this world. */
  readonly restored: Defences
  readonly scenario: Scenario
}

const twoOwners = { ana: 'Owner', bo: 'Owner', chen: 'Member' }
/** Two merged changes that each take one of two owners. */
const each = scenario({
  title: 'two changes, each of which takes one of two owners',
  live: { vpn: twoOwners, stack: twoOwners },
  wishes: [
    { vpn: twoOwners, stack: { ...twoOwners, ana: 'Member' } },
    { vpn: twoOwners, stack: { ...twoOwners, bo: 'Member' } },
  ],
  attempts: [1, 1],
})
const eachInVpn = scenario({
  title: 'two changes, each of which takes one of two owners of a system without lag',
  live: { vpn: twoOwners, stack: twoOwners },
  wishes: [
    { vpn: { ...twoOwners, ana: 'Member' }, stack: twoOwners },
    { vpn: { ...twoOwners, bo: 'Member' }, stack: twoOwners },
  ],
  attempts: [1, 1],
})
const handover = scenario({
  title: 'the only owner hands over to another',
  live: { vpn: { ana: 'Owner', bo: 'Member' }, stack: { ana: 'Owner', bo: 'Member' } },
  wishes: [{ vpn: { ana: 'Owner', bo: 'Member' }, stack: { ana: 'Member', bo: 'Owner' } }],
  attempts: [1],
})
const asleep = scenario({
  title: 'the other owner is suspended',
  live: { vpn: { ana: 'Owner', bo: 'Owner' }, stack: { ana: 'Owner', bo: 'Owner suspended' } },
  wishes: [{ vpn: { ana: 'Owner', bo: 'Owner' }, stack: { ana: 'Member', bo: 'Owner suspended' } }],
  attempts: [1],
  faults: 0,
})
const anchored = scenario({
  title: 'a change takes an anchor',
  live: { vpn: twoOwners, stack: twoOwners },
  wishes: [{ vpn: twoOwners, stack: { ...twoOwners, ana: 'Member' } }],
  anchors: ['ana'],
  attempts: [1],
  faults: 0,
})
const leaving = scenario({
  title: 'chen is no longer declared',
  live: { vpn: twoOwners, stack: twoOwners },
  wishes: [{ vpn: twoOwners, stack: { ana: 'Owner', bo: 'Owner' } }],
  attempts: [1],
  faults: 2,
})

/** Rules that take whoever has the role for an owner, suspended or not. */
const lyingRules: Defences['rules'] = {
  ...rules,
  ownership: (account, graph) => ({ owner: rules.ownership(account, graph).owner, unusable: [] }),
}

/** A run that does not notice that it slept: what fencing is there for when a run cannot trust its clock. */
const standing: Defences = { ...allDefences, clock: 'stands still' }

export const switchedOff: readonly Off[] = [
  {
    name: 'ordering',
    without: 'steps are sent in the reverse of their order, and none says what it needs',
    defences: {
      ...allDefences,
      order: (steps) => steps.toReversed().map((step) => ({ ...step, needs: [] })),
    },
    restored: allDefences,
    scenario: { ...handover, faults: 0, oneRun: true },
  },
  {
    name: 'confirmation',
    without: 'the barrier before an owner is lowered takes it that somebody else is one',
    defences: {
      ...allDefences,
      tell: believing(() => ({ byRules: ['somebody'], byFloor: ['somebody'], reserved: [] })),
    },
    restored: allDefences,
    scenario: handover,
  },
  {
    name: 'reservation',
    without: 'the ledger keeps no reservation of an owner who is about to be lowered',
    defences: { ...allDefences, ledger: withoutReservations },
    restored: allDefences,
    scenario: each,
  },
  {
    name: 'checker',
    without: 'the rules take a suspended owner for one, and the independent checker agrees with the rules',
    defences: {
      ...allDefences,
      rules: lyingRules,
      tell: believing(({ byRules }) => ({
        byFloor: byRules,
        differing: { onlyByRules: [], onlyByFloor: [] },
      })),
    },
    restored: { ...allDefences, rules: lyingRules },
    scenario: asleep,
  },
  {
    name: 'anchors',
    without: 'no guard looks at anchors',
    defences: { ...allDefences, guards: guards.filter(({ code }) => code !== 'anchor-touched') },
    restored: allDefences,
    scenario: anchored,
  },
  {
    name: 'lock',
    without: 'every run gets the lock and finds that it holds it',
    defences: { ...allDefences, lock: (_system, _real, taken) => asTaken(_system, taken) },
    restored: allDefences,
    scenario: { ...eachInVpn, faults: 0 },
  },
  {
    name: 'fencing',
    without:
      'a run whose lock was taken over still finds that it holds it, and does not notice that it slept',
    defences: { ...standing, lock: (system, real, taken) => asTaken(system, taken) ?? real },
    restored: allDefences,
    scenario: eachInVpn,
  },
  {
    name: 'waking',
    without: 'a run that was put to sleep before it sent something sends it when it wakes',
    defences: { ...allDefences, clock: 'stands still' },
    restored: allDefences,
    scenario: eachInVpn,
  },
  {
    name: 'waiting for a lag',
    without: 'the connector says that its system never lags, and it does',
    defences: { ...allDefences, lag: 'none' },
    restored: allDefences,
    scenario: each,
  },
  {
    name: 'proof of read',
    without: 'a read that lost a page says that it is whole',
    defences: { ...allDefences, cutReads: 'that it is whole' },
    restored: allDefences,
    scenario: leaving,
  },
]

type Confirmed = Extract<Event, { type: 'confirmed' }>

function believing(what: (event: Confirmed) => Partial<Confirmed>): Defences['tell'] {
  return (event) => (event.type === 'confirmed' ? { ...event, ...what(event) } : event)
}

function withoutReservations(ledger: PlainLedger): PlainLedger {
  return {
    ...ledger,
    write: (changes) => ledger.write(changes.filter((change) => change.do !== 'reserve')),
  }
}

/** The lock as if nobody else had ever taken it. */
function asTaken(system: string, taken: Readonly<Record<string, number>>): LockState | undefined {
  const generation = taken[system]
  if (generation === undefined) return undefined
  const at = '2026-05-04T10:00:00.000Z'
  const holder = { run: '', actor: '', host: '', pid: 1, since: at, heartbeat: at }
  return { generation, held: true, holder }
}
