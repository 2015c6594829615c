/**
 * The folder for temporary files of one run of the tests, gone when it is over, or when the next one begins. It is kept in memory where there is
 * enough of it: each record that a ledger acknowledges is a sync, and what a disk does then no test can see.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { claim, sweep } from './leftovers.ts'

const prefix = 'rolecall-tests-'
const memory = '/dev/shm'
const needed = 2 ** 31

export default function setup(): () => void {
  // each project asks, and the first has made it
  if (tmpdir().includes(prefix)) return () => undefined
  for (const parent of [memory, tmpdir()]) if (existsSync(parent)) sweep(parent, prefix)
  const folder = inMemory() ?? mkdtempSync(join(tmpdir(), prefix))
  claim(folder)
  process.env['TMPDIR'] = folder
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true })
    } finally {
      // a test that was stopped in its midst may still write there: then it is for the next run
      if (existsSync(folder)) claim(folder)
    }
  }
}

/** Undefined where memory is short, or where nothing can be run from it: some tests make programs. */
function inMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(memory)
    if (bavail * bsize < needed || freemem() < 2 * needed) return undefined
  } catch {
    return undefined
  }
  const folder = mkdtempSync(join(memory, prefix))
  const program = join(folder, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  if (spawnSync(program).error === undefined) return folder
  rmSync(folder, { recursive: true })
  return undefined
}
