/** A disk that fails for one process: compiled where there is a compiler, and why not where it cannot be had. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { bundled } from '../bundled.ts'
import { healthy, type Round, type Rounds } from './order.ts'

const script = await bundled(new URL('./rounds.ts', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'rolecall-disk-'))
const library = join(base, 'failing.so')

export function tidy(): void {
  rmSync(base, { recursive: true, force: true })
}

/** Why no disk can be made to fail here; undefined where it can. */
export function missing(): string | undefined {
  if (process.platform !== 'linux') return 'a disk is made to fail with LD_PRELOAD, which is of Linux'
  const source = new URL('./failing.c', import.meta.url).pathname
  const { error, status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], {
    encoding: 'utf8',
  })
  if (error !== undefined) return 'there is no C compiler'
  return status === 0 ? undefined : `the failing disk does not compile: ${stderr}`
}

let orders = 0

/** The environment of a process whose disk can be told to fail, and the file that tells it. */
export function failing(): { readonly order: string; readonly env: Readonly<Record<string, string>> } {
  const order = join(base, `order-${(orders += 1)}`)
  writeFileSync(order, healthy())
  return { order, env: { LD_PRELOAD: library, ROLECALL_DISK: order } }
}

/** All rounds of one fault, in a process of its own. */
export async function tried(rounds: Omit<Rounds, 'base'>): Promise<readonly Round[]> {
  const here = mkdtempSync(join(base, 'rounds-'))
  const child = spawn(process.execPath, [script, JSON.stringify({ ...rounds, base: here })], {
    env: { ...process.env, ...failing().env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Buffer[] = []
  child.stdout.on('data', (text: Buffer) => lines.push(text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`The process with the failing disk ended with ${code}.`)
  rmSync(here, { recursive: true, force: true })
  const told = Buffer.concat(lines).toString().trim().split('\n')
  return told.map((line) => JSON.parse(line) as Round)
}
