import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/model/plan.ts'
import { canonical } from '../../src/plan/digest.ts'
import { digestOf, intentOf } from '../../src/plan/intent.ts'
import { edit, put, quickstart, rolecall, type Outcome } from './rolecall.ts'

/** A saved plan is judged again when it is applied: its file says what was true when it was made. */

const person = (name: string): string => `apiVersion: rolecall/v1
kind: User
metadata: {name: ${name}}
spec: {type: person, employment: employee, groups: [], accounts: {office: {}}}
`

/** One removal at a time needs an Acceptance here, and there is one for one person. */
function office(): string {
  const root = quickstart()
  for (const name of ['eva', 'finn']) put(root, `access/${name}.yaml`, person(name))
  edit(
    root,
    'rolecall.yaml',
    'stage: full\n',
    'stage: full\n  limits: {removals: {moreThan: 0, percent: 0}}\n',
  )
  put(
    root,
    'access/accepted.yaml',
    `apiVersion: rolecall/v1
kind: Acceptance
metadata: {name: one-leaves}
spec: {finding: removal-limit, systems: [office], atMost: 1, reason: One leaves, until: "2099-12-31"}
`,
  )
  succeed(rolecall(root, ['-q', 'apply', '--auto-approve']))
  return root
}

function succeed({ code, stderr }: Outcome): void {
  if (code !== 0) throw new Error(stderr)
}

/** Saves the plan in which `name` has left. */
function planWithout(root: string, name: string): string {
  const file = `without-${name}.json`
  rmSync(join(root, `access/${name}.yaml`))
  succeed(rolecall(root, ['-q', 'plan', '--system', 'office', '--out', file]))
  put(root, `access/${name}.yaml`, person(name))
  return file
}

/** What somebody who can write the file makes of it: every digest is right again. */
function forge(root: string, file: string, change: (plan: Plan) => Plan): void {
  const path = join(root, file)
  const changed = change(JSON.parse(readFileSync(path, 'utf8')) as Plan)
  const { digest: _, ...rest } = { ...changed, intent: intentOf(changed) }
  writeFileSync(path, `${canonical({ ...rest, digest: digestOf(rest) })}\n`)
}

/** Takes somebody out of the manifests: what a plan does must be asked for when it is carried out, too. */
function leaves(root: string, ...names: readonly string[]): void {
  for (const name of names) rmSync(join(root, `access/${name}.yaml`))
}

describe('a saved plan', () => {
  it('M4: two of them cannot use one Acceptance twice', () => {
    const root = office()
    const [eva, finn] = [planWithout(root, 'eva'), planWithout(root, 'finn')]
    leaves(root, 'eva', 'finn')
    succeed(rolecall(root, ['-q', 'apply', eva]))
    const { code, stderr } = rolecall(root, ['-q', 'apply', finn])
    expect([code, stderr.includes('it allows 1, of which 1 is spent')]).toEqual([3, true])
  })

  it('is refused when its Acceptance was taken back', () => {
    const root = office()
    const eva = planWithout(root, 'eva')
    leaves(root, 'eva', 'accepted')
    expect(rolecall(root, ['-q', 'apply', eva]).code).toBe(3)
  })

  it('D3: whose findings were taken out, and whose digests are right, still takes no last owner', () => {
    const root = quickstart()
    succeed(rolecall(root, ['-q', 'apply', '--auto-approve']))
    edit(
      root,
      'rolecall.yaml',
      '      - ana\n      - bo\n    minimum: 2\n',
      '      - ana\n      - bo\n    minimum: 1\n',
    )
    edit(root, 'access/people.yaml', /office:\n {6}role: Owner/g, 'office:\n      role: Member')
    expect(rolecall(root, ['plan', '--system', 'office', '--out', 'plan.json']).code).toBe(3)
    forge(root, 'plan.json', (plan) => ({ ...plan, findings: [] }))
    const { code, stderr } = rolecall(root, ['-q', 'apply', 'plan.json'])
    expect([code, stderr.includes('0 usable owners')]).toEqual([3, true])
  })

  it('that is stale is said to be stale, also where the guards would refuse it by now', () => {
    const root = office()
    const [eva, finn] = [planWithout(root, 'eva'), planWithout(root, 'finn')]
    leaves(root, 'eva')
    succeed(rolecall(root, ['-q', 'apply', eva]))
    forge(root, finn, (plan) => ({ ...plan, findings: [] }))
    put(root, 'access/finn.yaml', person('finn').replace('employee', 'contractor'))
    succeed(rolecall(root, ['-q', 'apply', '--auto-approve', '--system', 'office']))
    const { code, stderr } = rolecall(root, ['-q', 'apply', finn])
    expect([code, stderr.includes('stale')]).toEqual([6, true])
  })

  it('that its file would have do more than the manifests ask for does nothing', () => {
    const root = office()
    const finn = planWithout(root, 'finn')
    leaves(root, 'finn')
    forge(root, finn, (plan) => ({
      ...plan,
      systems: plan.systems.map((system) => ({
        ...system,
        steps: system.steps.map((step) => ({ ...step, lowers: ['finn'] })),
      })),
    }))
    expect(rolecall(root, ['-q', 'apply', finn])).toMatchObject({
      code: 6,
      stderr: `error: This plan is not one that would be made now: office/1 office account:finn: its place, its needs or whom it lowers is not what follows from the changes.
  Nothing was sent. Make a new plan, and review that.
`,
    })
  })

  it('is refused when a document it comes from says something else by now', () => {
    const root = office()
    put(root, 'access/gus.yaml', person('gus'))
    succeed(rolecall(root, ['-q', 'plan', '--system', 'office', '--out', 'gus.json']))
    put(root, 'access/gus.yaml', person('gus').replace('employee', 'contractor'))
    expect(rolecall(root, ['-q', 'apply', 'gus.json'])).toMatchObject({
      code: 6,
      stderr: `error: The document "User/gus" is not what it was when the plan was made.
  Make a new plan, and review that.
`,
    })
  })
})
