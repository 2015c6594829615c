/** What happened on the way to a state, as a table that a person can read and that can be played again. */
import type { Part, Write } from '../../src/model/change.ts'
import { refKey } from '../../src/model/resource.ts'
import { brokenIn, ownersOf } from './oracle.ts'
import { Cells } from './values.ts'
import {
  cellsOf,
  constants,
  startOf,
  transitionsOf,
  type Defences,
  type Message,
  type Scenario,
  type Shown,
  type Slot,
} from './world.ts'

interface Told {
  /** One line for each event: `r1 goes on: sends …`, and who owns each system then. */
  readonly lines: readonly string[]
  /** The promise that is broken at the end; undefined when none is, or when the way ends before. */
  readonly broken?: string
  /** How many of the events can happen. */
  readonly went: number
}

/** Goes the way again, event by event, with the defences that are given. */
export async function tellStory(
  scenario: Scenario,
  defences: Defences,
  way: readonly string[],
): Promise<Told> {
  const cells = new Cells(cellsOf(scenario), constants)
  const transitions = transitionsOf(scenario, defences)
  let state = cells.state(startOf(scenario))
  const lines: string[] = []
  for (const [went, event] of way.entries()) {
    const transition = transitions.get(event)
    if (transition === undefined) throw new Error(`Nothing is called "${event}".`)
    const words = wordsOf(event, (name) => cells.value(state, name))
    const leaf = await cells.carryOut(event, transition, state)
    if (leaf.writes === undefined) return { lines, went }
    state = after(state, leaf.writes)
    const shown = scenario.systems.map((words) => ({
      ...words,
      shown: cells.value(state, words.name) as Shown,
    }))
    const owners = shown.map(({ name, shown }) => `${name}: ${ownersOf(shown.now).join(', ') || 'nobody'}`)
    lines.push(`${(words === '' ? event : `${event}: ${words}`).padEnd(86)} | ${owners.join(' | ')}`)
    const broken =
      leaf.flaw ?? shown.flatMap(({ live, shown, anchors }) => brokenIn(live, shown.now, anchors) ?? [])[0]
    if (broken !== undefined) return { lines, broken, went: went + 1 }
  }
  return { lines, went: way.length }
}

function after(state: readonly number[], writes: readonly number[]): readonly number[] {
  const next = [...state]
  for (let place = 0; place < writes.length; place += 2) next[writes[place] ?? 0] = writes[place + 1] ?? 0
  return next
}

/** The events of a table, to be played again. */
export function wayOf(table: string): readonly string[] {
  return table
    .split('\n')
    .filter((line) => line.includes(' | '))
    .map((line) => (line.split(' | ')[0] ?? '').split(':')[0]?.trim() ?? '')
}

function wordsOf(event: string, value: (name: string) => unknown): string {
  const who = /^r(\d+) (.*)$/.exec(event)
  if (who === null) {
    const [, system = '', place = '0'] = /^(\S+) (?:lands|drops) (\d)/.exec(event) ?? []
    const message = (value(`wire ${system}`) as readonly Message[] | undefined)?.[Number(place)]
    return message === undefined ? '' : `${message.writes.map(writeWords).join(', ')}, sent by ${message.run}`
  }
  const slot = value(`slot ${Number(who[1]) - 1}`) as Slot
  if (slot.phase === 'idle') return ''
  if (slot.phase === 'planning') return `${slot.name} reads system ${slot.observations.length + 1} to plan`
  if (who[2] === 'crashes' || who[2] === 'wakes') return ''
  return `${slot.name} ${callWords(slot)}`
}

function callWords({ call, posted }: Extract<Slot, { phase: 'applying' }>): string {
  switch (call.on) {
    case 'ledger':
      return `writes or asks the ledger (${call.what})`
    case 'observe':
      return `reads ${call.system}`
    case 'owners':
      return `reads the owners of ${call.system} directly`
    case 'read':
      return `reads ${refKey(call.ref)} of ${call.system} directly`
    case 'sleep':
      return `has waited ${call.seconds} s`
    case 'write':
      return posted
        ? `hears from ${call.system}`
        : `sends to ${call.system}: ${call.writes.map(writeWords).join(', ')}`
  }
}

function writeWords(write: Write): string {
  const name = `${write.action} ${refKey(write.ref)}`
  if (write.action === 'create' || write.action === 'delete') return name
  const said = ({ fields, links }: Part): string =>
    [...Object.values(links).flat(), ...Object.values(fields).map((value) => JSON.stringify(value))].join(' ')
  const [was, is] = [said(write.before), said(write.after)]
  return `${name} (${was === '' ? 'nothing' : was} → ${is === '' ? 'nothing' : is})`
}
