import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { claim, sweep } from './leftovers.ts'

it('of the temporary folders, those whose process is gone are taken away, and no others', () => {
  const parent = mkdtempSync(join(tmpdir(), 'leftovers-'))
  const { pid: gone } = spawnSync('true')
  const made = (name: string, change: (owner: object) => object | undefined): void => {
    const folder = join(parent, name)
    mkdirSync(join(folder, 'below'), { recursive: true })
    claim(folder)
    const file = join(folder, 'owner.json')
    const owner = change(JSON.parse(readFileSync(file, 'utf8')) as object)
    if (owner === undefined) rmSync(file)
    else writeFileSync(file, JSON.stringify(owner))
  }
  made('run-over', (owner) => ({ ...owner, pid: gone }))
  made('run-alive', (owner) => owner)
  made('run-elsewhere', (owner) => ({ ...owner, pid: gone, where: 'another machine' }))
  made('run-of-nobody', () => undefined)
  made('run-without-number', (owner) => ({ ...owner, pid: 'many' }))
  made('other', (owner) => ({ ...owner, pid: gone }))
  symlinkSync(join(parent, 'other'), join(parent, 'run-link'))
  sweep(parent, 'run-')
  expect(readdirSync(parent).sort()).toEqual([
    'other',
    'run-alive',
    'run-elsewhere',
    'run-link',
    'run-of-nobody',
    'run-without-number',
  ])
  rmSync(parent, { recursive: true })
})
