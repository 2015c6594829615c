import { describe, expect, it } from 'vitest'
import { read, world, type World } from '../world.ts'

/** What `validate` says of owners who end, on 2026-11-22: the line it points at, and the sentence. */
function said(of: World): string[] {
  return read(of)
    .diagnostics.filter(({ code }) => code === 'owners-end')
    .map(({ message, span }) => {
      const text =
        of
          .manifests()
          .find(({ file }) => file === span?.file)
          ?.text.split('\n') ?? []
      return `${text[(span?.line ?? 0) - 1]?.trim()} | ${message}`
    })
}

const owner = (more: object = {}): object => ({ accounts: { dir: { role: 'Owner', ...more } } })
const soon = { until: '2026-12-31' }
const ana = world().user('ana', { ...owner(), ...soon })

describe('declared owners who all end within ninety days', () => {
  it('are told at the line of the last day of the last one', () => {
    expect(said(ana)).toEqual([
      'until: "2026-12-31" | "ana" is the only declared owner of the system "dir" (directory), and ends on 2026-12-31.',
    ])
    expect(said(ana.user('bo', owner({ until: '2027-02-19' })))).toEqual([
      'until: "2027-02-19" | The 2 declared owners of the system "dir" (directory) end within 90 days, "bo" as the last, on 2027-02-19.',
    ])
  })

  it('not where one of them ends later, or has no end', () => {
    expect(said(ana.user('bo', owner({ until: '2027-02-20' })))).toEqual([])
    expect(said(ana.user('bo', owner()))).toEqual([])
    expect(said(world().user('bo', { accounts: { dir: {} }, ...soon }))).toEqual([])
  })

  it('somebody who cannot be counted on stays in vain', () => {
    for (const bo of [
      owner({ status: 'suspended' }),
      { ...owner(), status: 'compromised' },
      { ...owner(), type: 'service', owner: 'ana', purpose: 'backup' },
      { ...owner(), from: '2026-12-24' },
    ])
      expect(said(ana.user('bo', bo)), JSON.stringify(bo)).toHaveLength(1)
    const bot = world()
      .system('dir', { automation: ['Ci-Bot'] })
      .user('ci-bot', owner())
    expect(said(bot.user('ana', { ...owner(), ...soon }))).toHaveLength(1)
  })

  it('not where the stage carries out no end', () => {
    const early = world().system('dir', { stage: 'additions' })
    expect(said(early.user('ana', { ...owner(), ...soon }))).toEqual([])
  })

  it('where owners are made by grants: of the right itself, and of the membership it comes through', () => {
    const stack = world()
      .system('dir', { connector: 'openstack', settings: { domain: 'Default' }, defaults: {} })
      .user('bo', { accounts: { dir: {} } })
      .project('web', { type: 'openstack' })
    const given = (subject: object): World =>
      stack.policy('rule', {
        subjects: [subject],
        roles: ['admin'],
        resources: [{ project: 'web' }],
      })
    expect(said(given({ user: 'bo' }))).toEqual([])
    expect(said(given({ user: 'bo', until: '2026-12-31' }))).toMatchObject([
      expect.stringMatching(/"bo" is the only declared owner .* ends on 2026-12-31/),
    ])
    const admins = given({ group: 'admins' }).group('admins')
    const member = (more: object): World =>
      admins.user('cy', { accounts: { dir: {} }, groups: [{ group: 'admins', ...more }] })
    expect(said(member({}))).toEqual([])
    expect(said(member({ until: '2027-01-05' }))).toMatchObject([
      expect.stringMatching(/"cy" is the only declared owner .* ends on 2027-01-05/),
    ])
  })
})
