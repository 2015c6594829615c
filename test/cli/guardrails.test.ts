import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applied, rolecall } from './rolecall.ts'

/** Rules of the team through the built program: what they refuse is not applied, and what they say is safe to read. */

function withRule(rule: string, more = 'severity: refuse', message = 'It is the rule of the house'): string {
  const root = applied()
  writeFileSync(
    join(root, 'access/guardrails.yaml'),
    `apiVersion: rolecall/v1
kind: Guardrail
metadata:
  name: house
spec:
  on:
    - account.update
  ${more}
  rule: ${JSON.stringify(rule)}
  message: ${JSON.stringify(message)}
`,
  )
  const people = join(root, 'access/people.yaml')
  writeFileSync(people, readFileSync(people, 'utf8').replace('givenName: Chen', 'givenName: Cheng'))
  return root
}

describe('a Guardrail', () => {
  it('that does not hold stops plan and apply with 3, and nothing is written', () => {
    const root = withRule("after.givenName == 'Chen'")
    const plan = rolecall(root, ['plan', '--system', 'workshop'])
    expect(plan.code).toBe(3)
    expect(plan.stdout).toContain('refused  guardrail  workshop  rule: access/guardrails.yaml:1')
    expect(rolecall(root, ['apply', '--system', 'workshop', '--auto-approve']).code).toBe(3)
    writeFileSync(join(root, 'access/guardrails.yaml'), '')
    expect(rolecall(root, ['plan', '--system', 'workshop', '--detailed-exitcode']).code).toBe(2)
  })

  it('that only warns is shown, and the plan is applied', () => {
    const root = withRule("after.givenName == 'Chen'", 'severity: warn')
    const apply = rolecall(root, ['apply', '--system', 'workshop', '--auto-approve'])
    expect(apply.code).toBe(0)
    expect(apply.stderr).toContain('warning  guardrail')
  })

  it('that warns and cannot be evaluated refuses', () => {
    const plan = rolecall(withRule("person.labels.team == 'x'", 'severity: warn'), [
      'plan',
      '--system',
      'workshop',
    ])
    expect(plan.code).toBe(3)
    expect(plan.stdout).toContain('there is no team to look up')
  })

  it('is covered by the Acceptance that its refusal prints, where it says that it is acceptable', () => {
    const root = withRule('false', 'severity: refuse\n  acceptable: true')
    const refused = rolecall(root, ['plan', '--system', 'workshop'])
    const printed = /^ {4}apiVersion: rolecall\/v1\n(?: {4}.*\n)+/m.exec(refused.stdout)?.[0] ?? ''
    expect(printed).toContain('guardrail: house')
    writeFileSync(join(root, 'access/acceptance.yaml'), printed.replaceAll(/^ {4}/gm, ''))
    const plan = rolecall(root, ['plan', '--system', 'workshop'])
    expect(plan.code, plan.stderr).toBe(0)
    expect(plan.stdout).toContain('accepted  guardrail')
  })

  it('cannot speak to the terminal through its message', () => {
    const root = withRule('false', 'severity: refuse', 'No \u202e \u0301here')
    const plan = rolecall(root, ['plan', '--system', 'workshop'])
    expect(plan.stdout + plan.stderr).not.toContain('\u202e')
  })

  it('with a hostile pattern over a hostile name does not hold up a plan', () => {
    const root = withRule("!after.givenName.matches('^(a+)+$')")
    const people = join(root, 'access/people.yaml')
    writeFileSync(people, readFileSync(people, 'utf8').replace('Cheng', `${'a'.repeat(60)}!`))
    const start = Date.now()
    expect(rolecall(root, ['plan', '--system', 'workshop']).code).toBe(0)
    expect(Date.now() - start).toBeLessThan(10_000)
  })
})
