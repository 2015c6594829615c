/** Creates pairs of a group and its child for ever, two in a transaction, and says when one is done. To be killed. */
import { setTimeout as pause } from 'node:timers/promises'
import { directory } from '../../src/systems/directory/index.ts'
import { create } from './resources.ts'

const root = process.argv[2] ?? ''
const settings = { file: '.rolecall/people.db' }
const writer = await directory.openWriter({
  system: 'people',
  settings,
  credentials: {},
  root,
  now: () => new Date(),
})
for (let n = 1; ; n += 1) {
  const parent = create('group', `parent-${n}`)
  await writer.write([parent, create('group', `child-${n}`, { links: { parent: [`group:parent-${n}`] } })])
  process.stdout.write(`${n}\n`) // to a pipe, this waits until it is written
  // SQLite gives a lock to whoever asks at the right moment: writers that never rest would starve the others.
  await pause(2)
}
