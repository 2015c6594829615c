import { describe, expect, it } from 'vitest'
import { together } from '../../src/access/impact.ts'
import type {
  AccessChange,
  Impact,
  Power,
  PowerChange,
  Rank,
  SettingsChange,
} from '../../src/model/access.ts'
import { accessLines, accessRows } from '../../src/render/access.ts'
import { paint } from '../../src/render/paint.ts'

const system = 'office'

/** `p000`, `p001`, …: as many people as it takes. */
const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `account:p${String(from + at).padStart(3, '0')}`)

const line = (subjects: readonly string[], more: Partial<AccessChange> = {}): AccessChange => ({
  ...{ change: 'gain', system, action: 'reach', on: 'application:mail', rank: 'ordinary' },
  ...{ through: ['group:engineering', 'policy:mail'], subjects },
  ...more,
})

const impactOf = (more: Partial<Impact>): Impact => ({ ...together([]), ...more })

const shown = (more: Partial<Impact>) =>
  accessRows(impactOf(more)).map(({ mark, who, what, how }) => [mark, who, what, how].join(' | '))

const text = (more: Partial<Impact>, most?: number) =>
  accessLines(impactOf(more), {
    pen: paint(false),
    width: 120,
    indent: 2,
    ...(most === undefined ? {} : { most }),
  })

describe('rights that are worth no special look', () => {
  it('are told person by person, up to sixty', () => {
    expect(shown({ access: [line(people(60))] })).toHaveLength(60)
  })

  it('are told together from the sixty-first on: two by name, and how many more members of the group', () => {
    expect(shown({ access: [line(people(214))] })).toEqual([
      '+ | p000, p001 and 212 more members of engineering | reach application mail | through group engineering, policy mail',
    ])
  })

  it('are told together as losses too, and without a group where they come by none', () => {
    const line100 = line(people(100), {
      change: 'loss',
      through: ['role:Reader'],
      action: 'read',
      on: 'all:*',
    })
    expect(shown({ access: [line100] })).toEqual([
      '- | p000, p001 and 98 more | read on everything | through role Reader',
    ])
  })

  it('name everybody of three, and one more member of four', () => {
    const many = line(people(80), { through: ['group:everybody', 'policy:wiki'], on: 'application:wiki' })
    const [three, four] = [people(3, 100), people(3, 200)]
    const rows = shown({
      access: [
        many,
        line(three, { through: ['group:ops'], on: 'application:ops' }),
        line([...four, 'account:p900'], { through: ['group:qa'], on: 'application:qa' }),
      ],
    })
    expect(rows).toEqual([
      '+ | p000, p001 and 78 more members of everybody | reach application wiki | through group everybody, policy wiki',
      '+ | p100 | reach application ops | through group ops',
      '+ | p101 | reach application ops | through group ops',
      '+ | p102 | reach application ops | through group ops',
      '+ | p200, p201 and 2 more members of qa | reach application qa | through group qa',
    ])
  })

  it('fold each way for itself, so that a group is never said to give what another gives', () => {
    const other = line(people(70, 100), { through: ['group:sales', 'policy:mail'] })
    expect(shown({ access: [line(people(70)), other] })).toEqual([
      '+ | p000, p001 and 68 more members of engineering | reach application mail | through group engineering, policy mail',
      '+ | p100, p101 and 68 more members of sales | reach application mail | through group sales, policy mail',
    ])
  })

  it('give way to others after two hundred rows, and say how many these are', () => {
    const access = people(230).map((who, at) =>
      line([who], { on: `application:app-${String(at).padStart(3, '0')}`, through: [] }),
    )
    const lines = text({ access })
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toBe('  … 30 more (all of them: rolecall plan -o json)')
  })
})

describe('what is never folded away', () => {
  const crowd = line(people(200), { through: ['group:crowd'] })

  it.each<[Rank, AccessChange['change'], string]>([
    ['owner', 'gain', 'role Owner'],
    ['owner', 'loss', 'role Owner'],
    ['administrator', 'gain', 'role Owner'],
    ['administrator', 'loss', 'role Owner'],
    ['unknown', 'gain', 'role Owner, of unknown power'],
    ['unknown', 'loss', 'role Owner, of unknown power'],
  ])(
    'a right of rank %s that many %s by one group: each of them by name, before all others',
    (rank, change, what) => {
      const right = line(people(80, 300), {
        change,
        rank,
        action: 'role:Owner',
        on: 'all:*',
        through: ['group:top'],
      })
      const rows = accessRows(impactOf({ access: [crowd, right] }))
      const told = rows.slice(0, 80)
      expect(told.map(({ who }) => who)).toEqual(people(80, 300).map((name) => name.slice('account:'.length)))
      expect(new Set(told.map((row) => row.what))).toEqual(new Set([what]))
      expect(told.every(({ vital }) => vital)).toBe(true)
      expect(rows).toHaveLength(81)
      expect(text({ access: [crowd, right] }, 0).slice(0, -1)).toHaveLength(80)
    },
  )

  it.each<[Power, Power, string]>([
    ['none', 'owner', 'becomes an owner'],
    ['owner', 'member', 'is no longer an owner'],
    ['member', 'administrator', 'becomes an administrator'],
    ['administrator', 'none', 'is no longer an administrator'],
    ['member', 'unknown', 'becomes of unknown power'],
    ['unknown', 'member', 'is no longer of unknown power'],
  ])('who was %s and is %s then: each has a row, whatever is left out', (before, after, what) => {
    const powers = people(90, 300).map((name): PowerChange => {
      return { system, account: name.slice('account:'.length), before, after }
    })
    const rows = accessRows(impactOf({ powers, access: [crowd] })).slice(0, 90)
    expect(rows.map(({ who }) => who)).toEqual(powers.map(({ account }) => account))
    expect(new Set(rows.map((row) => row.what))).toEqual(new Set([what]))
    expect(text({ powers, access: [crowd] }, 0)).toHaveLength(91)
  })

  it('whoever nobody named comes first, and stays when no ordinary row does', () => {
    const access = [
      line(people(200)),
      line(['everyone:*', 'network:hq', 'attribute:groups=eng'], { through: ['policy:mail'] }),
    ]
    expect(text({ access }, 0)).toEqual([
      '  + everyone                office  reach application mail  through policy mail',
      '  + network hq              office  reach application mail  through policy mail',
      '  + whoever has groups=eng  office  reach application mail  through policy mail',
      '  … 1 more (all of them: rolecall plan -o json)',
    ])
  })

  it('who comes to power has one row for it, and keeps the rights that are not the role itself', () => {
    const powers: PowerChange[] = [{ system, account: 'p000', before: 'member', after: 'owner' }]
    const role = line(people(1), {
      rank: 'owner',
      action: 'role:Owner',
      on: 'all:*',
      through: ['role:Owner'],
    })
    expect(shown({ powers, access: [role, line(people(1))] })).toEqual([
      '+ | p000 | becomes an owner | so far a member',
      '+ | p000 | reach application mail | through group engineering, policy mail',
    ])
  })
})

describe('settings that come from another group', () => {
  const change = (accounts: readonly string[]): SettingsChange => ({
    ...{ system, accounts, from: 'group:sales', to: 'group:ops' },
    settings: [
      { name: 'maxDevices', before: 2, after: 5 },
      { name: 'regions', before: ['eu', 'us'], after: [] },
      { name: 'internetAccess', before: 'local' },
    ],
  })
  const what = 'maxDevices 2 → 5 · regions eu, us → none · internetAccess local → not set'

  it('stand last, with the value before and after, and where they come from', () => {
    const settings = [change(['ana', 'bo', 'chen'])]
    expect(shown({ access: [line(people(1))], settings })).toEqual([
      '+ | p000 | reach application mail | through group engineering, policy mail',
      `~ | ana, bo and chen | ${what} | from group ops, so far from group sales`,
    ])
  })

  it('share a row where they are the same for many', () => {
    const settings = [change(['ana', 'bo', 'chen', 'dee'])]
    expect(shown({ settings })).toEqual([
      `~ | ana, bo and 2 more | ${what} | from group ops, so far from group sales`,
    ])
  })

  it('say that there is no group on one side', () => {
    const { from: _from, ...gained } = change(['ana'])
    const { to: _to, ...lost } = change(['bo'])
    expect(shown({ settings: [gained, lost] })).toEqual([
      `~ | ana | ${what} | from group ops, so far from none`,
      `~ | bo | ${what} | from no group, so far from group sales`,
    ])
  })
})
