import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Resident } from '../../src/git/resident.ts'
import { temporary } from '../cli/rolecall.ts'

it('a process that stays is over when it has ended, whoever holds its output open', async () => {
  const directory = temporary()
  const program = join(directory, 'git')
  // What it started lives on with the same output: nothing that waits for the end of that may keep a run waiting.
  writeFileSync(
    program,
    '#!/bin/sh\nsleep 300 &\necho $! > sleeper\nwhile read question; do echo "$question!"; done\n',
  )
  chmodSync(program, 0o755)
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}` }
  const resident = new Resident(['cat-file'], { directory, env, silence: 20_000 })
  try {
    const answer = await resident.ask('who\n', (end) => end.endsWith('\n'))
    expect(Buffer.from(answer).toString()).toBe('who!\n')
    await resident.close()
  } finally {
    process.kill(Number(readFileSync(join(directory, 'sleeper'), 'utf8')))
  }
})
