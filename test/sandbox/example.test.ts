import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCloudConnexa } from '../../src/sandbox/cloudconnexa/index.ts'
import { clock, told } from '../contract/runs.ts'

it('examples/cloudconnexa is carried out on the sandbox, and leaves a person the mapping rules alone', async () => {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-example-'))
  cpSync(join(import.meta.dirname, '../../examples/cloudconnexa'), root, {
    recursive: true,
    filter: (path) => !path.endsWith('.rolecall'),
  })
  const time = clock()
  const sandbox = await startCloudConnexa({ limits: 'off', now: time.now })
  const settings = join(root, 'rolecall.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('http://127.0.0.1:8790', sandbox.address))
  const { clientId, clientSecret } = sandbox.credentials
  const run = (...words: readonly string[]): ReturnType<typeof told> =>
    told(root, time, { VPN_CLIENT_ID: clientId, VPN_CLIENT_SECRET: clientSecret }, ...words)
  const applied = await run('apply', '--auto-approve')
  expect(applied.code, applied.err + applied.out).toBe(0)
  const { users, userGroups, accessGroups } = sandbox.account()
  expect([users.length, userGroups.length, accessGroups.length]).toEqual([15, 6, 4])
  expect(users.filter(({ role }) => role !== 'MEMBER').map(({ role }) => role)).toEqual([
    'OWNER',
    'ADMIN',
    'ADMIN',
  ])
  const { code, out } = await run('drift')
  expect(code, out).toBe(2)
  expect(out).toContain('Drift: 1 to be done by hand.')
  await sandbox.close()
  rmSync(root, { recursive: true, force: true })
})
