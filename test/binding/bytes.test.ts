import jsonpatch, { type Operation } from 'fast-json-patch'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPlan } from '../../src/commands/saved.ts'
import type { Plan } from '../../src/model/plan.ts'
import { canonical } from '../../src/plan/digest.ts'
import { digestOf, intentOf } from '../../src/plan/intent.ts'
import { serializePlan } from '../../src/plan/planfile.ts'
import { makeWorld, type Wishes, type World } from '../apply/world.ts'

/** Everything goes through the very function that apply reads a plan file with. */

const people = ['ana', 'bo', 'chen', 'dee', 'eve', 'finn', 'gus', 'hana', 'ivo', 'jo', 'kim', 'lea']
const wishes: Wishes = {
  groups: ['eng', 'ops', 'sales', 'über'],
  people: Object.fromEntries(
    people.map((name, index) => [
      name,
      { role: index < 2 ? 'Owner' : 'Member', groups: [index % 2 ? 'eng' : 'ops'] },
    ]),
  ),
  policies: { eng: 'payroll', ops: 'payroll', sales: 'crm' },
}

let world: World
let plan: Plan
let bytes: Buffer
beforeAll(async () => {
  world = makeWorld()
  plan = await world.plan(wishes)
  bytes = Buffer.from(serializePlan(plan))
})
afterAll(() => world.close())

const isTaken = (file: Uint8Array): boolean => 'plan' in readPlan(file)

describe('a plan file of twenty steps', () => {
  it('is read as it was written', () => {
    expect(plan.systems[0]?.steps.length).toBeGreaterThanOrEqual(19)
    expect(readPlan(bytes)).toEqual({ plan })
  })

  it('G10: any single byte that is flipped, left out or put in makes it another file, which is refused', () => {
    const ways: readonly ((at: number) => Buffer)[] = [
      (at) => {
        const file = Buffer.from(bytes)
        file[at] = (file[at] ?? 0) ^ (1 << (at % 8))
        return file
      },
      (at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
      (at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at)]),
      (at) => Buffer.concat([bytes.subarray(0, at), Buffer.from(' '), bytes.subarray(at)]),
    ]
    const all = process.env['ROLECALL_DEEP'] === '1'
    let tried = 0
    const taken: string[] = []
    for (let at = 0; at < bytes.length; at += 1)
      for (const [way, change] of ways.entries()) {
        if (!all && at % ways.length !== way) continue
        tried += 1
        const file = change(at)
        if (!file.equals(bytes) && isTaken(file)) taken.push(`${way} at ${at}`)
      }
    expect(taken).toEqual([])
    expect(tried).toBeGreaterThan(5000)
  }, 120_000)
})

/** What somebody makes of the plan's value, without knowing of digests. */
const step = '/systems/0/steps'
const put = (path: string, value: unknown): Operation[] => [{ op: 'add', path, value }]
const edits: Readonly<Record<string, readonly Operation[]>> = {
  'the last step dropped': [{ op: 'remove', path: `${step}/18` }],
  'the first step dropped': [{ op: 'remove', path: `${step}/0` }],
  'one in the middle dropped': [{ op: 'remove', path: `${step}/9` }],
  'two steps in each other’s place': [{ op: 'move', from: `${step}/1`, path: `${step}/0` }],
  'the last step first': [{ op: 'move', from: `${step}/18`, path: `${step}/0` }],
  'a step twice': [{ op: 'copy', from: `${step}/0`, path: `${step}/-` }],
  'a step with another id': put(`${step}/0/id`, 'people/99'),
  'another key': put(`${step}/9/change/ref/key`, 'mallory'),
  'another kind': put(`${step}/9/change/ref/kind`, 'group'),
  'another system': put(`${step}/9/change/ref/system`, 'vpn'),
  'another action': put(`${step}/9/change/action`, 'delete'),
  'another role': put(`${step}/9/change/after/links/role`, ['role:Owner']),
  'another group': put(`${step}/9/change/after/links/groups`, ['group:sales']),
  'a link less': [{ op: 'remove', path: `${step}/9/change/after/links/role` }],
  'a field more': put(`${step}/9/change/after/fields/note`, 'x'),
  'a field less': [{ op: 'remove', path: `${step}/9/change/after/fields/status` }],
  'another cause': put(`${step}/9/change/cause/document`, 'User/mallory'),
  'another line': put(`${step}/9/change/cause/line`, 2),
  'a change before the change': put(`${step}/9/change/before`, { fields: {}, links: {} }),
  'another id of what is changed': put(`${step}/9/change/id`, '1'),
  'whom it lowers, made up': put(`${step}/9/lowers`, ['ana']),
  'needs dropped': put(`${step}/9/needs`, []),
  'a need made up': put(`${step}/0/needs`, ['people/2']),
  'a fingerprint made up': put(`${step}/0/fingerprint`, '0'.repeat(64)),
  'the owners’ fingerprint': put('/systems/0/ownersFingerprint', '0'.repeat(64)),
  'an owner before': put('/systems/0/owners/before', [{ account: 'eve', because: [], usable: true }]),
  'no owner after': put('/systems/0/owners/after', []),
  'a proof made up': put('/systems/0/proofs/account', { complete: true, count: 9, evidence: ['total'] }),
  'another connector': put('/systems/0/connector', 'openstack'),
  'another stage': put('/systems/0/stage', 'report'),
  'another name of the system': put('/systems/0/name', 'office'),
  'another identity': put('/systems/0/identity', 'eve'),
  'another time of reading': put('/systems/0/readAt', '2027-01-01T00:00:00.000Z'),
  'the system twice': [{ op: 'copy', from: '/systems/0', path: '/systems/-' }],
  'no system': put('/systems', []),
  'another estimate': put('/systems/0/estimate/calls', 0),
  'an irreversible step made up': put('/systems/0/irreversible/-', { step: 'people/1', because: 'x' }),
  'a finding made up': put('/findings/-', { code: 'last-owner' }),
  'an expiry moved': put('/expiresAt', '2099-01-01T00:00:00.000Z'),
  'made at another time': put('/createdAt', '2026-05-04T10:00:00.000Z'),
  'another commit': put('/commit', 'f'.repeat(40)),
  'another tool': put('/tool', 'rolecall 9.9.9'),
  'another format': put('/format', 'rolecall/plan/v2'),
  'a document more': put('/documents/-', { document: 'User/x', digest: '0'.repeat(64) }),
  'another intent': put('/intent', '0'.repeat(64)),
  'another digest': put('/digest', '0'.repeat(64)),
  'no digest': [{ op: 'remove', path: '/digest' }],
  'no intent': [{ op: 'remove', path: '/intent' }],
  'no expiry': [{ op: 'remove', path: '/expiresAt' }],
  'a key more': put('/approved', true),
}

/** What somebody makes of the text; the value may be the same. */
const rewritings: Readonly<Record<string, (text: string) => string | Buffer>> = {
  'a key twice': (text) => text.replace('{', '{"commit":"x",'),
  'the same key twice with the same value': (text) =>
    text.replace('"format":"rolecall/plan/v1"', '"format":"rolecall/plan/v1","format":"rolecall/plan/v1"'),
  'a prototype': (text) => text.replace('{', '{"__proto__":{"polluted":true},'),
  'a constructor': (text) => text.replace('{', '{"constructor":{"prototype":{"polluted":true}},'),
  'an escape for a letter': (text) => text.replace('"format"', '"\\u0066ormat"'),
  'an escape in a value': (text) => text.replace('ana', '\\u0061na'),
  'a slash escaped': (text) => text.replace('rolecall/plan', 'rolecall\\/plan'),
  'bytes behind it': (text) => `${text}{}`,
  'a line behind it': (text) => `${text}\n`,
  'no line end': (text) => text.trimEnd(),
  'a byte order mark': (text) => `\uFEFF${text}`,
  'carriage returns': (text) => text.replace('\n', '\r\n'),
  'numbers with a point': (text) => text.replace(/"line":1\b/, '"line":1.0'),
  'numbers with an exponent': (text) => text.replace(/"line":1\b/, '"line":1e0'),
  'minus nothing': (text) => text.replace(/"calls":\d+/, '"calls":-0'),
  spaces: (text) => text.replaceAll(',', ', '),
  'printed nicely': (text) => JSON.stringify(JSON.parse(text), null, 2),
  'keys in another order': (text) =>
    `${JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse()))}\n`,
  'nested deeply': () => `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  'a hundred megabytes': (text) => `${text.slice(0, -2)}${' '.repeat(100_000_000)}}\n`,
  nothing: () => '',
  null: () => 'null\n',
  'a list of plans': (text) => `[${text.trim()}]\n`,
  compressed: () => Buffer.from([0x1f, 0x8b, 8, 0]),
  'UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'a replacement character for what was one': (text) =>
    Buffer.from(text.replace('über', 'b'), 'latin1').fill(0xff, 10, 11),
}

describe('G10: a plan that was edited', () => {
  it.each(Object.entries(edits))('%s', (_name, edit) => {
    const value = JSON.parse(bytes.toString()) as object
    const file = Buffer.from(`${canonical(jsonpatch.applyPatch(value, edit).newDocument)}\n`)
    expect(file.equals(bytes)).toBe(false)
    expect(readPlan(file)).toEqual({ fault: expect.stringMatching(/^(The|This) .*\.$/) as string })
  })

  it.each(Object.entries(rewritings))(
    'rewritten: %s',
    (_name, rewrite) => {
      const file = Buffer.from(rewrite(bytes.toString()))
      expect(file.equals(bytes)).toBe(false)
      expect(readPlan(file)).toEqual({ fault: expect.stringMatching(/^(The|This) .*\.$/) as string })
      expect('polluted' in {}).toBe(false)
    },
    60_000,
  )

  it.each([
    [
      'expiresAt',
      '2099-01-01T00:00:00.000Z',
      'The plan file does not expire when plans do, 60 minutes after they are made.',
    ],
    [
      'format',
      'rolecall/plan/v0',
      'This is not a plan that this version reads: its format is not "rolecall/plan/v1".',
    ],
    ['intent', 'f'.repeat(64), 'The changes of the plan file are not what its intent says.'],
  ])('whose digest was made right again is refused all the same: %s', (key, value, fault) => {
    const { digest: _, ...rest } = { ...plan, [key]: value }
    const forged = { ...rest, digest: digestOf(rest) }
    expect(readPlan(Buffer.from(`${canonical(forged)}\n`))).toEqual({ fault })
  })

  it('the schema is what stops a well-made file of another shape', () => {
    const { digest: _, ...rest } = { ...plan, systems: [{ ...plan.systems[0], extra: 1 }] } as unknown as Plan
    const intended = { ...rest, intent: intentOf(rest) }
    const forged = { ...intended, digest: digestOf(intended) }
    expect(readPlan(Buffer.from(`${canonical(forged)}\n`))).toMatchObject({
      fault: expect.stringContaining('does not have the shape of a plan') as string,
    })
  })
})
