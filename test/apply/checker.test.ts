import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../../src')
const files = [
  'apply/checker.ts',
  ...readdirSync(join(source, 'systems'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `systems/${name}/floor.ts`),
]

it.each(files)(
  '%s takes no code from anywhere: a mistake of the planner or the rules cannot be in it too',
  (file) => {
    const text = readFileSync(join(source, file), 'utf8')
    const imports = text.match(/^(import|export) .*\bfrom .*$|\b(import|require)\(/gm) ?? []
    expect(imports.filter((line) => !line.startsWith('import type '))).toEqual([])
  },
)
