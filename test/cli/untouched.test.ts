/** Asking leaves a workspace as it was: nothing changed, and nothing new in it, not even SQLite's own files. */
import { expect, it } from 'vitest'
import { contents, quickstart, start } from './rolecall.ts'

it('drift and plan leave the list of files and their bytes as they were', () => {
  // The files of SQLite go when a process ends, so that each is one of its own.
  const root = quickstart()
  expect(start(root, ['-q', 'apply', '--auto-approve'])).toMatchObject({ code: 0 })
  const before = contents(root)
  const databases = ['ledger', 'office', 'workshop'].map((name) => `.rolecall/${name}.db`)
  expect(Object.keys(before).filter((path) => path.startsWith('.rolecall/'))).toEqual(
    expect.arrayContaining(databases),
  )
  expect(start(root, ['plan'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to do') as unknown,
  })
  expect(contents(root)).toEqual(before)
  const drift = start(root, ['drift'])
  expect(drift.code, drift.stdout + drift.stderr).toBe(0)
  expect(contents(root)).toEqual(before)
})
