import { describe, expect, it } from 'vitest'
import { branch, git } from './branch.ts'
import { edit, put, rolecall } from './rolecall.ts'

/** A change that edits what it is planned with: what is approved beside it is not what is carried out once it is merged. */

const planned = (root: string, ...args: string[]): { intent: string; withoutIntent?: string[] } =>
  JSON.parse(rolecall(root, ['plan', '-o', 'json', ...args]).stdout) as {
    intent: string
    withoutIntent?: string[]
  }

const words =
  'has no intent: this change edits a System, Settings or Guardrail document that counts once it is merged, and it is planned afresh then'

describe('a pull request that edits System, Settings or Guardrail', () => {
  it('has no intent for the system it edits, says so, and none can be expected until it is merged', () => {
    const root = branch()
    edit(root, 'rolecall.yaml', /(name: office\n[^]*?minimum: )2/, '$11')
    git(root, 'commit', '-qam', 'one owner is enough')
    const { intent, withoutIntent } = planned(root)
    expect(withoutIntent).toEqual(['office'])
    expect(rolecall(root, ['plan', '-o', 'markdown']).stdout).toContain(`- \`office\` ${words}\n`)
    const { code, stderr } = rolecall(root, ['apply', '--expect', intent])
    expect(stderr).toContain(`office  ${words}\n`)
    expect([code, stderr.slice(stderr.indexOf('error: '))]).toEqual([
      6,
      `error: There is no intent to expect for office: this change edits a System, Settings or Guardrail document that counts once it is merged.
  Merge it, plan afresh, and review that plan.
`,
    ])
    git(root, 'branch', '-f', 'main', 'change')
    expect(rolecall(root, ['-q', 'apply', '--expect', intent]).code).toBe(6)
    expect(planned(root)).not.toHaveProperty('withoutIntent')
  })

  it.each([
    [
      'a Guardrail',
      (root: string) => {
        put(
          root,
          'access/rule.yaml',
          'apiVersion: rolecall/v1\nkind: Guardrail\nmetadata: {name: rule}\nspec: {on: [group.delete], severity: refuse, rule: "true", message: No.}\n',
        )
      },
    ],
    [
      'Settings',
      (root: string) => {
        edit(root, 'rolecall.yaml', 'protectedRef: main', 'protectedRef: main\n  freeze: Holidays')
      },
    ],
  ])('has none for any system where it edits %s', (_what, change) => {
    const root = branch()
    change(root)
    expect(planned(root).withoutIntent).toEqual(['office', 'workshop'])
    expect(planned(root, '--system', 'workshop').withoutIntent).toEqual(['workshop'])
  })

  it('has one where it only moves or comments them, or edits people', () => {
    const root = branch()
    edit(root, 'rolecall.yaml', 'apiVersion', '# a word\napiVersion')
    edit(root, 'access/people.yaml', 'familyName: Lind', 'familyName: Lindt')
    expect(planned(root)).not.toHaveProperty('withoutIntent')
  })

  it('a plan that was saved beside it is not carried out once it is merged', () => {
    const root = branch()
    edit(root, 'rolecall.yaml', 'protectedRef: main', 'protectedRef: main\n  freeze: Holidays')
    git(root, 'commit', '-qam', 'a freeze')
    expect(rolecall(root, ['-q', 'plan', '--out', 'plan.json']).code).toBe(0)
    git(root, 'branch', '-f', 'main', 'change')
    expect(rolecall(root, ['-q', 'apply', 'plan.json'])).toMatchObject({
      code: 6,
      stderr: `error: System, Settings or Guardrail documents that the plan was made beside were merged or edited since.
  Make a new plan, and review that.
`,
    })
  })
})
