import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWorkspace, schemasPath } from '../../src/index.ts'
import { edit, quickstart } from './rolecall.ts'

describe('the public interface', () => {
  it('reads a workspace without a connection', async () => {
    const { workspace, diagnostics } = await readWorkspace(quickstart(), '2026-11-22')
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect([...(workspace?.people.keys() ?? [])].sort()).toEqual(['ana', 'bo', 'build-bot', 'chen', 'dana'])
  })

  it('gives diagnostics and no workspace where there is an error', async () => {
    const root = quickstart()
    edit(root, 'access/groups.yaml', 'parent: engineering', 'parent: enginering')
    const { workspace, diagnostics } = await readWorkspace(root, '2026-11-22')
    expect([workspace, diagnostics.map(({ code }) => code)]).toEqual([undefined, ['unknown-group']])
  })

  it('says where the schemas are', () => {
    expect(existsSync(join(schemasPath, 'user.schema.json'))).toBe(true)
  })
})
