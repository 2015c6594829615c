import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, onDisk } from '../../lifecycle/travel.ts'
import { world, type World } from '../../world.ts'
import { missing, openBrowser } from './browser.ts'

const day = '2026-11-25'
const hostile = '</script><img src=x onerror="document.title=1">'

/** People, two teams and what these may reach; as many people as are asked for. */
function organisation(people: number): World {
  let made = world()
    .system('dir', { owners: { minimum: 1 }, limits: { removals: { moreThan: 100_000, percent: 100 } } })
    .group('engineering')
    .group('finance', { parent: 'engineering' })
    .user('ana', { accounts: { dir: { role: 'Owner' } } })
    .policy('wages', { subjects: [{ group: 'finance' }], resources: [{ application: 'wages' }] })
    .policy('odd', { subjects: [{ user: 'ana' }], resources: [{ application: hostile }] })
  for (let n = 0; n < people; n++)
    made = made.user(`p${n}`, { accounts: { dir: {} }, groups: [n % 2 === 0 ? 'finance' : 'engineering'] })
  return made
}

describe.skipIf(missing !== '')(`pages in a browser ${missing}`, () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-page-'))

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
  })

  /** The page, opened by a browser that notes what it asks for and what goes wrong. */
  async function open(
    html: string,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; asked: string[]; faults: string[] }> {
    const file = join(folder, `${Math.random()}.html`)
    writeFileSync(file, html)
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
    const [asked, faults]: [string[], string[]] = [[], []]
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(`file://${file}`)
    return { page, asked, faults }
  }

  async function planOf(people: number): Promise<string> {
    const root = onDisk(organisation(people))
    const out = join(root, 'plan.html')
    expect(await at(day, root, '-q', 'plan', '-o', 'html', '--out', out)).toMatchObject({ code: 0 })
    return readFileSync(out, 'utf8')
  }

  const visible = async (page: Page): Promise<number> => await page.locator('[data-row]:visible').count()

  it('opens without asking for anything else, and without a fault', async () => {
    const { page, asked, faults } = await open(await planOf(3))
    await page.fill('#chosen', 'p0')
    expect(asked).toHaveLength(1)
    expect(faults).toEqual([])
    expect(await page.title()).toBe('rolecall plan')
  })

  it('may not ask for anything either: its policy stops it', async () => {
    const { page, faults } = await open(await planOf(1))
    const answer = await page.evaluate(
      async () => await fetch('data:,x').then(String, (error: unknown) => `stopped: ${String(error)}`),
    )
    expect(answer).toMatch(/^stopped/)
    expect(faults.join('\n')).toContain('Content Security Policy')
  })

  it('shows a name that is markup as a name', async () => {
    const { page, faults } = await open(await planOf(1))
    await page.fill('#chosen', `application ${hostile}`)
    expect(await page.locator('#picture title').allTextContents()).toContain(`application ${hostile}`)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('rolecall plan')
    expect(faults).toEqual([])
  })

  it('is searched with the keyboard: a slash to begin, words that all must be there, Escape to see all again', async () => {
    const { page } = await open(await planOf(6))
    const all = await visible(page)
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('search')
    await page.keyboard.type('wages P2')
    const found = await page.locator('[data-row]:visible').allTextContents()
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('p2')
    expect(await page.textContent('#told')).toBe(`1 of ${all} lines`)
    await page.keyboard.press('Escape')
    expect(await visible(page)).toBe(all)
  })

  it('draws the ways of a person, and of a resource', async () => {
    const { page } = await open(await planOf(4))
    await page.locator('button.name', { hasText: /^p0$/ }).first().click()
    expect(await page.inputValue('#chosen')).toBe('p0')
    const names = await page.locator('#picture .name title').allTextContents()
    expect(names).toEqual(
      expect.arrayContaining(['p0', 'group finance', 'policy wages', 'application wages']),
    )
    await page.fill('#chosen', 'application wages')
    const holders = await page.locator('#picture .name title').allTextContents()
    expect(holders).toEqual(expect.arrayContaining(['p0', 'p2']))
    expect(holders).not.toContain('p1')
    await page.fill('#chosen', 'nobody')
    expect(await page.textContent('#said')).toBe('Nothing of that name is in this page.')
  })

  it('is dark where a person works in the dark', async () => {
    const html = await planOf(1)
    const paper = async (scheme: 'light' | 'dark'): Promise<string> =>
      await (await open(html, scheme)).page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect([await paper('light'), await paper('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)'])
  })

  it('prints everything, what is folded included, and none of its controls', async () => {
    const { page } = await open(await planOf(2))
    await page.evaluate(() => {
      for (const folded of document.querySelectorAll('details')) folded.open = false
      dispatchEvent(new Event('beforeprint'))
    })
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('#search:visible').count()).toBe(0)
    expect(await page.locator('details:not([open])').count()).toBe(0)
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('holds ten thousand changes, and finds one among them', async () => {
    const { page, faults } = await open(await planOf(10_000))
    expect(await page.locator('.changes [data-row]').count()).toBeGreaterThan(10_000)
    await page.fill('#search', 'p9999')
    expect(await page.locator('.changes [data-row]:visible').count()).toBe(1)
    await page.fill('#chosen', 'p9998')
    expect(await page.locator('#picture .name').count()).toBeGreaterThan(2)
    expect(faults).toEqual([])
  }, 180_000)
})
