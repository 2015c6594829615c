import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { switchedOff, type Off } from './defences.ts'
import { explore } from './explore.ts'
import { tellStory, wayOf } from './story.ts'

/** States of each world with all its defences that are visited, nearest first. */
const most = process.env['ROLECALL_DEEP'] === '1' ? 300_000 : 2000
const fileOf = ({ name }: Off): string =>
  join(import.meta.dirname, 'counterexamples', `${name.replaceAll(' ', '-')}.txt`)

describe.each(switchedOff)('without $name', (off) => {
  it('a promise is broken, and this is the shortest way there', async () => {
    const { broken } = await explore(off.scenario, off.defences)
    expect(broken).toBeDefined()
    const { lines, broken: again } = await tellStory(off.scenario, off.defences, broken?.way ?? [])
    expect(again).toBe(broken?.what)
    const table = [
      `Without: ${off.without}.`,
      `World: ${off.scenario.title}.`,
      '',
      ...lines,
      '',
      `Broken: ${broken?.what ?? 'nothing'}.`,
      '',
    ]
    await expect(table.join('\n')).toMatchFileSnapshot(fileOf(off))
  }, 300_000)

  it('the way that is kept can be gone again, and ends there', async () => {
    const table = readFileSync(fileOf(off), 'utf8')
    const { broken, went } = await tellStory(off.scenario, off.defences, wayOf(table))
    expect(table).toContain(`Broken: ${broken ?? 'nothing'}.`)
    expect(went).toBe(wayOf(table).length)
  })

  it('with it, the same way leads to nothing broken', async () => {
    const way = wayOf(readFileSync(fileOf(off), 'utf8'))
    expect((await tellStory(off.scenario, off.restored, way)).broken).toBeUndefined()
  })

  it(`with it, no way leads to anything broken, as far as the nearest ${most.toLocaleString('en')} states go`, async () => {
    expect((await explore(off.scenario, off.restored, most)).broken).toBeUndefined()
  }, 1_800_000)
})
