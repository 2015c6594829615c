import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at, onDisk } from '../lifecycle/travel.ts'
import { world } from '../world.ts'

const day = '2026-11-25'
const hostile = '</script><img src=x onerror="alert(1)"> "\'&'

const organisation = world()
  .system('dir', { owners: { minimum: 1 } })
  .group('finance', { description: hostile })
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: {} }, groups: ['finance'], familyName: hostile })
  .policy('wages', { name: hostile, subjects: [{ group: 'finance' }], resources: [{ application: hostile }] })

async function pageOf(...args: string[]): Promise<string> {
  const root = onDisk(organisation)
  if (args[0] === 'access') await at(day, root, '-q', 'apply', '--auto-approve')
  expect(await at(day, root, ...args, '-o', 'html', '--out', join(root, 'page.html'))).toMatchObject({
    code: 0,
  })
  return readFileSync(join(root, 'page.html'), 'utf8')
}

describe.each([
  ['a plan', ['plan']],
  ['a review of access', ['access', 'report']],
])('%s as a page', (_, args) => {
  it('names no other file and no other host', async () => {
    const page = await pageOf(...args)
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]
    expect(policy).toMatch(/^default-src &#39;none&#39;; script-src &#39;sha256-/)
    expect(page).not.toMatch(/<(?:link|iframe|object|embed|base|form)\b/)
    expect(page.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
  })

  it('lets only its own script and style run, which its policy names by their digests', async () => {
    const page = await pageOf(...args)
    const policy = /content="([^"]*script-src[^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? ''
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => text ?? '')
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text]) => text ?? '')
    expect([scripts.length, styles.length]).toEqual([1, 1])
    for (const text of [...scripts, ...styles])
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    expect(policy).not.toContain('unsafe')
  })

  it('shows names as text, whatever they are', async () => {
    const page = await pageOf(...args)
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &quot;&#39;&amp;')
    const data = /<script type="application\/json" id="ways">([^]*?)<\/script>/.exec(page)?.[1] ?? ''
    expect((JSON.parse(data) as { names: string[] }).names).toContain(`application ${hostile}`)
  })
})

it('a refused plan says so first, and carries the way out', async () => {
  const root = onDisk(organisation)
  await at(day, root, '-q', 'apply', '--auto-approve')
  const gone = onDisk(
    world()
      .system('dir', { owners: { minimum: 1 } })
      .user('ana', { accounts: { dir: {} } }),
    root,
  )
  const { code, stdout } = await at(day, gone, 'plan', '-o', 'html')
  expect(code).toBe(3)
  expect(stdout).toContain('<h1>rolecall plan <span class="badge refuse">refused</span></h1>')
  expect(stdout).toContain('<h3>refused <code>last-owner</code> in dir</h3>')
  expect(stdout.indexOf('last-owner')).toBeLessThan(stdout.indexOf('id="search"'))
})
