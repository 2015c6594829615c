import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at, onDisk, type Told } from '../lifecycle/travel.ts'
import { world, type World } from '../world.ts'

const day = '2026-11-25'

function git(root: string, ...args: string[]): string {
  const who = ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example']
  return execFileSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' }).trim()
}

/** A repository in which one world was committed after another. */
function history(...states: readonly World[]): string {
  const root = onDisk(states[0]!)
  git(root, 'init', '-q', '-b', 'main')
  states.forEach((state, index) => {
    rmSync(join(root, 'access'), { recursive: true, force: true })
    onDisk(state, root)
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', `state ${index}`, '--allow-empty')
    git(root, 'tag', `v${index}`)
  })
  return root
}

const ask = (root: string, ...args: string[]): Promise<Told> => at(day, root, 'access', 'diff', ...args)

const before = world()
  .system('dir', { owners: { minimum: 1 } })
  .group('finance')
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: {} }, groups: ['finance'] })
  .user('chen', { accounts: { dir: {} } })
  .policy('wages', { subjects: [{ group: 'finance' }], resources: [{ application: 'wages' }] })

const after = world()
  .system('dir', { owners: { minimum: 1 } })
  .group('finance')
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: {} }, groups: [] })
  .user('chen', { accounts: { dir: { role: 'Owner' } }, groups: ['finance'] })
  .policy('wages', { subjects: [{ group: 'finance' }], resources: [{ application: 'wages' }] })

describe('access diff', () => {
  it('says who gains and who loses what between two commits, and through what', async () => {
    const root = history(before, after)
    const [from, to] = ['v0', 'v1'].map((ref) => git(root, 'rev-parse', ref).slice(0, 12))
    expect(await ask(root, 'v0', 'v1')).toEqual({
      code: 0,
      stderr: '',
      stdout: `Access  1 gains, 1 loses, from ${from} to ${to}
  + chen  dir  becomes an owner         so far a member
  - bo    dir  reach application wages  through group finance, policy wages
  + chen  dir  reach application wages  through group finance, policy wages
`,
    })
  })

  it('compares with the manifests at hand where only one commit is named', async () => {
    const root = history(before, after)
    const { stdout } = await ask(root, 'v1')
    expect(stdout).toMatch(
      /^Access {2}nobody gains or loses anything, from \w{12} to the manifests at hand\n$/,
    )
    onDisk(before, root)
    expect((await ask(root, 'v1')).stdout).toContain('- chen  dir  is no longer an owner')
  })

  it('follows a rename: who is called otherwise loses nothing', async () => {
    const renamed = world()
      .system('dir', { owners: { minimum: 1 } })
      .group('money', {}, { previously: ['finance'] })
      .user('ana', { accounts: { dir: { role: 'Owner' } } })
      .user('bo', { accounts: { dir: {} }, groups: ['money'] })
      .user('chen', { accounts: { dir: {} } })
      .policy('wages', { subjects: [{ group: 'money' }], resources: [{ application: 'wages' }] })
    expect((await ask(history(before, renamed), 'v0', 'v1')).stdout).toContain(
      'nobody gains or loses anything',
    )
  })

  it('takes a system that only one of the two has for what it is: nothing to compare', async () => {
    const more = after.system('annexe', { owners: { minimum: 1 } })
    const root = history(after, more)
    expect((await ask(root, 'v0', 'v1')).stdout).toContain('annexe is declared only by')
    expect((await ask(root, 'v1', 'v0')).stdout).toContain('what is there stays as it is.')
  })

  it('names the commit that git does not know, and needs no system to be there', async () => {
    const root = history(before, after)
    expect(await ask(root, 'v7')).toEqual({
      code: 4,
      stdout: '',
      stderr: `error: git knows no branch, tag or commit "v7".
  Fetch it, or name another.
`,
    })
    expect(existsSync(join(root, '.rolecall'))).toBe(false)
  })
})
