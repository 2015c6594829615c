import { together } from '../../src/access/impact.ts'
import { describe, expect, it } from 'vitest'
import { shapesOf } from '../../src/commands/shapes.ts'
import type { Change } from '../../src/model/change.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { OwnerView, Plan, SystemPlan } from '../../src/model/plan.ts'
import type { Kind, ResourceRef } from '../../src/model/resource.ts'
import { count, enumerate, width, wrap } from '../../src/render/layout.ts'
import { markdownLimit, renderMarkdown } from '../../src/render/markdown.ts'
import { renderText, type Around } from '../../src/render/text.ts'
import { descriptions } from '../../src/systems/registry.ts'

const shapes = shapesOf(descriptions)
const nothing: Around = { unread: [], afterMerge: [] }
const ref = (kind: Kind, key: string): ResourceRef => ({ system: 'office', kind, key })
const cause = { file: 'access/people.yaml', line: 7, document: 'User/x' }
const owner = (account: string): OwnerView => ({ account, usable: true, because: [] })

const create = (key: string, role = 'Member'): Change => ({
  action: 'create',
  ref: ref('account', key),
  after: { ref: ref('account', key), fields: { status: 'active' }, links: { role: [`role:${role}`] } },
  cause,
})

function planOf(
  changes: readonly Change[],
  rest: Partial<SystemPlan> = {},
  findings: readonly Finding[] = [],
): Plan {
  const system: SystemPlan = {
    name: 'office',
    connector: 'directory',
    stage: 'full',
    readAt: '2026-11-22T15:00:00.000Z',
    proofs: {},
    owners: { before: [], after: [] },
    assumed: [],
    ownersFingerprint: '',
    steps: changes.map((change, at) => ({
      id: `office/${at + 1}`,
      change,
      needs: [],
      lowers: [],
      fingerprint: '',
    })),
    estimate: { calls: 1, seconds: 0 },
    irreversible: [],
    ...rest,
  }
  return {
    format: 'rolecall/plan/v1',
    tool: 'rolecall 0.1.0',
    createdAt: '2026-11-22T15:00:00.000Z',
    expiresAt: '2026-11-22T16:00:00.000Z',
    systems: [system],
    findings,
    impact: together([]),
    documents: [],
    intent: 'a'.repeat(64),
    digest: 'b'.repeat(64),
  }
}

const longer = 'apply --for 50m ends between two steps, and the next run goes on from there'

const text = (plan: Plan, around = nothing): string =>
  renderText(plan, around, { colour: false, width: 100, shapes })

describe('what takes its time', () => {
  it.each([
    [9, []],
    [28, ['about 28 s, 1004 calls']],
    [119, ['about 119 s, 1004 calls']],
    [400, ['about 7 min, 1004 calls']],
    [4016, ['about 67 min, 1004 calls', longer]],
    [7200, ['about 2 h, 1004 calls', longer]],
    [15_060, ['about 4 h 11 min, 1004 calls', longer]],
  ])('%i s are told as %o', (seconds, told) => {
    const shown = text(planOf([], { estimate: { calls: 1004, seconds } })).split('\n')
    const lines = shown
      .filter((line) => /about|--for/.test(line))
      .map((line) => line.trim().replace(/^takes +/, ''))
    expect(lines).toEqual(told)
  })
})

describe('a change in words', () => {
  it('shows what comes and what goes of a set, and before and after of a value', () => {
    const change: Change = {
      action: 'update',
      ref: ref('account', 'bo'),
      before: {
        fields: { email: 'bo@old.example' },
        links: { role: ['role:Member'], groups: ['group:payroll'] },
      },
      after: {
        fields: { email: 'bo@acme.example' },
        links: { role: ['role:Administrator'], groups: ['group:oncall'] },
      },
      patch: [],
      cause,
    }
    expect(text(planOf([change]))).toContain(
      [
        '  ~ account  bo  access/people.yaml:7',
        '             role    Member → Administrator',
        '             groups  + oncall, - payroll',
        '             email   bo@old.example → bo@acme.example',
      ].join('\n'),
    )
  })

  it('numbers an ordered list, so that a rule that moved is seen', () => {
    const [eng, ops] = [
      { attribute: 'a', in: ['e'], group: 'eng' },
      { attribute: 'a', in: ['o'], group: 'ops' },
    ]
    const change: Change = {
      action: 'update',
      ref: ref('mapping', 'm'),
      before: { fields: { rules: [eng, ops] }, links: {} },
      after: { fields: { rules: [ops, eng] }, links: {} },
      patch: [],
      cause,
    }
    expect(text(planOf([change]))).toMatch(/rules {2}1\. .*ops \(was 2\)\n +2\. .*eng \(was 1\)/)
  })

  it('gives a rename both names, a removal its reason, and a manual change its steps', () => {
    const part = { fields: {}, links: {} }
    const shown = text(
      planOf([
        {
          action: 'rename',
          ref: ref('group', 'engineering'),
          from: 'developers',
          before: part,
          after: part,
          patch: [],
          cause,
        },
        {
          action: 'delete',
          ref: ref('account', 'dana'),
          before: { ref: ref('account', 'dana'), ...part },
          cause: { ...cause, because: 'expired on 2026-11-01' },
        },
        {
          action: 'manual',
          ref: ref('role', 'auditor'),
          before: part,
          after: { fields: { sealed: true }, links: {} },
          steps: ['Open it.', 'Set it.'],
          cause,
        },
      ]),
    )
    expect(shown).toContain('> group    developers → engineering  access/people.yaml:7')
    expect(shown).toMatch(/- account {2}dana +access\/people\.yaml:7 {2}expired on 2026-11-01/)
    expect(shown).toMatch(/! role .*\n +sealed {2}true \(not set before\)\n +1\. Open it\.\n +2\. Set it\./)
    expect(shown).toContain('Plan: 1 to rename, 1 to remove, 1 by hand.')
  })

  it('names what a stage holds back, and counts what is left alone', () => {
    const shown = text(
      planOf(
        [
          { action: 'keep', ref: ref('account', 'old'), reason: 'unmanaged' },
          { action: 'keep', ref: ref('account', 'older'), reason: 'unmanaged' },
          {
            action: 'keep',
            ref: ref('group', 'new'),
            reason: 'stage',
            held: 'create',
            after: { fields: {}, links: {} },
            cause,
          },
        ],
        { stage: 'report' },
      ),
    )
    expect(shown).toContain('held back by stage "report"\n  (+) group  new  access/people.yaml:7')
    expect(shown).toContain('2 unmanaged accounts: old, older')
    expect(shown).toContain('Nothing to send: 1 held back, 2 left alone.')
  })
})

describe('owners', () => {
  it('each on a line of its own where that is asked for, with the person, why one is not counted, and what comes', () => {
    const idle: OwnerView = {
      account: 'bo',
      person: 'bo',
      usable: false,
      because: ['suspended', 'ends on 2026-11-24'],
    }
    const fed: OwnerView = { account: 'chen', person: 'chen', usable: true, because: [], viaProvider: true }
    const ana = { ...owner('ana'), person: 'ana' }
    const hostile = owner('zoe\u001b[2K')
    const plan = planOf([], {
      owners: {
        before: [ana, idle, fed, hostile],
        after: [{ ...ana, usable: false, because: ['suspended'] }, idle, owner('dana')],
      },
      assumed: ['accepted', 'can-log-in'],
    })
    const shown = renderText(plan, nothing, { colour: false, width: 100, shapes, eachOwner: true })
    expect(shown).toContain(
      [
        '  owners   3 usable owners of 4',
        '           ana           person ana: usable; afterwards not counted, suspended',
        '           bo            person bo: not counted, suspended and ends on 2026-11-24',
        '           chen          person chen: counted above the first: through the identity provider;',
        '                         afterwards no owner',
        '           zoe\\u{1b}[2K  declared by nobody: usable; afterwards no owner',
        '           dana          declared by nobody: not an owner yet; afterwards usable',
        '  assumed  of every owner, since directory cannot show it: accepted and can-log-in',
        '',
      ].join('\n'),
    )
    expect(text(planOf([], { owners: { before: [ana, fed], after: [ana, fed] } }))).toContain(
      '  owners   ana, chen (through the identity provider)\n',
    )
  })

  it('have a line of their own, before and after, with why one does not count', () => {
    const after = [owner('ana'), { account: 'bo', usable: false, because: ['suspended'] }]
    expect(text(planOf([], { owners: { before: [owner('ana'), owner('bo')], after } }))).toContain(
      '  owners   ana, bo → ana, bo (suspended)\n',
    )
  })

  it('are never folded away, however long the list', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => create(`user-${String(at).padStart(4, '0')}`))
    const changes = [...many, create('zoe', 'Administrator'), create('zz-owner', 'Owner')]
    const plan = planOf(changes, { owners: { before: [], after: [owner('user-0900'), owner('zz-owner')] } })
    const shown = text(plan)
    for (const name of ['user-0000', 'user-0900', 'zoe', 'zz-owner'])
      expect(shown).toContain(`+ account  ${name}`)
    expect(shown).not.toContain('user-0500')
    expect(shown).toContain('… 959 more accounts to create (all of them: rolecall plan -o json)')
  })
})

describe('a comment on a pull request', () => {
  const finding = (system: string, message: string): Finding => ({
    code: 'removal-limit',
    system,
    severity: 'refuse',
    refs: [],
    count: 12,
    message,
    where: 'rolecall.yaml:24',
    remedy: 'Make smaller plans.',
    acceptable: true,
  })
  const long = Array.from({ length: 4_000 }, (_, at): Change => ({
    action: 'delete',
    ref: ref('group', `group-${at}-${'x'.repeat(at % 200)}`),
    before: { ref: ref('group', 'x'), fields: {}, links: {} },
    cause: { ...cause, because: 'removed from the manifests' },
  })).concat(Array.from({ length: 250 }, (_, at): Change => create(`person-${at}-${'y'.repeat(150)}`)))

  it.each([0, 10, 300, 5_000])(
    'stays under the limit with %d findings, whole lines only, and says what is missing',
    (number) => {
      const findings = Array.from({ length: number }, (_, at) =>
        finding(`system-${at}`, `Removes too much. ${'z'.repeat(at % 90)}`),
      )
      const comment = renderMarkdown(
        planOf(long, { owners: { before: [owner('ana'), owner('bo')], after: [owner('ana')] } }, findings),
        nothing,
        shapes,
      )
      expect(comment.length).toBeLessThan(markdownLimit)
      expect(comment.startsWith('<!-- rolecall-plan -->\n')).toBe(true)
      expect(comment).toMatch(/\d+ (changes|lines on owners and findings) (not shown|do not fit)/)
      expect(comment.match(/<details>/g)?.length ?? 0).toBe(comment.match(/<\/details>/g)?.length ?? 0)
      expect((comment.match(/^`{3}/gm)?.length ?? 0) % 2).toBe(0)
    },
  )

  it('never leaves out owners or findings while there is room for them', () => {
    const findings = Array.from({ length: 100 }, (_, at) => finding(`system-${at}`, 'Removes too much.'))
    const comment = renderMarkdown(
      planOf(long, { owners: { before: [owner('ana'), owner('bo')], after: [owner('ana')] } }, findings),
      nothing,
      shapes,
    )
    expect(comment).toContain('ana, bo → ana')
    for (const { system } of findings) expect(comment).toContain(`\`${system}\``)
  })

  it('lets no name out of its place', () => {
    const name = '``` </details> @ana [x](http://evil.example) <img src=x>\u202e'
    const comment = renderMarkdown(
      planOf([create(name)], { owners: { before: [], after: [owner(name)] } }),
      nothing,
      shapes,
    )
    const outside = comment.replace(/^(`{3,})diff\n[^]*?^\1$/gm, '').replace(/`+[^`\n]+`+/g, '')
    expect(outside).not.toMatch(/@ana|<img|\]\(http|\u202e/)
    expect(outside.match(/<\/details>/g)).toHaveLength(1)
  })
})

describe('layout', () => {
  it('counts columns as a terminal does', () => {
    expect([width('ana'), width('山田'), width('é')]).toEqual([3, 4, 1])
  })

  it('wraps without breaking a name, and enumerates', () => {
    expect(wrap(['aaaa', 'bbbb', 'cccc'], ', ', 11)).toEqual(['aaaa, bbbb,', 'cccc'])
    for (const line of wrap(['aaaa', 'bbbb', 'cccc'], ', ', 10)) expect(line.length).toBeLessThanOrEqual(10)
    expect([enumerate([]), enumerate(['a']), enumerate(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
    expect([count(1, 'policy'), count(2, 'policy'), count(0, 'account')]).toEqual([
      '1 policy',
      '2 policies',
      '0 accounts',
    ])
  })
})
