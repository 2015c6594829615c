import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { needs, sampled, wireOf } from './needs.ts'
import type { ContractSystem } from './system.ts'
import { contractWorld, wishes, type ContractWorld } from './world.ts'

/** Thirty that no text has by chance: plain ones, long ones, and ones with signs that encodings turn. */
const planted: readonly string[] = Array.from({ length: 30 }, (_, at) => {
  const core = `Kx7${String.fromCharCode(97 + (at % 26))}Qw9Zr4`
  const signs = ['', '&', '<"', '+/=', "'%", 'é', '$', ' '][at % 8] ?? ''
  return `${core}${signs}${core.split('').reverse().join('')}${'vT2mLp8'.repeat(at % 4)}${at}`
})

/** How a secret may stand somewhere. What a server may say back is all but the last two. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  url: (secret) => encodeURIComponent(secret),
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  html: (secret) => secret.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
  'utf-16': (secret) => Buffer.from(secret, 'utf16le').toString('hex'),
  reversed: (secret) => Array.from(secret).reverse().join(''),
  split: (secret) => Array.from(secret).join('-'),
  'gzip member': (secret) => gzipSync(secret).toString('base64'),
  'first eight characters': (secret) => secret.slice(0, 8),
}
const saidBack = Object.keys(encodings).slice(0, -2)

/** Each secret in each encoding; otherwise each encoding is said back for six of them. */
const deep = process.env['ROLECALL_DEEP'] === '1'

export function secrets(system: ContractSystem): void {
  needs(
    system,
    'tokens',
    '30 planted secrets in 12 encodings appear in no output, plan, log, ledger or file',
    async () => {
      for (const [number, secret] of sampled(system, sampled(system, [...planted.entries()]))) {
        const world = await contractWorld(system, { secret })
        world.wish(wishes(1, 1))
        const said = [...(await inPeace(world, number)), ...(await saidBackBy(world, secret, number))]
        const texts = [...said, ...filesBelow(world.root)]
        for (const [encoding, encode] of Object.entries(encodings)) {
          const encoded = encode(secret)
          const telling = texts.find((text) => text.includes(encoded))
          expect(telling?.slice(0, 2000), `${secret} as ${encoding}`).toBeUndefined()
        }
        await world.close()
      }
    },
    3_600_000,
  )
}

/** All that is said where nothing goes wrong. */
async function inPeace(world: ContractWorld, number: number): Promise<readonly string[]> {
  const plan = join(world.root, 'plan.json')
  const told = []
  const always = [
    ['-v', '--log-format', 'json', 'plan', '--out', plan],
    ['-v', 'apply', plan, ...(world.live.toApply ?? [])],
  ]
  const sometimes = [['-v', 'drift', '-o', 'json'], ['-v', 'doctor', '--system', 'live'], ['log']]
  for (const words of deep || number % 10 === 0 ? [...always, ...sometimes] : always) {
    const { out, err } = await world.run(...words)
    told.push(out, err)
  }
  return told
}

/** All that is said where the system says back what it was sent, when it was asked for a token and after. */
async function saidBackBy(world: ContractWorld, secret: string, number: number): Promise<readonly string[]> {
  const { faults } = wireOf(world.live)
  const told = []
  for (const [at, encoding] of saidBack.entries()) {
    if (!deep && (at + number) % 5 !== 0) continue
    const echo = `invalid: ${encodings[encoding]!(secret)}`
    const body = JSON.stringify({ errorMessage: echo, message: echo, error: echo, error_description: echo })
    const headers = { 'content-type': 'application/json', 'x-debug': encodeURIComponent(echo) }
    faults.add({ skip: at % 2, times: 1, trouble: { status: [400, 401, 403, 500][at % 4]!, body, headers } })
    const { out, err } = await world.run('-v', at % 3 === 0 ? 'drift' : 'plan')
    told.push(out, err)
    faults.clear()
  }
  // and in answer to a write
  const echo = JSON.stringify({ errorMessage: `no: ${secret}` })
  faults.add({
    method: 'write',
    path: /^(?!.*token)/,
    trouble: { status: 400, body: echo, headers: { 'content-type': 'application/json' } },
  })
  world.wish(wishes(2, 1))
  const { out, err } = await world.run('-v', 'apply', '--auto-approve', ...(world.live.toApply ?? []))
  faults.clear()
  return [...told, out, err]
}

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}
