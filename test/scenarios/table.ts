/** The named scenarios: how teams have locked themselves out, and what rolecall makes of each. */
import type { Observation } from '../../src/connector/contract.ts'
import { Graph } from '../../src/model/graph.ts'
import { kinds, type Resource } from '../../src/model/resource.ts'
import type { Truth } from '../explorer/plain-system.ts'
import type { Scenario, ScenarioSystem } from './scenario.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { truthIn, type SystemWords } from './words.ts'

const vpn = 'vpn'

/** Changes one account of the truth; nothing where it is not there. */
function account(key: string, change: (account: Resource) => Resource): (truth: Truth) => Truth {
  return (truth) => {
    const found = truth.things[`account:${key}`]
    if (found === undefined) return truth
    return { ...truth, things: { ...truth.things, [`account:${key}`]: change(found) } }
  }
}

const accepts = (key: string): ((truth: Truth) => Truth) =>
  account(key, (found) => ({ ...found, fields: { ...found.fields, invitation: 'accepted' } }))
const demotes = (key: string): ((truth: Truth) => Truth) =>
  account(key, (found) => ({ ...found, links: { ...found.links, role: ['role:Member'] } }))

const leaves = (key: string, group: string): ((truth: Truth) => Truth) =>
  account(key, (found) => {
    const groups = (found.links['groups'] ?? []).filter((one) => one !== `group:${group}`)
    return { ...found, links: { ...found.links, groups } }
  })

/** A listing whose accounts end early, and that knows it. */
function cutAfter(count: number): (observation: Observation) => Observation {
  return (observation) => {
    const all = kinds.flatMap((kind) => [...observation.graph.all(kind)])
    const accounts = all.filter(({ ref }) => ref.kind === 'account')
    const shown = all.filter((one) => !accounts.slice(count).includes(one))
    const pages = { complete: false, reason: `page 2 of 3 failed` } as const
    return {
      ...observation,
      graph: new Graph(observation.graph.system, shown),
      proofs: { ...observation.proofs, account: pages },
    }
  }
}

/** A listing that still shows somebody who is gone. */
function withPhantom(key: string): (observation: Observation) => Observation {
  return (observation) => {
    const all = kinds.flatMap((kind) => [...observation.graph.all(kind)])
    const phantom = Object.values(truthIn(observation.graph.system, { accounts: { [key]: 'Owner' } }).things)
    return { ...observation, graph: new Graph(observation.graph.system, [...all, ...phantom]) }
  }
}

const two = { accounts: { ana: 'Owner', bo: 'Owner' } }
const bot = 'Administrator service'
const swap = { live: { accounts: { ana: 'Owner' } }, wished: { accounts: { ana: 'Member', bo: 'Owner' } } }

/** One system in which the change is wished. */
function one(
  live: SystemWords,
  wished: SystemWords,
  more: Partial<ScenarioSystem> = {},
): readonly ScenarioSystem[] {
  return [{ name: vpn, live, wished, ...more }]
}

const config = (words: Partial<SystemConfig>) => ({ config: words })
const anchored = config({ owners: { anchors: ['ana'], minimum: 1 } })

export const scenarios: readonly Scenario[] = [
  {
    id: 'S1',
    title: 'the only owner hands over to somebody new, whose invitation stays pending',
    systems: [{ name: vpn, ...swap, invites: true }],
    verdict: [],
    steps: [
      'waiting vpn create account:bo: an invitation was sent',
      'waiting vpn update account:ana: no other owner can be counted on yet: bo is invited ("pending")',
    ],
    end: 'waits for a person',
  },
  {
    id: 'S2',
    title: 'the only owner hands over to somebody new, who accepts late',
    systems: [{ name: vpn, ...swap, invites: true }],
    hand: { says: 'bo accepts the invitation', does: accepts('bo') },
    verdict: [],
    steps: [
      'waiting vpn create account:bo: an invitation was sent',
      'waiting vpn update account:ana: no other owner can be counted on yet: bo is invited ("pending")',
    ],
    end: 'waits for a person',
  },
  {
    id: 'S3',
    title: 'the only owner hands over, and the promotion fails with 403',
    systems: one({ accounts: { ana: 'Owner', bo: 'Member' } }, swap.wished, {
      denies: ({ ref }) => (ref.key === 'bo' ? '403: not allowed to change bo' : undefined),
    }),
    verdict: [],
    steps: [
      'failed vpn update account:bo: 403: not allowed to change bo',
      'skipped vpn update account:ana: an earlier step in this system was not done, and then no owner is lowered',
    ],
    end: 'denied',
  },
  {
    id: 'S4',
    title: 'the only owner is one through a group, and the change empties the group',
    systems: one(
      { accounts: { ana: 'Member admins', bo: 'Member' }, groups: { admins: 'Owner' } },
      { accounts: { ana: 'Member', bo: 'Member' }, groups: { admins: 'Owner' } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
    ],
    steps: ['skipped vpn update account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S5',
    title: 'the only owner is one through nested groups, and the middle link goes',
    systems: one(
      { accounts: { ana: 'Member leaders' }, groups: { admins: 'Owner', leaders: 'none in=admins' } },
      { accounts: { ana: 'Member leaders' }, groups: { admins: 'Owner', leaders: 'none' } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
    ],
    steps: ['skipped vpn update group:leaders: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S6',
    title:
      'the group of the only owner was deleted and made again by somebody, and the change takes the right from it',
    systems: one(
      { accounts: { ana: 'Member admins', bo: 'Member' }, groups: { admins: 'Owner id=7' } },
      { accounts: { ana: 'Member admins', bo: 'Member' }, groups: { admins: 'none' } },
      { known: { accounts: { ana: 'Member admins', bo: 'Member' }, groups: { admins: 'Owner id=3' } } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
      'identity-changed: The group admins of "vpn" has the id 7, and rolecall knew it as 3: the same name may be somebody else.',
    ],
    steps: ['skipped vpn update group:admins: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S7',
    title:
      'the other owner is one through a group that rules fill, and the rules change while the first goes',
    systems: one(
      {
        accounts: { ana: 'Owner', bo: 'Member admins' },
        groups: { admins: 'Owner', staff: 'none' },
        mappings: { saml: ['admins'] },
      },
      {
        accounts: { ana: 'Member', bo: 'Member admins' },
        groups: { admins: 'Owner', staff: 'none' },
        mappings: { saml: ['admins', 'staff'] },
      },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, whose right an identity provider gives and takes).',
    ],
    steps: [
      'done vpn update mapping:saml',
      'skipped vpn update account:ana: no other usable owner was found',
    ],
    end: 'refused',
  },
  {
    id: 'S8',
    title: 'of two owners one is suspended, and the change removes the other',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Owner suspended' } },
      { accounts: { bo: 'Owner suspended' } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, suspended).',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S9',
    title: 'of two owners one expires tomorrow, and the change removes the other',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Owner ends=2026-05-05' } },
      { accounts: { bo: 'Owner ends=2026-05-05' } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, ends on 2026-05-05).',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S10',
    title: 'of two owners one is only eligible, and the change removes the other',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Owner eligible' } },
      { accounts: { bo: 'Owner eligible' } },
    ),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, of unknown status "eligible").',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S11',
    title: 'both owner accounts are those of one person, and the change removes the owner beside her',
    systems: one(
      { accounts: { ana: 'Owner', 'ana-admin': 'Owner', bo: 'Owner' } },
      { accounts: { ana: 'Owner person=ana', 'ana-admin': 'Owner person=ana' } },
      config({ owners: { anchors: [], minimum: 2 } }),
    ),
    verdict: [
      'owners-below-minimum: This plan lowers bo and leaves "vpn" with 1 usable owner (now 2); owners.minimum is 2.',
    ],
    steps: ['done vpn delete account:bo'],
    end: 'refused',
  },
  {
    id: 'S12',
    title: 'the second owner is the account of rolecall itself',
    systems: one(
      { accounts: { ana: 'Owner', 'ci-bot': 'Owner' } },
      { accounts: { 'ci-bot': 'Owner' } },
      config({ automation: ['ci-bot'] }),
    ),
    unfit: ['ci-bot'],
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: ci-bot, an account of the automation).',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S13',
    title: 'all owners come from the identity provider, and the change takes the right from its group',
    systems: one(
      { accounts: { ana: 'Member admins', bo: 'Member admins' }, groups: { admins: 'Owner' } },
      { accounts: { ana: 'Member admins', bo: 'Member admins' }, groups: { admins: 'none' } },
      config({ memberships: 'identity-provider' }),
    ),
    verdict: [
      'last-owner: "vpn" has no usable owner, and this plan takes away 5 things; until there is an owner, a plan may only add (not counted: ana, whose right an identity provider gives and takes, bo, whose right an identity provider gives and takes).',
      'removal-limit: This plan reduces 2 of 2 owners in "vpn"; owners are reduced one at a time.',
    ],
    steps: ['skipped vpn update group:admins: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S14',
    title: 'the feed that fills the group of the other owner goes, and with it the first owner',
    systems: one(
      {
        accounts: { ana: 'Owner', bo: 'Member admins' },
        groups: { admins: 'Owner' },
        mappings: { saml: ['admins'] },
      },
      { accounts: { bo: 'Member admins' }, groups: { admins: 'Owner' } },
      { reacts: ({ ref }, truth) => (ref.kind === 'mapping' ? leaves('bo', 'admins')(truth) : truth) },
    ),
    verdict: [],
    steps: [
      'skipped vpn delete account:ana: no other usable owner was found',
      'done vpn delete mapping:saml',
    ],
    end: 'as wished',
  },
  {
    id: 'S15',
    title:
      'two systems in one change: in the first the group goes that makes an owner of the second, where the other goes',
    systems: inBoth('a-provider', 'b-vpn'),
    verdict: [
      'last-owner: This plan leaves "b-vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, whose right an identity provider gives and takes).',
    ],
    steps: [
      'done a-provider delete group:staff',
      'skipped b-vpn update account:ana: no other usable owner was found',
    ],
    end: 'refused',
  },
  {
    id: 'S15b',
    title: 'the same two systems, the other way round',
    systems: inBoth('b-provider', 'a-vpn'),
    verdict: [
      'last-owner: This plan leaves "a-vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, whose right an identity provider gives and takes).',
    ],
    steps: [
      'skipped a-vpn update account:ana: no other usable owner was found',
      'done b-provider delete group:staff',
    ],
    end: 'refused',
  },
  {
    id: 'S16',
    title: 'the read of the first system is cut short while the removal in the second looks harmless',
    systems: [
      {
        name: 'provider',
        live: { accounts: { ana: 'Owner', bo: 'Owner', chen: 'Member' } },
        wished: { accounts: { ana: 'Owner', bo: 'Owner' } },
        shows: cutAfter(2),
      },
      {
        name: vpn,
        live: {
          accounts: { ana: 'Member admins', bo: 'Owner' },
          groups: { admins: 'Owner' },
          mappings: { provider: ['admins'] },
        },
        wished: {
          accounts: { ana: 'Member admins' },
          groups: { admins: 'Owner' },
          mappings: { provider: ['admins'] },
        },
      },
    ],
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: bo); at every point of a run at least 1 must remain (not counted: ana, whose right an identity provider gives and takes).',
    ],
    steps: ['skipped vpn delete account:bo: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S22',
    title: 'the credentials of the run are those of somebody who leaves',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Owner', dana: 'Administrator' } },
      { accounts: { ana: 'Owner', bo: 'Owner' } },
      { identity: 'dana' },
    ),
    untouched: ['dana'],
    verdict: ['own-access: rolecall itself uses dana in "vpn", and this plan lowers it: it is removed.'],
    steps: ['done vpn delete account:dana'],
    end: 'refused',
  },
  {
    id: 'S23',
    title:
      'the automation hands over to a new account of its own: the old one stays until the new one was used',
    systems: one(
      { accounts: { ana: 'Owner', 'ci-old': bot } },
      { accounts: { ana: 'Owner', 'ci-old': bot, 'ci-new': bot } },
      { identity: 'ci-old', ...config({ automation: ['ci-old', 'ci-new'] }) },
    ),
    untouched: ['ci-old'],
    verdict: [],
    steps: ['done vpn create account:ci-new'],
    end: 'as wished',
  },
  {
    id: 'S23b',
    title: 'the automation hands over in one change that takes the old account away',
    systems: one(
      { accounts: { ana: 'Owner', 'ci-old': bot } },
      { accounts: { ana: 'Owner', 'ci-new': bot } },
      { identity: 'ci-old', ...config({ automation: ['ci-new'] }) },
    ),
    untouched: ['ci-old'],
    verdict: ['own-access: rolecall itself uses ci-old in "vpn", and this plan lowers it: it is removed.'],
    steps: ['done vpn create account:ci-new', 'done vpn delete account:ci-old'],
    end: 'refused',
  },
  {
    id: 'S24',
    title: 'the account of the run is narrowed by its own plan',
    systems: one(
      { accounts: { ana: 'Owner', 'ci-bot': bot } },
      { accounts: { ana: 'Owner', 'ci-bot': 'Administrator service scope=eu' } },
      { identity: 'ci-bot' },
    ),
    untouched: ['ci-bot'],
    verdict: [
      'own-access: rolecall itself uses ci-bot in "vpn", and this plan lowers it: its scope changes.',
    ],
    steps: ['done vpn create scope:eu', 'done vpn update account:ci-bot'],
    end: 'refused',
  },
  {
    id: 'S25',
    title: 'two merged changes each remove one of two owners in the same second',
    systems: one(two, { accounts: { ana: 'Owner' } }),
    otherHalf: { vpn: { accounts: { bo: 'Owner' } } },
    verdict: [],
    steps: ['done vpn delete account:bo'],
    end: 'as wished',
  },
  {
    id: 'S26',
    title: 'a second run starts between the look and the reduction',
    systems: one(two, { accounts: { ana: 'Owner', bo: 'Member' } }),
    otherHalf: { vpn: { accounts: { ana: 'Member', bo: 'Owner' } } },
    verdict: [],
    steps: ['done vpn update account:bo'],
    end: 'as wished',
  },
  {
    id: 'S27',
    title: 'a person demotes one of the two owners in the console while the other is lowered',
    systems: one(two, { accounts: { ana: 'Owner', bo: 'Member' } }),
    hand: { says: 'somebody demotes ana', does: demotes('ana') },
    verdict: [],
    steps: ['done vpn update account:bo'],
    end: 'as wished',
  },
  {
    id: 'S28',
    title: 'the list of owners is cut to one of three',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Owner', chen: 'Owner' } },
      { accounts: { bo: 'Owner', chen: 'Owner' } },
      { shows: cutAfter(1) },
    ),
    verdict: [
      'unproven-read: The accounts of "vpn" are not proven to be read whole (page 2 of 3 failed), and this plan takes away 3 things; nothing is removed on an unproven read.',
      'unproven-read: The accounts of "vpn" are not proven to be read whole (page 2 of 3 failed), and this plan creates 2 of them; what the read missed would be made a second time.',
    ],
    steps: [
      'skipped vpn create account:bo: the system could not be read',
      'skipped vpn create account:chen: the system could not be read',
      'skipped vpn delete account:ana: the system could not be read',
    ],
    end: 'refused',
  },
  {
    id: 'S29',
    title: 'the list of owners shows a fourth who is gone',
    systems: one(
      { accounts: { ana: 'Owner' } },
      { accounts: { ana: 'Member', dora: 'Owner' } },
      { shows: withPhantom('dora') },
    ),
    verdict: [],
    steps: [
      'skipped vpn update account:ana: the two looks at who owns the system do not agree, so nothing more is sent here: only the rules see dora',
    ],
    end: 'denied',
  },
  {
    id: 'S30',
    title: 'the other owner has a role that equals an owner and that nobody knows',
    systems: one({ accounts: { ana: 'Owner', bo: 'Root' } }, { accounts: { bo: 'Root' } }),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found'],
    end: 'refused',
  },
  {
    id: 'S31',
    title: 'the folder of manifests is empty',
    systems: one({ accounts: { ana: 'Owner', bo: 'Member' } }, { accounts: {} }),
    verdict: [
      'last-owner: This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
      'empty-desired: Nothing is declared for "vpn", and this plan takes away 4 things there.',
    ],
    steps: ['skipped vpn delete account:ana: no other usable owner was found', 'done vpn delete account:bo'],
    end: 'refused',
  },
  {
    id: 'S32',
    title: 'a revert brings back the manifests from before an anchor was made one, and lowers it',
    systems: one(two, { accounts: { ana: 'Member', bo: 'Owner' } }, anchored),
    untouched: ['ana'],
    verdict: [
      'anchor-touched: ana is an anchor of "vpn", and this plan lowers it: its power falls from owner to member, its role changes from Owner to Member.',
    ],
    steps: ['done vpn update account:ana'],
    end: 'refused',
  },
  {
    id: 'S33',
    title: 'the address of an anchor changes to another domain',
    systems: one(
      { accounts: { ana: 'Owner mail=ana@acme.example', bo: 'Owner' } },
      { accounts: { ana: 'Owner mail=ana@acme.test', bo: 'Owner' } },
      anchored,
    ),
    untouched: ['ana'],
    verdict: ['anchor-touched: ana is an anchor of "vpn", and this plan lowers it: its email changes.'],
    steps: ['done vpn update account:ana'],
    end: 'refused',
  },
  {
    id: 'S35',
    title: 'everything is frozen for an incident while a hand-over runs: the run is stopped',
    systems: one(
      { accounts: { ana: 'Owner', bo: 'Member', chen: 'Member' } },
      { accounts: { ana: 'Member', bo: 'Owner' } },
    ),
    verdict: [],
    steps: ['done vpn update account:bo', 'done vpn update account:ana', 'done vpn delete account:chen'],
    end: 'as wished',
  },
]

/** In one system the group goes through which bo is an owner of the other, and there ana goes. Systems go by their names. */
function inBoth(provider: string, other: string): readonly ScenarioSystem[] {
  const groups = { admins: 'Owner' }
  const mappings = { provider: ['admins'] }
  return [
    {
      name: provider,
      live: { accounts: { ana: 'Owner', bo: 'Owner staff' }, groups: { staff: 'none' } },
      wished: { accounts: { ana: 'Owner', bo: 'Owner' } },
    },
    {
      name: other,
      live: { accounts: { ana: 'Owner', bo: 'Member admins' }, groups, mappings },
      wished: { accounts: { ana: 'Member', bo: 'Member admins' }, groups, mappings },
    },
  ]
}
