/** What somebody's hand in a system meant for people: `rolecall drift` opens with it. */
import { describe, expect, it } from 'vitest'
import type { Impact } from '../../src/model/access.ts'
import { byHand as change } from '../cli/directory.ts'
import { at, onDisk, type Told } from '../lifecycle/travel.ts'
import { world, type World } from '../world.ts'

const day = '2026-11-22'
const owner = { accounts: { dir: { role: 'Owner' } } }
const member = { accounts: { dir: {} } }
const office = (stage: 'full' | 'additions' = 'full'): World =>
  world()
    .system('dir', { stage, exclusive: ['policies', 'grants'] })
    .user('ana', owner)
    .user('bo', { accounts: { dir: { username: 'b.lee' } }, groups: ['finance'] })
    .user('chen', member)
    .user('eve', { ...member, groups: ['oncall'] })
    .group('finance', { systems: { dir: { regions: ['eu'] } } })
    .group('oncall')
    .policy('payroll', { subjects: [{ group: 'finance' }], resources: [{ application: 'wages' }] })
    .role('deployer', { privileges: ['release'] })
    .project('web', { type: 'openstack' })
    .policy('deploying', {
      subjects: [{ group: 'oncall' }],
      roles: ['deployer'],
      resources: [{ project: 'web' }],
    })

async function applied(from = office()): Promise<string> {
  const root = onDisk(from)
  expect(await at(day, root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  return root
}

const byHand = (root: string, ...sql: readonly string[]): void => {
  change(root, 'dir.db', ...sql)
}

/** The part about access, without the rest. */
const access = ({ stdout }: Told): string => stdout.split('\n\n')[0] ?? ''

async function impact(root: string): Promise<Impact> {
  return (JSON.parse((await at(day, root, 'drift', '-o', 'json')).stdout) as { impact: Impact }).impact
}

describe('drift says who has gained and lost what against the declared state', () => {
  it('the most privileged first, by person, with what is declared and through what it came', async () => {
    const root = await applied()
    byHand(
      root,
      "UPDATE accounts SET role = 'Owner' WHERE user_name = 'chen'",
      "UPDATE accounts SET status = 'suspended' WHERE user_name = 'ana'",
      "UPDATE accounts SET primary_group = 'oncall' WHERE user_name = 'b.lee'",
    )
    const { code, stdout } = await at(day, root, 'drift')
    expect([code, stdout]).toEqual([
      2,
      `Access   2 have gained, 2 have lost
  + chen        dir  is an owner                            declared a member
  - ana         dir  is no longer an owner                  now without power
  + bo (b.lee)  dir  role deployer, release on project web  through group oncall
  - bo (b.lee)  dir  reach application wages                through group finance, policy payroll
  ~ bo (b.lee)  dir  regions eu → none
                     from group oncall, declared from group finance

changed behind the repository's back  3 resources
  Put it into the manifests, or set it back with rolecall apply.
  dir  account  ana    differs   access/users.yaml:1
                status  is suspended, declared active
  dir  account  b.lee  differs   access/users.yaml:10
                primaryGroup  is oncall, declared finance
  dir  account  chen   differs   access/users.yaml:21
                role  is Owner, declared Member

Drift: 3 changed behind the repository's back.
`,
    ])
  })

  it('people who are not touched themselves, where a policy, a grant or a group is', async () => {
    const root = await applied()
    byHand(
      root,
      "INSERT INTO policy_subjects (policy, native) VALUES ('payroll', 'everyone:*')",
      "INSERT INTO grants (subject_account, role, resource_project) VALUES ('chen', 'deployer', 'web')",
      "DELETE FROM grants WHERE subject_group = 'oncall'",
    )
    expect(access(await at(day, root, 'drift'))).toBe(`Access   1 has gained, everyone has gained, 1 has lost
  + everyone  dir  reach application wages                through policy payroll
  + chen      dir  role deployer, release on project web
  - eve       dir  role deployer, release on project web  through group oncall`)
  })

  it('in a comment, and in JSON as the plan has it, from what is declared to what is', async () => {
    const root = await applied()
    byHand(root, "UPDATE accounts SET role = 'Owner' WHERE user_name = 'b.lee'")
    expect((await at(day, root, 'drift', '-o', 'markdown')).stdout).toBe(`<!-- rolecall-drift -->
### rolecall drift

Drift: 1 changed behind the repository's back.

**Access** 1 has gained

\`\`\`diff
+ bo (b.lee)  dir  is an owner  declared a member
\`\`\`

\`\`\`
changed behind the repository's back  1 resource
  Put it into the manifests, or set it back with rolecall apply.
  dir  account  b.lee  differs   access/users.yaml:10
                role  is Owner, declared Member
\`\`\`
`)
    expect(await impact(root)).toEqual({
      powers: [{ system: 'dir', account: 'b.lee', before: 'member', after: 'owner' }],
      access: [
        {
          ...{ change: 'gain', system: 'dir', action: 'role:Owner', on: 'all:*', rank: 'owner' },
          ...{ subjects: ['account:b.lee'], through: ['role:Owner'] },
        },
        {
          ...{ change: 'loss', system: 'dir', action: 'role:Member', on: 'all:*', rank: 'ordinary' },
          ...{ subjects: ['account:b.lee'], through: ['role:Member'] },
        },
      ],
      settings: [],
      people: { dir: { 'b.lee': 'bo' } },
    })
  })

  it('and says so where it meant nothing for anybody', async () => {
    const root = await applied()
    byHand(root, "UPDATE policies SET description = 'x' WHERE name = 'payroll'")
    onDisk(office().policy('payroll', { description: 'y' }), root)
    expect((await at(day, root, 'drift')).stdout).not.toContain('Access')
    onDisk(office(), root)
    byHand(root, "UPDATE accounts SET type = 'service' WHERE user_name = 'chen'")
    expect(access(await at(day, root, 'drift'))).toBe('Access   nobody has gained or lost anything')
  })

  it('a new name is no other access, and people go by the declared one', async () => {
    const root = await applied()
    byHand(root, "UPDATE accounts SET user_name = 'bobby' WHERE user_name = 'b.lee'")
    expect(access(await at(day, root, 'drift'))).toBe('Access   nobody has gained or lost anything')
    byHand(root, "UPDATE accounts SET role = 'Owner' WHERE user_name = 'bobby'")
    expect(access(await at(day, root, 'drift'))).toBe(`Access   1 has gained
  + bo (b.lee)  dir  is an owner  declared a member`)
  })

  it('of what is still to be applied, or due, nothing: the plan of it tells that', async () => {
    const root = await applied(office().user('dana', { ...owner, until: '2026-11-30' }))
    onDisk(
      office()
        .user('dana', { ...owner, until: '2026-11-30' })
        .user('zoe', owner),
      root,
    )
    const { stdout } = await at('2026-12-01', root, 'drift', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { changed: 0, 'not-applied': 1, due: 1 },
      impact: { powers: [], access: [], settings: [], people: {} },
    })
  })

  it('also of what the stage would not put right', async () => {
    const root = await applied()
    onDisk(office('additions'), root)
    byHand(
      root,
      "UPDATE accounts SET role = 'Owner' WHERE user_name = 'chen'",
      "DELETE FROM policy_subjects WHERE policy = 'payroll'",
    )
    expect(access(await at(day, root, 'drift'))).toBe(`Access   1 has gained, 1 has lost
  + chen        dir  is an owner              declared a member
  - bo (b.lee)  dir  reach application wages  through group finance, policy payroll`)
  })
})
