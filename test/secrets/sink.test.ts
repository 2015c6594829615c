import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SecretRecord } from '../../src/apply/ports.ts'
import { openSink } from '../../src/commands/sink.ts'
import { secret } from '../../src/connector/secrets.ts'

/** Where the passwords of new accounts go: kept for good and for nobody else, or refused. */

let root: string
let outside: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-sink-root-'))
  outside = mkdtempSync(join(tmpdir(), 'rolecall-sink-'))
})

const password = 'fR7-kq2W.mm9Z'
function record(account = 'zoe'): SecretRecord {
  return {
    time: '2026-11-25T12:00:00.000Z',
    system: 'stack',
    account,
    password: secret(password),
    run: 'r1',
    step: 'stack/1',
  }
}

const line = (account: string): string =>
  `{"time":"2026-11-25T12:00:00.000Z","system":"stack","account":"${account}","run":"r1","step":"stack/1","password":"${password}"}\n`

const opened = (text: string): ReturnType<typeof openSink> => openSink(text, { cwd: outside, root })
const fault = (text: string): Promise<{ message: string; fix?: string }> =>
  opened(text).then(
    () => {
      throw new Error('it was taken')
    },
    (error: unknown) => error as { message: string; fix?: string },
  )

describe('a file', () => {
  it('gets one line of JSON for each, behind those that are there, readable by its user only', async () => {
    const sink = await opened('file:passwords')
    await sink.keep(record('zoe'))
    await (await opened('file:passwords')).keep(record('yan'))
    const file = join(outside, 'passwords')
    expect(readFileSync(file, 'utf8')).toBe(line('zoe') + line('yan'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('begins on a line of its own after one that a crash cut short', async () => {
    const file = join(outside, 'passwords')
    writeFileSync(file, '{"time":"2026', { mode: 0o600 })
    await (await opened(`file:${file}`)).keep(record())
    expect(readFileSync(file, 'utf8')).toBe(`{"time":"2026\n${line('zoe')}`)
  })

  it('that others may read is refused, before and at every record', async () => {
    const file = join(outside, 'passwords')
    const sink = await opened(`file:${file}`)
    chmodSync(file, 0o640)
    await expect(sink.keep(record())).rejects.toThrow(
      `The file for secrets ${file} has mode 640, so others may read it.`,
    )
    expect(await fault(`file:${file}`)).toMatchObject({ fix: `chmod 600 ${file}` })
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('that is a link is refused, before and at every record', async () => {
    const elsewhere = join(outside, 'elsewhere')
    writeFileSync(elsewhere, '', { mode: 0o600 })
    const file = join(outside, 'passwords')
    const sink = await opened(`file:${join(outside, 'other')}`)
    symlinkSync(elsewhere, file)
    expect((await fault(`file:${file}`)).message).toBe(`The file for secrets ${file} is a link.`)
    const { rmSync } = await import('node:fs')
    rmSync(join(outside, 'other'))
    symlinkSync(elsewhere, join(outside, 'other'))
    await expect(sink.keep(record())).rejects.toThrow('is a link.')
    expect(readFileSync(elsewhere, 'utf8')).toBe('')
  })

  it('in the folder of the manifests is refused: it would get into the repository', async () => {
    mkdirSync(join(root, 'access'))
    const file = join(root, 'access', 'passwords')
    expect(await fault(`file:${file}`)).toMatchObject({
      message: `${file} is in the folder of the manifests, and passwords must not get into the repository.`,
      fix: 'Name a file outside of it.',
    })
    expect(existsSync(file)).toBe(false)
    symlinkSync(root, join(outside, 'way'))
    expect((await fault('file:way/passwords')).message).toContain('is in the folder of the manifests')
  })

  it.each([
    ['a folder that is not there', 'file:no/such/passwords', 'cannot be written (ENOENT)'],
    ['a folder in its place', 'file:.', 'cannot be written (EISDIR)'],
  ])('%s is refused', async (_says, text, what) => {
    expect((await fault(text)).message).toContain(what)
  })

  it('what is neither a file nor a program is refused', async () => {
    expect(await fault('passwords')).toMatchObject({
      message: '"passwords" is no place for secrets.',
      fix: 'Write it as file:PATH, or as exec:PROGRAM for a program that reads them on its standard input.',
    })
  })
})

describe('a program', () => {
  const program = (text: string): string => {
    const file = join(outside, 'keep')
    writeFileSync(file, `#!/bin/sh\n${text}\n`)
    chmodSync(file, 0o700)
    return file
  }

  it('is given the record on its standard input, and no argument', async () => {
    const file = program(`echo "$#" > ${outside}/arguments; cat > ${outside}/kept`)
    await (await opened(`exec:${file}`)).keep(record())
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe(line('zoe'))
    expect(readFileSync(join(outside, 'arguments'), 'utf8')).toBe('0\n')
  })

  it('that fails has not kept it, and what it says is shown without the password', async () => {
    const file = program('cat >&2; exit 3')
    const kept = (await opened(`exec:${file}`)).keep(record())
    await expect(kept).rejects.toThrow(`The program for secrets ${file} ended with 3: {"time":"2026-11-25T`)
    await expect(kept).rejects.not.toThrow(password)
    await expect(kept).rejects.not.toThrow(password.slice(0, 9))
  })

  it('that does not read and fails, or is not there, has not kept it either', async () => {
    const deaf = program('exit 1')
    await expect((await opened(`exec:${deaf}`)).keep(record())).rejects.toThrow(
      `The program for secrets ${deaf} ended with 1.`,
    )
    await expect((await opened('exec:./none')).keep(record())).rejects.toThrow(
      'The program for secrets ./none is not there.',
    )
  })
})
