/** A workspace on disk and the program inside this process, at any moment: time comes in through the border. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { processBorder, type Border } from '../../src/commands/border.ts'
import { run } from '../../src/commands/program.ts'
import type { World } from '../world.ts'

export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The files of a world, in a folder of their own. */
export function onDisk(world: World, root = mkdtempSync(join(tmpdir(), 'rolecall-travel-'))): string {
  for (const { file, text } of world.manifests()) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** Runs a command line as of a moment; a day is its noon, in UTC. */
export function at(moment: string, root: string, ...args: string[]): Promise<Told> {
  const now = new Date(moment.length === 10 ? `${moment}T12:00:00Z` : moment)
  return within({ now: () => now }, root, ...args)
}

/** Runs a command line with another border than the tests have otherwise. */
export async function within(own: Partial<Border>, root: string, ...args: string[]): Promise<Told> {
  const said = { out: '', err: '' }
  const write = (stream: 'out' | 'err') => (text: string) => void (said[stream] += text)
  const border: Border = {
    ...processBorder(true),
    env: {},
    ...{ out: write('out'), err: write('err') },
    ...{ sees: { out: false, err: false }, answers: false },
    ...own,
  }
  const here = process.cwd()
  process.exitCode = undefined
  try {
    const code = await run(['-C', root, ...args], border)
    return { code, stdout: said.out, stderr: said.err }
  } finally {
    process.chdir(here)
    process.exitCode = undefined
  }
}
