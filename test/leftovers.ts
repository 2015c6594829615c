/**
 * Temporary folders of runs of the tests, which take them away at their end. One that was killed has no end: what it left in
 * memory is taken away by the next, once its process is gone for certain.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** In a folder, says whose it is. */
const owner = 'owner.json'

interface Owner {
  readonly pid: number
  /** In which machine or container the number means something: a folder in memory may be shared by several. */
  readonly where: string
}

/** Says in the folder that it is of this process. */
export function claim(folder: string): void {
  const mine: Owner = { pid: process.pid, where: here() }
  writeFileSync(join(folder, owner), JSON.stringify(mine))
}

/** Takes away the folders in `parent` whose names begin so and whose owners are gone. Where that is not known, they stay. */
export function sweep(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name)
    if (name.startsWith(prefix) && isLeftOver(folder)) rmSync(folder, { recursive: true, force: true })
  }
}

function isLeftOver(folder: string): boolean {
  try {
    const about = lstatSync(folder)
    if (!about.isDirectory() || about.uid !== process.getuid?.()) return false
    const { pid, where } = JSON.parse(readFileSync(join(folder, owner), 'utf8')) as Owner
    return where === here() && isGone(pid)
  } catch {
    return false
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function here(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
