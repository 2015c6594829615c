/** Asking leaves a workspace as it was: nothing changed, and nothing new in it, not even SQLite's own files. */
import { expect, it } from 'vitest'
import { applied, contents, rolecall } from './rolecall.ts'

it('drift and plan leave the list of files and their bytes as they were', () => {
  const root = applied()
  const before = contents(root)
  const databases = ['ledger', 'office', 'workshop'].map((name) => `.rolecall/${name}.db`)
  expect(Object.keys(before).filter((path) => path.startsWith('.rolecall/'))).toEqual(
    expect.arrayContaining(databases),
  )
  expect(rolecall(root, ['plan'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to do') as unknown,
  })
  expect(contents(root)).toEqual(before)
  const drift = rolecall(root, ['drift'])
  expect(drift.code, drift.stdout + drift.stderr).toBe(0)
  expect(contents(root)).toEqual(before)
})
