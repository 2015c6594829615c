/**
 * Where the operator wants the passwords of new accounts: a file or a program, named on the command line and nowhere
 * else. A record counts as kept once it is on the disk, or once the program says so; only then is the account made.
 */
import { spawn } from 'node:child_process'
import { constants, type Stats } from 'node:fs'
import { open, realpath, type FileHandle } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import process from 'node:process'
import type { SecretRecord, SecretSink } from '../apply/ports.ts'
import { Redactor } from '../connector/http/redact.ts'
import { exit, Fault } from './exit.ts'

/** Milliseconds that a program may take for one record. */
const programWithin = 60_000

/** Throws Fault for what cannot be a sink, before anything is read or sent. `root`: of the workspace. */
export async function openSink(
  text: string,
  { cwd, root }: { readonly cwd: string; readonly root: string },
): Promise<SecretSink> {
  const [, kind, rest = ''] = /^(file|exec):(.+)$/s.exec(text) ?? []
  if (kind === 'exec') return { keep: (record) => give(rest, record) }
  if (kind !== 'file')
    throw new Fault(
      exit.fault,
      `"${text}" is no place for secrets.`,
      'Write it as file:PATH, or as exec:PROGRAM for a program that reads them on its standard input.',
    )
  const file = resolve(cwd, rest)
  if (await isWithin(file, root))
    throw new Fault(
      exit.fault,
      `${rest} is in the folder of the manifests, and passwords must not get into the repository.`,
      'Name a file outside of it.',
    )
  const opened = await openPrivate(file)
  await opened.close()
  return { keep: (record) => append(file, record) }
}

function line({ password, ...record }: SecretRecord): string {
  return `${JSON.stringify({ ...record, password: password.reveal() })}\n`
}

// ---------------------------------------------------------------- a file

async function append(file: string, record: SecretRecord): Promise<void> {
  const opened = await openPrivate(file)
  try {
    await opened.appendFile(`${await unfinished(opened)}${line(record)}`)
    await opened.sync()
  } finally {
    await opened.close()
  }
  await syncFolder(file)
}

/** What a crash left of a line ends there: the next record begins on one of its own. */
async function unfinished(opened: FileHandle): Promise<string> {
  const { size } = await opened.stat()
  if (size === 0) return ''
  const { buffer } = await opened.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a ? '' : '\n'
}

/** Opens or makes it, for this user alone. A link could lead anywhere, and what others may read is no place for a secret. */
async function openPrivate(file: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  let opened: FileHandle
  try {
    opened = await open(file, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW, 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ELOOP') throw notPrivate(file, 'is a link', 'Name the file itself.')
    throw notPrivate(
      file,
      `cannot be written (${code})`,
      'Name a file in a folder that is there and that this user may write to.',
    )
  }
  const facts = await opened.stat()
  const fault = privacyFault(file, facts)
  if (fault === undefined) return opened
  await opened.close()
  throw fault
}

function privacyFault(file: string, facts: Stats): Fault | undefined {
  const { mode, uid } = facts
  if (!facts.isFile())
    return notPrivate(file, 'is not a file', 'Name a file; for anything else there is exec:PROGRAM.')
  // Windows has no such bits and reports 666 for every file.
  if (process.platform === 'win32') return undefined
  if ((mode & 0o077) !== 0)
    return notPrivate(
      file,
      `has mode ${(mode & 0o777).toString(8)}, so others may read it`,
      `chmod 600 ${file}`,
    )
  return uid === process.getuid?.()
    ? undefined
    : notPrivate(file, 'belongs to somebody else', 'Name a file of your own.')
}

function notPrivate(file: string, what: string, fix: string): Fault {
  return new Fault(exit.fault, `The file for secrets ${file} ${what}.`, fix)
}

/** A new file is there after a crash only once its folder is on the disk too. Not every system can do that. */
async function syncFolder(file: string): Promise<void> {
  const folder = await open(dirname(file), 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

async function isWithin(file: string, root: string): Promise<boolean> {
  const folder = await realpath(dirname(file)).catch(() => dirname(file))
  const way = relative(await realpath(root), folder)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}

// ---------------------------------------------------------------- a program

/** No shell, no arguments: the record stands on its standard input. It is kept if the program ends with 0. */
async function give(program: string, record: SecretRecord): Promise<void> {
  const redactor = new Redactor()
  redactor.learn(record.password.reveal())
  const child = spawn(program, [], { stdio: ['pipe', 'ignore', 'pipe'], timeout: programWithin })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 4096)
  })
  const ended = new Promise<string | undefined>((done) => {
    child.on('error', (error) => {
      done('code' in error && error.code === 'ENOENT' ? 'is not there' : 'cannot be started')
    })
    child.on('close', (code, signal) => {
      done(code === 0 ? undefined : `ended with ${code ?? signal ?? 'nothing'}`)
    })
  })
  // A program that does not read to the end has not kept it; its exit code says so.
  child.stdin.on('error', () => undefined)
  child.stdin.end(line(record))
  const failed = await ended
  if (failed === undefined) return
  const words = redactor.show(said)
  const because = words === '' ? '' : `: ${words}`
  throw new Error(`The program for secrets ${program} ${failed}${because}.`)
}
