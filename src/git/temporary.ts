/**
 * Folders that last as long as a run. What a killed process left behind is harmless, and taken away by one that comes a
 * day later.
 */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const prefix = 'rolecall-outpost-'
/** Longer than any run. */
const old = 86_400_000

/** A new and empty one, only for this user. */
export async function makeFolder(): Promise<string> {
  await sweep(tmpdir(), Date.now()).catch(() => undefined)
  return mkdtemp(join(tmpdir(), prefix))
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** Only what is our own: in a folder of all users, anybody can make one with such a name, full of links elsewhere. */
async function sweep(parent: string, now: number): Promise<void> {
  const mine = process.getuid?.()
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    const about = await lstat(path).catch(() => undefined)
    if (about?.isDirectory() !== true || (mine !== undefined && about.uid !== mine)) continue
    if (now - about.mtimeMs > old) await removeFolder(path).catch(() => undefined)
  }
}
