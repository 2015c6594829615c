import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Reader, Target, Writer } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import { guarded } from './faults.ts'
import { readDirectory } from './reader.ts'
import { writeDirectory } from './writer.ts'

/**
 * Reaches the system that a target names. Reader and writer are two objects over two connections: whoever plans is
 * handed the first, which SQLite itself keeps from writing.
 */
export function openReader(target: Target): Reader {
  return readDirectory(target.system, fileOf(target), target.now)
}

export function openWriter(target: Target): Writer {
  return writeDirectory(fileOf(target), target.now)
}

/** The file, by its absolute path. A manifest must not be able to reach files outside of its workspace. */
function fileOf({ system, root, settings }: Target): string {
  const file = resolve(root, typeof settings['file'] === 'string' ? settings['file'] : '')
  if (isInside(root, file)) {
    const real = guarded(file, () => realPath(file))
    if (isInside(realpathSync(root), real)) return file
  }
  throw new ConnectorFault(
    'unreadable',
    `The file of system "${system}" lies outside of the workspace: "${file}".`,
    'Name a file below the folder of rolecall.yaml, such as .rolecall/directory.db.',
  )
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Links that Linux follows in one path, at most. */
const mostLinks = 40

/**
 * The path with its symbolic links followed, also where what they lead to does not exist yet. `missing/../a` may lead
 * back to the link `a` itself, of which the operating system says only that it leads to nothing.
 */
function realPath(path: string, links = mostLinks): string {
  if (links === 0) throw Object.assign(new Error(`${path} leads back to itself`), { code: 'ELOOP' })
  const folder = dirname(path)
  if (folder === path || existsSync(path)) return realpathSync(path)
  const real = resolve(realPath(folder, links), basename(path))
  const isLink = lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return isLink ? realPath(resolve(dirname(real), readlinkSync(real)), links - 1) : real
}
