/** Runs a command as a user would, in a process of its own, and says how long it took and how much memory it had. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Measure
 * @property {number} seconds of wall time, from start to exit
 * @property {number} cpu seconds of processor time: what a busy machine does not distort
 * @property {number} mebibytes of resident memory at its highest
 * @property {number} status the exit code
 */

const here = fileURLToPath(new URL('.', import.meta.url))
export const cli = join(here, '../dist/cli.js')

/**
 * A Node program; its peak is what the kernel tells it at its exit.
 * @param {string[]} args @param {{ cwd?: string, expect?: number[] }} [options] @returns {Measure}
 */
export function measureNode(args, { cwd = here, expect = [0] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))
  const peak = join(folder, 'peak')
  try {
    const started = process.hrtime.bigint()
    const { status, stderr } = spawnSync(process.execPath, ['--import', join(here, 'peak.js'), ...args], {
      cwd,
      env: { ...process.env, ROLECALL_BENCH_PEAK: peak, CI: 'true' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    if (!expect.includes(status ?? -1))
      throw new Error(`exit ${status}: ${args.join(' ')}\n${stderr.slice(-2000)}`)
    return { seconds, ...JSON.parse(readFileSync(peak, 'utf8')), status: status ?? -1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string[]} words @param {{ cwd?: string, expect?: number[] }} [options] */
export function rolecall(words, options) {
  return measureNode([cli, ...words], options)
}

/**
 * Any program; its peak is read off from outside while it runs, so on Linux only.
 * @param {string} program @param {string[]} args @param {{ cwd: string }} options @returns {Promise<Measure>}
 */
export async function measureProgram(program, args, { cwd }) {
  const started = process.hrtime.bigint()
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  let kibibytes = 0
  let cpu = 0
  const look = setInterval(() => {
    kibibytes = Math.max(kibibytes, peakOf(child.pid))
    cpu = Math.max(cpu, cpuOf(child.pid))
  }, 20)
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
  clearInterval(look)
  if (status !== 0) throw new Error(`exit ${status}: ${program} ${args.join(' ')}`)
  return {
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
    cpu,
    mebibytes: kibibytes / 1024,
    status,
  }
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** User and system time so far, from the kernel's ticks of 10 ms. */
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/**
 * The median of several runs, time and memory each for itself. `before` puts things in place and is not measured.
 * @param {number} runs @param {() => Measure | Promise<Measure>} run @param {() => unknown} [before] @returns {Promise<Measure>}
 */
export async function median(runs, run, before = () => undefined) {
  const all = []
  for (let count = 0; count < runs; count++) {
    before()
    all.push(await run())
  }
  return {
    seconds: middle(all.map((one) => one.seconds)),
    cpu: middle(all.map((one) => one.cpu)),
    mebibytes: middle(all.map((one) => one.mebibytes)),
    status: all[0].status,
  }
}

/** @param {number[]} values */
export function middle(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2
}
