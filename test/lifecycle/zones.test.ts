/** A day is a day in UTC: midnight, leap days and changes of clocks mean the same wherever the program runs. */
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { world, type World } from '../world.ts'
import { at, onDisk } from './travel.ts'

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

/** East and west of the date line, half hours, and zones whose clocks change around the days below. */
const zones = [
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Asia/Kolkata',
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
]

const until = (day: string): World =>
  world()
    .settings({ grace: 1 })
    .user('ana', { accounts: { dir: { role: 'Owner' } } })
    .user('bo', { accounts: { dir: {} }, until: day })

/** The last moment of the last day and the first after it, and the same around the end of the grace. */
const moments: readonly [day: string, name: string, instants: readonly (readonly [string, string])[]][] = [
  [
    '2028-02-29',
    'a leap day',
    [
      ['2028-02-29T23:59:59.999Z', ''],
      ['2028-03-01T00:00:00.000Z', 'suspended'],
      ['2028-03-01T23:59:59.999Z', 'suspended'],
      ['2028-03-02T00:00:00.000Z', 'removed'],
    ],
  ],
  [
    '2027-02-28',
    'the last of February without one',
    [
      ['2027-02-28T23:59:59.999Z', ''],
      ['2027-03-01T00:00:00.000Z', 'suspended'],
      ['2027-03-02T00:00:00.000Z', 'removed'],
    ],
  ],
  [
    '2027-03-27',
    'the night before clocks in Europe go forward',
    [
      ['2027-03-27T23:59:59.999Z', ''],
      ['2027-03-28T00:00:00.000Z', 'suspended'],
      ['2027-03-28T23:59:59.999Z', 'suspended'],
      ['2027-03-29T00:00:00.000Z', 'removed'],
    ],
  ],
  [
    '2026-10-31',
    'the night before clocks in America go back',
    [
      ['2026-10-31T23:59:59.999Z', ''],
      ['2026-11-01T00:00:00.000Z', 'suspended'],
      ['2026-11-01T23:59:59.999Z', 'suspended'],
      ['2026-11-02T00:00:00.000Z', 'removed'],
    ],
  ],
]

describe.each(zones)('in %s', (name) => {
  it.each(moments)('until %s, %s, means what it means in UTC', async (day, _name, instants) => {
    process.env['TZ'] = name
    expect(new Date('2027-03-01T00:00:00Z').getTimezoneOffset()).not.toBe(0)
    const root = onDisk(until(day))
    const before = `${day}T00:00:00Z`
    expect(await at(before, root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
    const forecast = await at(before, root, 'access', 'forecast', '-o', 'csv')
    const days = instants
      .filter(([instant]) => instant.includes('T00:'))
      .map(([instant]) => instant.slice(0, 10))
    expect(
      forecast.stdout
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.slice(0, 10)),
    ).toEqual(days)
    for (const [instant, becomes] of instants) {
      const { stdout } = await at(instant, root, 'plan')
      const words = { suspended: 'active → suspended', removed: '- account  bo' }[becomes]
      if (words === undefined) expect(stdout).toContain('Nothing to do')
      else expect(stdout).toContain(words)
    }
  })
})
