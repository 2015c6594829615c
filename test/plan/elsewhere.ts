/** Prints a plan file, made in whatever time zone and language this process runs in. */
import { together } from '../../src/access/impact.ts'
import { Graph } from '../../src/model/graph.ts'
import { sha256 } from '../../src/plan/digest.ts'
import { assemble } from '../../src/plan/plan.ts'
import { serializePlan } from '../../src/plan/planfile.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { applied, config, desired, live, owner, person, stepsOf, system, wish, type World } from './world.ts'

const turn = <T>(items: readonly T[]): T[] =>
  process.argv[2] === 'reversed' ? [...items].reverse() : [...items]

// Names on which languages disagree: Turkish about I, Swedish about ö, and most about the case.
const names = ['Zoo', 'alpha', 'Ida', 'ida-2', 'ılk', 'öl', 'ost', 'ärm', 'Éric', 'zebra']
const world: World = {
  wishes: turn([
    ...names.map((key) => wish(live('group', key, { fields: { regions: ['us', 'eu'] } }))),
    ...names.map((key) =>
      wish(person(key.toLowerCase(), { links: { groups: names.map((group) => `group:${group}`).sort() } }), {
        until: '2026-11-24',
      }),
    ),
    wish(owner('ana'), { until: '2026-11-25' }),
  ]),
  live: turn([
    owner('ana'),
    person('ida', { fields: { username: 'IDA' } }),
    ...names.map((key) => live('group', `old ${key}`)),
  ]),
  inventory: turn(names.map((key) => applied('group', `old ${key}`))),
}
const plan = assemble({
  tool: 'rolecall',
  now: '2026-11-22T00:30:00.000Z',
  systems: [
    {
      config: config(),
      description,
      rules,
      people: new Map(),
      observation: {
        graph: new Graph(system, world.live),
        proofs: {},
        readAt: '2026-11-22T00:30:00.000Z',
        calls: 1,
      },
      desired: desired(world.wishes ?? []),
      steps: stepsOf(world),
    },
  ],
  findings: [],
  impact: together([]),
  document: (document) => ({ document, digest: sha256(document) }),
})
process.stdout.write(serializePlan(plan))
