import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { unknowns } from '../../src/sandbox/cloudconnexa/unknowns.ts'

it('docs/sandbox.md lists every unknown with its readings', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/sandbox.md'), 'utf8')
  const [, after = ''] = page.split('## What nobody knows\n')
  const [section = ''] = after.split('\n## ')
  const rows = [...section.matchAll(/^\| `(\w+)`\s+\| (.*?)\s+\|$/gm)].map(([, name, readings]) => [
    name,
    readings,
  ])
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(unknowns).map(([name, readings]) => [name, readings.join(', ')])),
  )
})
