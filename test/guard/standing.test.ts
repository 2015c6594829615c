import { expect, it } from 'vitest'
import type { Description } from '../../src/connector/describe.ts'
import { standing } from '../../src/guard/standing.ts'
import { Graph } from '../../src/model/graph.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { guardCase, ref } from './case.ts'

/** A system that has mappings only, and does not show which of their groups is given where no rule matches. */
const hiding: Description = {
  ...description,
  kinds: {
    mapping: {
      ...description.kinds.mapping!,
      fields: {
        mode: { about: 'Shown.', write: 'write', shape: 'scalar' },
        fallback: { about: 'Not shown.', write: 'write', shape: 'scalar', readable: false },
      },
    },
  },
}
const saml = { ref: ref('mapping', 'saml'), fields: { mode: 'single', fallback: 'none' } }
const judged = guardCase({
  live: [],
  description: hiding,
  wishes: [
    saml,
    { ...saml, ref: ref('mapping', 'later'), state: 'later' },
    { ref: ref('mapping', 'without'), fields: { mode: 'single' } },
    { ref: ref('account', 'ana'), fields: { fallback: 'none' } },
  ],
})
const told = (more: Partial<typeof judged> = {}) => standing({ ...judged, ...more }, new Graph('vpn'))

it('of what the system does not show, whether it is as declared is known to nobody', () => {
  expect(told()).toEqual([
    {
      refs: [saml.ref],
      message:
        'Nobody can tell whether mapping saml has "fallback" as it is declared: directory does not show it, and there is no earlier version to compare with.',
      remedy:
        'Look at it in vpn itself; with `protectedRef` in Settings, a change of it is a step of the plan that carries it.',
    },
  ])
})

it('an earlier version to compare with is enough, whatever it says', () => {
  expect(told({ former: () => undefined })).toEqual([])
})

it('what the system itself finds wrong comes first', () => {
  const own = { refs: [], message: 'The door is open.', remedy: 'Close it.' }
  expect(told({ rules: { ...judged.rules, standing: () => [own] } })).toEqual([own, ...told()])
})
