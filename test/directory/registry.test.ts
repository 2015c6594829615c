import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { connectors, descriptions } from '../../src/systems/registry.ts'
import { bundled } from '../bundled.ts'

const registry = await bundled(new URL('../../src/systems/registry.ts', import.meta.url))

it('every connector stands in the registry under the name it has itself', () => {
  for (const [name, connector] of Object.entries(connectors))
    expect(connector.description.connector).toBe(name)
  expect(Object.keys(descriptions)).toEqual(Object.keys(connectors))
})

it('descriptions, rules and floors load no client: a database comes with the first reader', () => {
  const loaded = (then: string): string[] => {
    const script = `
      import { createRequire } from 'node:module'
      const { connectors } = await import(${JSON.stringify(registry)})
      ${then}
      const files = Object.keys(createRequire('/').cache)
      process.stdout.write(JSON.stringify(files.filter((file) => file.includes('libsql'))))`
    const options = ['--input-type=module', '-e', script]
    return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' })) as string[]
  }
  const target =
    "{ system: 'x', root: '/', settings: { file: 'x/y.db' }, credentials: {}, now: () => new Date() }"
  expect(loaded('')).toEqual([])
  expect(loaded(`await connectors.directory.openReader(${target})`)).not.toEqual([])
})
