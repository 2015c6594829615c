/**
 * The only part of the manifest stage that touches the disk. A pull request decides what lies in the folder, so
 * nothing is opened but regular files of it: a link could show a secret of the machine in a diagnostic, and a
 * pipe could hold the run up for ever.
 */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, join, posix, resolve, sep } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { decode } from './bytes.ts'
import type { Problem, Source } from './document.ts'
import { compare, locate } from './locate.ts'
import { parseOnce } from './parse.ts'

export const rootFile = 'rolecall.yaml'

/** Bytes of one file at most. */
export const maxBytes = 10_000_000

/** The folder of `rolecall.yaml`: looked for upward to the root of the git checkout, outside git only in `cwd`. */
// eslint-disable-next-line @typescript-eslint/require-await -- part of the border, where everything may wait
export async function findRoot(cwd: string): Promise<string | undefined> {
  const start = resolve(cwd)
  const folders = upward(start)
  const git = folders.findIndex((folder) => exists(join(folder, '.git')))
  return folders.slice(0, git < 0 ? 1 : git + 1).find((folder) => exists(join(folder, rootFile)))
}

/**
 * `rolecall.yaml` and every `*.yaml` and `*.yml` under the access folder, sorted by path (code units). Names that
 * begin with a dot are left out, as editors keep their own files there. Faults of the files themselves come back
 * as diagnostics, and a workspace that declares nothing is one: an empty wish is never what somebody meant.
 *
 * Reads synchronously, as that takes 4 µs a file where promises take 29 (100,000 small files, Node 20).
 */
// eslint-disable-next-line @typescript-eslint/require-await
export async function loadSources(root: string): Promise<{ sources: Source[]; diagnostics: Diagnostic[] }> {
  const diagnostics: Diagnostic[] = []
  const base = realpathSync(root)
  const read = (file: string): Source[] => {
    const result = readSource(base, file)
    if ('source' in result) return [result.source]
    diagnostics.push(result.fault)
    return []
  }
  const settings = read(rootFile)
  const access = accessFolder(settings)
  if ('problem' in access) diagnostics.push(...locate([access.problem]))
  const found = 'folder' in access ? manifestFiles(base, access.folder) : { files: [], faults: [] }
  diagnostics.push(...found.faults)
  const files = found.files.filter((file) => file !== rootFile).sort()
  const sources = [...settings, ...files.flatMap(read)]
  if (diagnostics.length === 0 && files.length === 0 && !declaresAnything(settings)) {
    diagnostics.push(noManifests('folder' in access ? access.folder : defaultAccess))
  }
  return { sources, diagnostics: diagnostics.sort(compare) }
}

const defaultAccess = 'access'

function readSource(base: string, file: string): { source: Source } | { fault: Diagnostic } {
  const bytes = readRegular(join(base, file))
  if (!(bytes instanceof Uint8Array)) return { fault: fileFault(file, bytes) }
  const decoded = decode(file, bytes)
  return 'text' in decoded ? { source: { file, text: decoded.text } } : decoded
}

interface Told {
  readonly code: string
  readonly message: string
  readonly fix: string
}

/** Checked on the open file, so that nothing can be put in its place between the check and the read. */
function readRegular(path: string): Uint8Array | Told {
  let descriptor: number
  try {
    // Without waiting: opening a pipe to read would wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return unreadable(error)
  }
  try {
    const { size } = fstatSync(descriptor)
    if (!fstatSync(descriptor).isFile()) return notAFile
    return size > maxBytes ? tooLarge(size) : readAll(descriptor, size)
  } catch (error) {
    return unreadable(error)
  } finally {
    closeSync(descriptor)
  }
}

function readAll(descriptor: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  for (let more = -1; filled < size && more !== 0; filled += more) {
    more = readSync(descriptor, bytes, filled, size - filled, null)
  }
  return bytes.subarray(0, filled)
}

/** Regular files under a folder, and a fault for all that looks like a manifest and is not a regular file. */
function manifestFiles(base: string, folder: string): { files: string[]; faults: Diagnostic[] } {
  const files: string[] = []
  const faults: Diagnostic[] = []
  const pending = [folder]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of list(base, next, faults)) {
      const file = posix.join(next, entry.name)
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) pending.push(file)
      else if (entry.isFile() && isManifest(file)) files.push(file)
      else if (entry.isSymbolicLink()) faults.push(...linkFault(base, file))
      else if (!entry.isFile() && isManifest(file)) faults.push(fileFault(file, notAFile))
    }
  }
  return { files, faults }
}

/** A folder that does not exist holds nothing; one that is a link is not entered. */
function list(base: string, folder: string, faults: Diagnostic[]): Dirent[] {
  try {
    if (lstatSync(join(base, folder)).isSymbolicLink()) {
      faults.push(...linkFault(base, folder))
      return []
    }
    return readdirSync(join(base, folder), { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') faults.push(fileFault(folder, unreadable(error)))
    return []
  }
}

function isManifest(file: string): boolean {
  return /\.ya?ml$/i.test(file)
}

/** A link that could hold manifests: nothing is said of a link to a picture. */
function linkFault(base: string, file: string): Diagnostic[] {
  try {
    const target = realpathSync(join(base, file))
    if (!isManifest(file) && !statSync(target).isDirectory()) return []
    return [fileFault(file, target === base || target.startsWith(base + sep) ? link : escapingLink)]
  } catch {
    return isManifest(file) ? [fileFault(file, danglingLink)] : []
  }
}

const link: Told = {
  code: 'symlink',
  message: 'This is a symbolic link, and links are not followed: what is reviewed is what is read.',
  fix: 'Put the file itself here.',
}

const escapingLink: Told = {
  code: 'symlink',
  message: 'This symbolic link leads out of the workspace, and is not followed.',
  fix: 'Put the file itself here.',
}

const danglingLink: Told = {
  code: 'symlink',
  message: 'This symbolic link leads nowhere.',
  fix: 'Remove it, or put the file itself here.',
}

const notAFile: Told = {
  code: 'not-a-file',
  message: 'This is neither a regular file nor a folder, and is not opened.',
  fix: 'Remove it, or put a regular file here.',
}

function tooLarge(size: number): Told {
  return {
    code: 'too-large',
    message: `This file has ${size} bytes; ${maxBytes} are the most that is read.`,
    fix: 'Split it into several files: how documents are spread over files makes no difference.',
  }
}

function unreadable(error: unknown): Told {
  const code = codeOf(error)
  if (code === 'ELOOP') return link
  if (code === 'ENXIO') return notAFile
  const why = { EACCES: 'permission is denied', ENOENT: 'it is not there' }[code] ?? code
  return {
    code: 'unreadable',
    message: `This cannot be read: ${why}.`,
    fix: 'Make it readable, or remove it.',
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error)
}

function fileFault(file: string, told: Told): Diagnostic {
  return { ...told, severity: 'error', span: { file, line: 1, column: 1, length: 1 } }
}

function noManifests(folder: string): Diagnostic {
  return {
    code: 'no-manifests',
    severity: 'error',
    message: `There are no manifests: no *.yaml file under "${folder}", and ${rootFile} declares only settings and systems.`,
    fix: 'Write the first document, or point Settings.spec.access at the folder that holds them.',
  }
}

/** Where the manifests lie, as `Settings` says it. A faulty document says nothing, and its fault is told later. */
function accessFolder(settings: readonly Source[]): { folder: string } | { problem: Problem } {
  for (const { source, index, value } of parseOnce(settings).documents) {
    const spec = value['kind'] === 'Settings' ? value['spec'] : undefined
    const access = typeof spec === 'object' && spec !== null && 'access' in spec ? spec['access'] : undefined
    if (typeof access !== 'string') continue
    const folder = posix.normalize(access).replace(/(?<=.)\/$/, '')
    if (access !== '' && !posix.isAbsolute(folder) && !/^\.\.(?:\/|$)|\\|^[a-z]:/i.test(folder))
      return { folder }
    return { problem: outside(source, index, access) }
  }
  return { folder: defaultAccess }
}

function outside(source: Source, index: number, access: string): Problem {
  return {
    code: 'access-folder',
    severity: 'error',
    source,
    index,
    path: ['spec', 'access'],
    mark: 'value',
    message: `"${access}" is not a folder inside the workspace.`,
    fix: `Name it relative to ${rootFile}, with forward slashes and without leading "..".`,
  }
}

/** Whether `rolecall.yaml` alone is a workspace, as a small one may be. Where it has faults, they are told instead. */
function declaresAnything(settings: readonly Source[]): boolean {
  const { documents, problems } = parseOnce(settings)
  return (
    problems.length > 0 ||
    documents.some(({ value }) => value['kind'] !== 'Settings' && value['kind'] !== 'System')
  )
}

function upward(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
