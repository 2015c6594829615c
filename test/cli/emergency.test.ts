import { describe, expect, it, vi } from 'vitest'
import { byHand } from './directory.ts'
import { applied, edit, put, rolecall } from './rolecall.ts'

/** Each command is a process of its own; a machine that has much to do must not fail them. */
vi.setConfig({ testTimeout: 120_000 })

/** `status: compromised`, as a person uses it at night: it works where an ordinary change would have to wait. */

function compromise(root: string, name: string): void {
  edit(
    root,
    'access/people.yaml',
    new RegExp(`(\\n  name: ${name}\\n(?:(?!\\n---)[^])*?spec:\\n)`),
    '$1  status: compromised\n',
  )
}

const statusOf = (root: string, system: string): string => {
  const { stdout } = rolecall(root, ['plan', '--system', system, '-o', 'json'])
  return stdout
}

/** Makes the workshop unreadable. */
function breakWorkshop(root: string): void {
  put(root, '.rolecall/workshop.db', 'no database')
}

const goes = ['apply', '--auto-approve']
describe('somebody is compromised', () => {
  it('is suspended in every system, before anything else is sent anywhere', () => {
    const root = applied()
    compromise(root, 'ana')
    edit(root, 'access/people.yaml', 'familyName: Lind', 'familyName: Lindt')
    const { code, stdout } = rolecall(root, [...goes, '-o', 'json'])
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as { systems: { steps: { ref: { system: string; key: string } }[] }[] }
    const steps = report.systems.map((one) => one.steps.map(({ ref }) => `${ref.system} ${ref.key}`))
    expect(steps).toEqual([['office ana', 'office bo'], ['workshop ana']])
    expect(statusOf(root, 'office')).toContain('"compromised"')
  })

  it('is stopped although another system cannot be read, and the run says so with its code', () => {
    const root = applied()
    compromise(root, 'ana')
    breakWorkshop(root)
    const shown = rolecall(root, ['plan'])
    expect(shown.code).toBe(4)
    expect(shown.stdout).toMatch(
      /First wave: 1 step in office stops who is compromised; rolecall apply carries that out all the same, with the intent [0-9a-f]{64}\./,
    )
    const { code, stdout, stderr } = rolecall(root, goes)
    expect(code).toBe(4)
    expect(stderr).toContain('The first wave by itself, which is carried out whatever refuses the rest:')
    expect(stdout).toContain('Applied: 1 done.')
    expect(rolecall(root, ['plan', '--system', 'office']).stdout).toContain('ana (suspended')
  })

  it('is stopped although something else in the same system is refused, and that alone is sent', () => {
    const root = applied()
    compromise(root, 'chen')
    edit(root, 'access/people.yaml', /(name: bo\n[^]*?role: )Owner/, '$1Member')
    const { code, stdout } = rolecall(root, goes)
    expect(code).toBe(3)
    expect(stdout).toContain('Applied: 2 done.')
    const again = JSON.parse(rolecall(root, ['plan', '-o', 'json']).stdout) as {
      systems: { steps: { first?: true }[]; owners: { before: { account: string; because: string[] }[] } }[]
    }
    expect(again.systems.flatMap(({ steps }) => steps.filter(({ first }) => first))).toEqual([])
    expect(again.systems[1]?.owners.before).toContainEqual({
      account: 'chen',
      person: 'chen',
      usable: false,
      because: ['suspended', 'compromised'],
    })
  })

  it('the only usable owner stays, and the refusal says whom to promote', () => {
    const root = applied()
    byHand(root, 'workshop.db', "UPDATE accounts SET status = 'suspended' WHERE user_name = 'chen'")
    compromise(root, 'ana')
    edit(root, 'access/people.yaml', /(name: chen\n[^]*?spec:\n)/, '$1  status: suspended\n')
    const { code, stdout, stderr } = rolecall(root, goes)
    expect(code).toBe(3)
    expect(stderr).toMatch(/refused {2}last-owner {2}workshop/)
    expect(stderr.replace(/\s+/g, ' ')).toMatch(
      /This cannot be accepted: (make an owner of \w+( or \w+)?|nobody else has a working account there, so create an owner); that and the suspension may stand in one change\./,
    )
    expect(stdout).toContain('Applied: 1 done.')
    const after = rolecall(root, ['plan', '--system', 'workshop']).stdout
    expect(after).toContain('ana (compromised)')
  })

  it('with --expect, what was reviewed goes on, whole or as the wave alone, and nothing else', () => {
    const root = applied()
    byHand(root, 'workshop.db', "UPDATE accounts SET status = 'suspended' WHERE user_name = 'chen'")
    edit(root, 'access/people.yaml', /(name: chen\n[^]*?spec:\n)/, '$1  status: suspended\n')
    compromise(root, 'ana')
    const { stdout } = rolecall(root, ['plan'])
    const [, wave = ''] = /with the intent ([0-9a-f]{64})/.exec(stdout) ?? []
    const odd = rolecall(root, ['apply', '--expect', 'f'.repeat(64)])
    expect([odd.code, odd.stdout]).toEqual([3, ''])
    expect(odd.stderr).toContain('The first wave was not sent either')
    const right = rolecall(root, ['apply', '--expect', wave])
    expect([right.code, right.stdout]).toEqual([3, expect.stringContaining('Applied: 1 done.') as string])
  })

  it('a saved plan that is refused by now is not carried out in part, and says how to go on', () => {
    const root = applied()
    compromise(root, 'ana')
    expect(rolecall(root, ['plan', '--out', 'plan.json']).code).toBe(0)
    breakWorkshop(root)
    const { code, stdout, stderr } = rolecall(root, ['apply', 'plan.json'])
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toContain('rolecall apply without a plan file stops them now.')
  })

  it('a saved plan that still holds stops them', () => {
    const root = applied()
    compromise(root, 'ana')
    expect(rolecall(root, ['plan', '--out', 'plan.json']).code).toBe(0)
    const { code, stdout, stderr } = rolecall(root, ['apply', 'plan.json'])
    expect([code, stderr.includes('error')]).toEqual([0, false])
    expect(stdout).toContain('Applied: 2 done.')
  })

  it('nobody is: a refused plan sends nothing', () => {
    const root = applied()
    put(root, '.rolecall/workshop.db', 'no database')
    edit(root, 'access/people.yaml', 'familyName: Lind', 'familyName: Lindt')
    const { code, stdout } = rolecall(root, goes)
    expect([code, stdout]).toEqual([4, ''])
  })
})
