import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { hostileNames } from './hostile-names.ts'
import type { ContractSystem } from './system.ts'
import { contractWorld, wishes, type ContractWorld } from './world.ts'

/** Everything that no output may hold as it is, in words of its own and not in those of the encoder that is tested. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const deep = process.env['ROLECALL_DEEP'] === '1'

/** Names of live things are hostile input, and every output has to say them without doing what they say. */
export function names(system: ContractSystem): void {
  const { hostile: most = 10_000 } = system
  const some = deep ? most : Math.min(most, 2000)
  it(`${most.toLocaleString('en')} hostile names reach no text unescaped`, async () => {
    const world = await hostile(system, most)
    for (const words of [['plan'], ['drift']]) {
      const text = await said(world, words)
      expect(shows(text), words.join(' ')).toBeGreaterThan(0)
      expect(bare(text), words.join(' ')).toEqual([])
    }
    await world.close()
  }, 300_000)

  it(`${some.toLocaleString('en')} hostile names reach no Markdown unescaped, and JSON as they are`, async () => {
    const world = await hostile(system, some)
    for (const words of [
      ['plan', '-o', 'markdown'],
      ['drift', '-o', 'markdown'],
    ]) {
      const text = await said(world, words)
      expect(shows(text), words.join(' ')).toBeGreaterThan(0)
      expect(bare(text), words.join(' ')).toEqual([])
      expect(live(text), words.join(' ')).toEqual([])
    }
    // JSON is for programs: what it holds comes out as it went in, and its own text is plain JSON
    const { out } = await world.run('drift', '-o', 'json')
    expect(JSON.stringify(JSON.parse(out))).toContain('alert(1)')
    expect(out.split('\n').flatMap((line) => /[\u0000-\u001f]/.exec(line) ?? [])).toEqual([])
    await world.close()
  }, 300_000)

  it('adopt writes hostile names as YAML that reads as it was meant, or leaves them out and says so', async () => {
    const world = await hostile(system, Math.min(most, 300))
    const { code, out, err } = await world.run('adopt', '--system', 'live')
    expect(code, err).toBe(0)
    expect(bare(`${out}${err}`)).toEqual([])
    const files = readdirSync(join(world.root, 'access'), { recursive: true, encoding: 'utf8' })
    const texts = files
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(join(world.root, 'access', file), 'utf8'))
    for (const text of texts) {
      expect(bare(text)).toEqual([])
      expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([])
    }
    // what was left out is not declared, and all the rest is equal
    const again = await world.plan()
    expect([0, 3], again.err).toContain(again.code)
    expect(again.out).not.toMatch(/to create|to change/)
    await world.close()
  }, 120_000)

  it('what was done to hostile names is told without doing what they say', async () => {
    const world = await contractWorld(system)
    world.wish(wishes(1, 12))
    expect((await world.apply()).code).toBe(0)
    await world.live.byHand({ groups: hostileNames(8, 7) })
    for (const words of [['-v', 'apply', '--auto-approve'], ['log']]) {
      const { code, out, err } = await world.run(...words)
      expect(code, out + err).toBe(0)
      expect(bare(out + err)).toEqual([])
    }
    expect((await world.live.there()).groups).toHaveLength(12)
    await world.close()
  }, 120_000)
}

/** As many groups as it takes, put there by hand, and policies where somebody can. */
async function hostile(system: ContractSystem, count: number): Promise<ContractWorld> {
  const world = await contractWorld(system)
  world.wish()
  expect((await world.apply()).code).toBe(0)
  await world.live.byHand({ groups: hostileNames(count) })
  return world
}

async function said(world: ContractWorld, words: readonly string[]): Promise<string> {
  const { out, err } = await world.run(...words)
  return out + err
}

/** Whether names were shown at all: a text without any proves nothing. */
function shows(text: string): number {
  return text.split('alert(1)').length + text.split('evil').length - 2
}

/** What stands there as it is, with what is around it. Lines end with a line feed, and nothing else does. */
function bare(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const at = line.replaceAll('&#8203;', '').search(invisible)
    return at < 0 ? [] : [JSON.stringify(line.slice(Math.max(0, at - 20), at + 20))]
  })
}

/** What Markdown would make something of, outside of code: HTML, links, images, mentions. */
function live(text: string): readonly string[] {
  const prose = text
    .replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1`*$/gm, '')
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
  return [
    ...prose.matchAll(
      /(?<!\\)<(?!\/?(?:details|summary|b|br|sub|!-- rolecall)\b)[a-z!/]|(?<!\\)\]\(|@acme|[^\u200b;]https:\/\/evil|(?<!\\)!\[/gi,
    ),
  ].map(({ index }) => JSON.stringify(prose.slice(Math.max(0, index - 20), index + 20)))
}
