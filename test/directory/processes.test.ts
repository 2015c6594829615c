import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { expect, it } from 'vitest'
import { directory } from '../../src/systems/directory/index.ts'
import { bundled } from '../bundled.ts'
import { create, done } from './resources.ts'
import { testDirectory } from './world.ts'

const script = await bundled(new URL('./killed.ts', import.meta.url))

it('a process that is killed in the middle leaves whole transactions, and those it heard of', async () => {
  const people = testDirectory()
  const child = start(people.root)
  let acknowledged = 0
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    acknowledged = Number(text.trim().split('\n').at(-1))
    if (acknowledged > 150) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const { graph } = await people.observe()
  const names = new Set([...graph.all('group')].map((group) => group.ref.key))
  const pairs = names.size / 2
  expect(pairs).toBeGreaterThanOrEqual(acknowledged)
  for (let n = 1; n <= pairs; n += 1) expect(names.has(`parent-${n}`) && names.has(`child-${n}`)).toBe(true)
  expect(await people.write(create('group', 'afterwards'))).toMatchObject([done])
})

it('two processes that write at once both get through, one after the other', async () => {
  const people = testDirectory()
  const children = [start(people.root), start(people.root)]
  // Both make the file at once; then each fails on names that the other took first, and loses nothing else.
  await Promise.all(children.map(async ({ stdout }) => stdout && (await once(stdout.resume(), 'data'))))
  const mine = await Promise.all(
    Array.from({ length: 20 }, (_, n) => people.write(create('account', `mine-${n}`))),
  )
  expect(mine.flat()).toMatchObject(Array.from({ length: 20 }, () => done))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map((child) => once(child, 'close')))
  expect((await people.observe()).proofs.account).toMatchObject({ complete: true, count: 20 })
})

it('a reader does not wait for a writer, and sees what was committed', async () => {
  const people = testDirectory()
  await people.write(create('account', 'ana'))
  const other = new Database(people.file)
  other.exec("BEGIN IMMEDIATE; INSERT INTO accounts (user_name) VALUES ('bo')")
  expect((await people.observe()).proofs.account).toMatchObject({ count: 1 })
  other.exec('COMMIT')
  expect((await people.observe()).proofs.account).toMatchObject({ count: 2 })
  other.close()
})

// the two that wait for seconds wait at the same time
it.concurrent(
  'a writer waits for a lock, and says so when it is not let go of',
  { timeout: 20_000 },
  async () => {
    const people = testDirectory()
    await people.write(create('account', 'ana'))
    const writer = await directory.openWriter(people.target)
    await writer.write([create('account', 'bo')])
    const other = new Database(people.file)
    other.exec('BEGIN IMMEDIATE')
    expect(await writer.write([create('account', 'chen')])).toEqual([
      { outcome: 'failed', message: `"${people.file}" is locked by another program.` },
    ])
    other.exec('ROLLBACK')
    other.close()
    expect(await writer.write([create('account', 'chen')])).toMatchObject([done])
    await writer.close()
  },
)

it.concurrent(
  'a file that a reader cannot get at is unreachable, after a wait',
  { timeout: 20_000 },
  async () => {
    const people = testDirectory()
    mkdirSync(dirname(people.file))
    const other = new Database(people.file)
    other.exec('CREATE TABLE anything (x); BEGIN EXCLUSIVE')
    await expect(people.observe()).rejects.toMatchObject({
      name: 'ConnectorFault',
      code: 'unreachable',
      message: `"${people.file}" is locked by another program.`,
    })
    other.exec('ROLLBACK')
    other.close()
  },
)

function start(root: string): ChildProcess {
  return spawn(process.execPath, [script, root], { stdio: ['ignore', 'pipe', 'inherit'] })
}
