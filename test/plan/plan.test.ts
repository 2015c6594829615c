import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import reference from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findingCodes, type Finding } from '../../src/model/finding.ts'
import { evidences, type Plan } from '../../src/model/plan.ts'
import { Graph } from '../../src/model/graph.ts'
import { kinds } from '../../src/model/resource.ts'
import { canonical, sha256 } from '../../src/plan/digest.ts'
import type { Wish } from '../../src/model/desired.ts'
import { together } from '../../src/access/impact.ts'
import { classify, driftClasses, wishDigest } from '../../src/plan/drift.ts'
import { assemble, type PlanInput } from '../../src/plan/plan.ts'
import { parsePlan, serializePlan } from '../../src/plan/planfile.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  applied,
  changesOf,
  config,
  desired,
  live,
  owner,
  person,
  stepsOf,
  system,
  wish,
  type World,
} from './world.ts'

const now = '2026-11-22T12:00:00.000Z'

/** Every sort of change at once. */
const world: World = {
  wishes: [
    wish(live('group', 'engineering'), { previousKeys: ['developers'] }),
    wish(person('bo', { fields: { sealed: true }, links: { role: ['role:Administrator'] } })),
    wish(person('new'), { until: '2026-11-24', person: 'newcomer' }),
    wish(owner('ana'), { person: 'ana' }),
    wish(owner('leaving'), { until: '2026-11-24' }),
  ],
  live: [
    live('group', 'developers', { id: 'group/1' }),
    live('group', 'strange'),
    person('bo', { id: 'account/1' }),
    person('gone', { id: 'account/2' }),
    owner('ana'),
    owner('ci-bot'),
    owner('leaving'),
    owner('out', { fields: { status: 'suspended' } }),
  ],
  inventory: [applied('account', 'gone')],
  config: { automation: ['ci-bot'] },
}

const finding: Finding = {
  code: 'removal-limit',
  system,
  severity: 'refuse',
  refs: [{ system, kind: 'account', key: 'gone' }],
  count: 1,
  message: 'One account would be removed.',
  where: 'built in',
  remedy: 'Declare it.',
  acceptable: true,
}

function planOf(
  of: World & { readonly callsPerSecond?: number } = world,
  more: Partial<PlanInput> = {},
): Plan {
  return assemble({
    impact: together([]),
    tool: 'rolecall 0.1.0',
    now,
    commit: 'a'.repeat(40),
    systems: [
      {
        config: config(of.config),
        description,
        rules,
        people: new Map(),
        observation: {
          graph: new Graph(system, of.live),
          proofs: {
            account: { complete: true, evidence: ['transaction'], count: 6 },
            group: { complete: false, reason: 'a page is missing' },
          },
          readAt: now,
          calls: 3,
          ...(of.callsPerSecond === undefined ? {} : { callsPerSecond: of.callsPerSecond }),
        },
        desired: desired(of.wishes ?? []),
        steps: stepsOf(of),
        identity: 'ci-bot',
      },
    ],
    findings: [finding],
    document: (document) => ({ document, digest: sha256(document) }),
    ...more,
  })
}

describe('the plan', () => {
  const plan = planOf()
  const [only] = plan.systems

  it('has every sort of change, and says who owns the system before and after, with reasons', () => {
    expect(new Set(only?.steps.map((step) => step.change.action))).toEqual(
      new Set(['create', 'update', 'rename', 'delete', 'manual', 'keep']),
    )
    expect(only?.owners.before).toEqual([
      { account: 'ana', person: 'ana', usable: true, because: [] },
      { account: 'ci-bot', usable: false, because: ['an account of the automation'] },
      { account: 'leaving', usable: false, because: ['ends on 2026-11-24'] },
      { account: 'out', usable: false, because: ['suspended'] },
    ])
    expect(only?.owners.after).toEqual(only?.owners.before)
  })

  it('expires an hour after it was made, and binds the documents that it comes from', () => {
    expect(plan.expiresAt).toBe('2026-11-22T13:00:00.000Z')
    expect(plan.documents.map((one) => one.document)).toEqual([
      'Group/engineering',
      'System/office',
      'User/bo',
      'User/new',
    ])
  })

  it('an owner who stays for 72 hours and five minutes more is counted on, and one day less is not', () => {
    const until = (day: string): boolean | undefined =>
      planOf({ wishes: [wish(owner('ana'), { until: day })], live: [owner('ana')] }).systems[0]?.owners
        .before[0]?.usable
    expect([until('2026-11-25'), until('2026-11-24')]).toEqual([true, false])
  })

  it('an owner that the system ignores is not counted on', () => {
    const vendor = planOf({ live: [owner('ana'), owner('vendor')], config: { ignore: { account: ['v*'] } } })
    expect(vendor.systems[0]?.owners.after).toEqual([
      { account: 'ana', usable: true, because: [] },
      { account: 'vendor', usable: false, because: ['ignored in this system'] },
    ])
  })

  it('estimates batches, looks and reductions', () => {
    const demoted = planOf({ wishes: [wish(person('ana'))], live: [owner('ana'), owner('bo')] })
    expect(demoted.systems[0]?.estimate).toEqual({ calls: 7, seconds: 0 })
    expect(planOf({ live: [owner('ana')] }).systems[0]?.estimate).toEqual({ calls: 0, seconds: 0 })
    const slow = planOf({
      wishes: [wish(person('ana'))],
      live: [owner('ana'), owner('bo')],
      callsPerSecond: 0.25,
    })
    expect(slow.systems[0]?.estimate).toEqual({ calls: 7, seconds: 28 })
  })
})

describe('intent', () => {
  const { intent } = planOf()

  it('does not change with time, commit, native ids, or what is left alone', () => {
    expect(planOf(world, { now: '2026-11-23T09:30:00.000Z', commit: 'b'.repeat(40) }).intent).toBe(intent)
    const ids = (world.live ?? []).map((one, index) => ({ ...one, id: `x/${index}` }))
    expect(planOf({ ...world, live: ids }).intent).toBe(intent)
    expect(planOf({ ...world, live: [...(world.live ?? []), live('group', 'also-strange')] }).intent).toBe(
      intent,
    )
    const lines = (world.wishes ?? []).map((one) => ({ ...one, cause: { ...one.cause, line: 99 } }))
    expect(planOf({ ...world, wishes: lines }).intent).toBe(intent)
  })

  it('does not change when a finding is accepted, and does with what it counts', () => {
    expect(planOf(world, { findings: [{ ...finding, acceptedBy: 'leavers' }] }).intent).toBe(intent)
    expect(planOf(world, { findings: [{ ...finding, count: 2 }] }).intent).not.toBe(intent)
    expect(planOf(world, { findings: [] }).intent).not.toBe(intent)
  })

  it('changes with a change, and with the content of a document', () => {
    expect(planOf({ ...world, wishes: world.wishes?.slice(1) ?? [] }).intent).not.toBe(intent)
    expect(
      planOf(world, { document: (document) => ({ document, digest: sha256(`${document}!`) }) }).intent,
    ).not.toBe(intent)
  })

  it('the digest covers what the intent leaves out', () => {
    expect(planOf(world, { now: '2026-11-23T09:30:00.000Z' }).digest).not.toBe(planOf().digest)
    expect(planOf(world, { findings: [{ ...finding, acceptedBy: 'leavers' }] }).digest).not.toBe(
      planOf().digest,
    )
  })
})

describe('the canonical form', () => {
  it('is the one of the library (RFC 8785), for any value', () => {
    const library = reference as unknown as (value: unknown) => string
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        expect(canonical(value)).toBe(library(value))
      }),
    )
    const traps = {
      10: 1,
      9: 2,
      '\u20ac': 3,
      '\ud83d\ude00': 4,
      '\ufb33': 5,
      ['__proto__']: -0,
      none: undefined,
      list: [undefined, 1e21, 1e-7],
    }
    expect(canonical(traps)).toBe(library(traps))
  })

  it('is what the digest is of, though it is never one text', () => {
    const whole = (value: unknown) => createHash('sha256').update(canonical(value), 'utf8').digest('hex')
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large' }), (value) => {
        expect(sha256(value)).toBe(whole(value))
      }),
    )
    const long = {
      list: Array.from({ length: 5000 }, (_, index) => ({
        index,
        text: '\u{1F600} "quoted"',
        none: undefined,
      })),
    }
    expect(sha256(long)).toBe(whole(long))
    expect(sha256([undefined, {}, [], { a: [[[[{ b: [{}] }]]]] }])).toBe(
      whole([null, {}, [], { a: [[[[{ b: [{}] }]]]] }]),
    )
  })

  it('there is none of a number that JSON cannot hold', () => {
    expect(() => canonical({ a: [NaN] })).toThrow('NaN has no JSON form')
  })
})

describe('the plan file', () => {
  const text = serializePlan(planOf())
  const check = conforms('plan')
  const read = (file: string) => parsePlan(file, check)

  it('conforms to the published schema, with every sort of change', () => {
    expect(conforms('plan')(JSON.parse(text))).toEqual([])
  })

  it('reads back as the plan it was', () => {
    expect(read(text)).toEqual({ plan: planOf() })
  })

  it('is refused after a change of one character, wherever', () => {
    // A step that shares no factor with anything in sight: each run looks at some hundred places.
    for (let at = 0; at < text.length; at += 37) {
      const other = text[at] === '1' ? '2' : '1'
      expect(read(text.slice(0, at) + other + text.slice(at + 1)), `character ${at}`).toHaveProperty('fault')
    }
  })

  it('is refused cut short, spaced, reordered, with a key twice, without its newline, or as no JSON at all', () => {
    const plan = JSON.parse(text) as Plan
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(plan).reverse()))
    const twice = text.replace('{"commit"', '{"commit":"x","commit"')
    for (const file of [
      '',
      '{',
      'null',
      '[]',
      '"plan"',
      text.slice(0, -2),
      text.trimEnd(),
      `${text}\n`,
      ` ${text}`,
      `${JSON.stringify(plan, null, 1)}\n`,
      `${reordered}\n`,
      twice,
      '['.repeat(200_000),
      `\uFEFF${text}`,
    ])
      expect(read(file), file.slice(0, 40)).toHaveProperty('fault')
  })

  it('is refused when its digest was made again but its intent was not, and the other way round', () => {
    const plan = JSON.parse(text) as Plan
    const findings = [{ ...finding, count: 0 }]
    const { digest: _, ...rest } = { ...plan, findings }
    expect(read(`${canonical({ ...rest, digest: sha256(rest) })}\n`)).toEqual({
      fault: 'The changes of the plan file are not what its intent says.',
    })
    expect(read(`${canonical({ ...plan, findings })}\n`)).toEqual({
      fault: 'The content of the plan file is not what its digest says.',
    })
  })

  it('is refused when all digests are right and it is no plan', () => {
    const { digest: _, ...rest } = {
      ...(JSON.parse(text) as Plan),
      systems: [{ name: 'office', steps: 'none' }],
    }
    expect(read(`${canonical({ ...rest, digest: sha256(rest) })}\n`)).toHaveProperty(
      'fault',
      expect.stringMatching(/shape of a plan/),
    )
  })

  it('says so when another version wrote it', () => {
    expect(read('{"format":"rolecall/plan/v2"}\n')).toEqual({
      fault: 'This is not a plan that this version reads: its format is not "rolecall/plan/v1".',
    })
  })
})

describe('drift', () => {
  const bo = wish(person('bo', { links: { role: ['role:Administrator'] } }))
  const classOf = (of: World, more = {}) =>
    classify({
      now,
      meaning: () => together([]),
      systems: [
        {
          name: system,
          changes: changesOf(of),
          desired: desired(of.wishes ?? []),
          inventory: of.inventory ?? [],
          waiting: [],
          due: new Set(),
          ...more,
        },
      ],
    })
  const classes = (of: World, more = {}): string[] => classOf(of, more).entries.map((entry) => entry.class)

  it('D6: changed behind our back, if the wish is the one that was applied', () => {
    expect(
      classes({
        wishes: [bo],
        live: [person('bo')],
        inventory: [applied('account', 'bo', { wish: wishDigest(bo) })],
      }),
    ).toEqual(['changed'])
    expect(
      classes({ wishes: [bo], live: [], inventory: [applied('account', 'bo', { wish: wishDigest(bo) })] }),
    ).toEqual(['changed'])
  })

  it('not yet applied, if the manifests moved or it never was', () => {
    expect(
      classes({
        wishes: [bo],
        live: [person('bo')],
        inventory: [applied('account', 'bo', { wish: 'another' })],
      }),
    ).toEqual(['not-applied'])
    expect(classes({ wishes: [bo], live: [person('bo')] })).toEqual(['not-applied'])
    expect(classes({ live: [person('bo')], inventory: [applied('account', 'bo')] })).toEqual(['not-applied'])
  })

  it('where a wish stands in a file, and whose it is, does not make it another one', () => {
    expect(wishDigest({ ...bo, cause: { ...bo.cause, line: 80 }, handle: 'robert' })).toBe(wishDigest(bo))
    expect(wishDigest({ ...bo, state: 'later' })).not.toBe(wishDigest(bo))
  })

  it('somebody put into a group by hand is a change, and a group that newly writes its members is not', () => {
    const eng = live('group', 'eng')
    const exact = wish(eng, { exactMembers: true })
    const of = (wishOfGroup: string): World => ({
      wishes: [exact, wish(person('bo'))],
      live: [eng, person('bo', { links: { groups: ['group:eng'] } })],
      inventory: [
        applied('account', 'bo', { wish: wishDigest(wish(person('bo'))) }),
        applied('group', 'eng', { wish: wishOfGroup }),
      ],
    })
    expect(classes(of(wishDigest(exact)))).toEqual(['changed'])
    expect(classes(of(wishDigest(wish(eng))))).toEqual(['not-applied'])
  })

  it('what appears in an exclusive collection was made by hand', () => {
    expect(classes({ live: [live('group', 'new')], config: { exclusive: ['group'] } })).toEqual(['changed'])
  })

  it('due, if a date alone has made it, and only where the wish is another than the one applied', () => {
    const expired = wish(person('bo', { fields: { status: 'suspended' } }))
    const of = (before: Wish): World => ({
      wishes: [expired],
      live: [person('bo')],
      inventory: [applied('account', 'bo', { wish: wishDigest(before) })],
    })
    const due = new Set(['account:bo'])
    expect(classes(of(wish(person('bo'))), { due })).toEqual(['due'])
    expect(classes(of(wish(person('bo'))))).toEqual(['not-applied'])
    expect(classes(of(expired), { due })).toEqual(['changed'])
  })

  it('waiting is a difference after fourteen days', () => {
    const of = { wishes: [bo], live: [person('bo')] }
    const waiting = (since: string) => ({ waiting: [{ ref: bo.ref, forWhom: 'bo', since }] })
    expect(classOf(of, waiting('2026-11-08T12:00:01Z'))).toMatchObject({
      differs: false,
      counts: { waiting: 1 },
    })
    expect(classOf(of, waiting('2026-11-08T12:00:00Z'))).toMatchObject({
      differs: true,
      counts: { waiting: 1 },
    })
  })

  it('a step by hand is open, what is unmanaged alone is no difference, and what a stage holds back is one', () => {
    const sealed = { wishes: [wish(person('bo', { fields: { sealed: true } }))], live: [person('bo')] }
    expect(classOf(sealed)).toMatchObject({ differs: true, counts: { manual: 1 } })
    expect(classOf({ live: [person('bo')] })).toMatchObject({ differs: false, counts: { unmanaged: 1 } })
    expect(classOf({ wishes: [bo], config: { stage: 'report' } })).toMatchObject({ differs: true })
  })

  it('conforms to its published schema, with every class', () => {
    const report = classOf(world, {
      waiting: [{ ref: { system, kind: 'account', key: 'new' }, forWhom: 'new', since: now }],
    })
    expect(conforms('drift')(JSON.parse(JSON.stringify(report)))).toEqual([])
  })
})

describe('the published schemas', () => {
  const plan = JSON.parse(schemaText('plan')) as {
    $defs: Record<
      string,
      { enum: string[]; properties: Record<string, { enum: string[]; properties: object }> }
    >
  }

  it('list what the code knows', () => {
    expect(plan.$defs['kind']?.enum).toEqual([...kinds])
    expect(plan.$defs['finding']?.properties['code']?.enum).toEqual([...findingCodes])
    expect(JSON.stringify(plan.$defs['proof'])).toContain(JSON.stringify(evidences))
    const drift = JSON.parse(schemaText('drift')) as { properties: { counts: { required: string[] } } }
    expect(drift.properties.counts.required).toEqual([...driftClasses])
  })

  it('describe every key', () => {
    for (const name of ['plan', 'drift']) {
      const undescribed: string[] = []
      JSON.stringify(JSON.parse(schemaText(name)), function (this: unknown, key: string, value: unknown) {
        if (
          key === 'properties' &&
          typeof value === 'object' &&
          value !== null &&
          !('then' in (this as object))
        )
          for (const [property, schema] of Object.entries(value as Record<string, object>))
            if (!('description' in schema) && !('$ref' in schema) && !('const' in schema))
              undescribed.push(property)
        return value
      })
      expect(undescribed).toEqual([])
    }
  })
})

function schemaText(name: string): string {
  return readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
}

function conforms(name: 'plan' | 'drift'): (value: unknown) => readonly string[] {
  const ajv = new Ajv2020({ strict: true, strictRequired: false })
  ajv.addSchema(JSON.parse(schemaText('plan')) as object)
  const validate =
    ajv.getSchema(`https://rolecall.dev/schemas/v1/${name}.schema.json`) ??
    ajv.compile(JSON.parse(schemaText(name)) as object)
  return (value) =>
    (validate as ValidateFunction)(value) ? [] : [ajv.errorsText((validate as ValidateFunction).errors)]
}
