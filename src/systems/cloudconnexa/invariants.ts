/**
 * What CloudConnexa forbids or depends on, asked of the outcome of a plan before its first call. Where the documents do
 * not say what the system does, the plan must be safe whatever it does: so it is refused here.
 */
import type { Violation } from '../../connector/contract.ts'
import { asciiLower } from '../../connector/describe.ts'
import type { Write } from '../../model/change.ts'
import type { GraphView } from '../../model/graph.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { refKey, splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'
import { description } from './describe.ts'

export function invariants(
  before: GraphView,
  after: GraphView,
  writes: readonly Write[],
): readonly Violation[] {
  return [
    ...owners(before, writes),
    ...accounts(before, after, writes),
    ...groups(after, writes),
    ...policies(after, writes),
    ...missingGroups(after, writes),
  ]
}

/** C5, C6: there is one Owner, who was there first; the API takes the role, and nothing says that it obeys. */
function owners(before: GraphView, writes: readonly Write[]): Violation[] {
  const made = writes.flatMap((write) =>
    write.action !== 'delete' && (write.after.links['role'] ?? []).includes('role:Owner')
      ? [
          {
            refs: [write.ref],
            message: `${refKey(write.ref)} would become the Owner: there is one, set at sign-up, and the credentials of an administrator cannot make another.`,
            remedy:
              'Declare as Owner whoever is the Owner; the Owner hands the account over in the portal, by changing its e-mail address.',
          },
        ]
      : [],
  )
  const owning = [...before.all('account')].filter((account) => holds(account, 'Owner'))
  if (owning.length < 2) return made
  return [
    ...made,
    {
      refs: owning.map(({ ref }) => ref),
      message: `${owning.length} accounts have the role Owner, which an account of CloudConnexa has exactly once: ${owning.map(({ ref }) => ref.key).join(', ')}.`,
      remedy: 'Find out in the portal who the Owner is: nothing is written before the system shows one.',
    },
  ]
}

function accounts(before: GraphView, after: GraphView, writes: readonly Write[]): Violation[] {
  const spellings = lazySpellings(before)
  return writes.flatMap((write): Violation[] => {
    const account = write.ref.kind === 'account' ? after.get('account', write.ref.key) : undefined
    if (account === undefined || write.action === 'delete') return []
    return [
      ...primary(account),
      ...secondary(account),
      ...address(account),
      ...(write.action === 'create' ? lookAlike(account, spellings()) : []),
    ]
  })
}

/** M1; a request without a primary group has moved people into the default group before. */
function primary(account: Resource): Violation[] {
  if (account.links['primaryGroup']?.length === 1) return []
  return [
    {
      refs: [account.ref],
      message: `${refKey(account.ref)} would have no primary group, and CloudConnexa would put it into one of its own choice.`,
      remedy:
        'Write `groups: {primary: …}` on the person; where an identity provider decides memberships, an account that rolecall makes says `authentication: local`.',
    },
  ]
}

/** M4, for what the manifests do not know of: groups that were given by hand. */
function secondary(account: Resource): Violation[] {
  const count = account.links['groups']?.length ?? 0
  const most = description.maxSecondaryGroups
  if (count <= most) return []
  return [
    {
      refs: [account.ref],
      message: `${refKey(account.ref)} would have ${count} secondary groups, with those that no manifest names; CloudConnexa allows ${most}.`,
      remedy: 'Take the account out of a group, or write `groups` on the person to manage all of them.',
    },
  ]
}

function address(account: Resource): Violation[] {
  if (!holds(account, 'Administrator') || account.fields['email'] !== undefined) return []
  return [
    {
      refs: [account.ref],
      message: `${refKey(account.ref)} would be an Administrator without an e-mail address, which CloudConnexa demands of one.`,
      remedy: 'Write `email` on the person.',
    },
  ]
}

/** Whether "Ana" and "ana" are one name is documented nowhere: one of the two would be a stranger, or refused. */
function lookAlike(account: Resource, spellings: ReadonlyMap<string, readonly string[]>): Violation[] {
  const { key } = account.ref
  const others = (spellings.get(asciiLower(key)) ?? []).filter((other) => other !== key)
  return others.map((other) => ({
    refs: [account.ref],
    message: `${refKey(account.ref)} would differ from the live account ${other} in nothing but upper and lower case.`,
    remedy: `Write \`username: ${other}\` under the account if that is the person.`,
  }))
}

function lazySpellings(graph: GraphView): () => ReadonlyMap<string, readonly string[]> {
  let known: Map<string, string[]> | undefined
  return () => {
    if (known !== undefined) return known
    known = new Map<string, string[]>()
    for (const { ref } of graph.all('account')) {
      const folded = asciiLower(ref.key)
      known.set(folded, [...(known.get(folded) ?? []), ref.key])
    }
    return known
  }
}

/** What becomes of whatever still names a group that is deleted is documented nowhere, so nothing may. */
function groups(after: GraphView, writes: readonly Write[]): Violation[] {
  const gone = writes.flatMap(({ action, ref }) =>
    action === 'delete' && ref.kind === 'group' && after.get('group', ref.key) === undefined ? [ref] : [],
  )
  if (gone.length === 0) return []
  const holders = holdersOf(new Set(gone.map(refKey)), after)
  return gone.flatMap((ref): Violation[] => {
    const left = holders.get(refKey(ref)) ?? []
    return [
      ...(ref.key === 'Default' || ref.key === 'Owner'
        ? [
            {
              refs: [ref],
              message: `${refKey(ref)} comes with the account and takes people in by itself: it is not deleted.`,
              remedy: `Declare the group, or name it under \`ignore: {groups: [${ref.key}]}\` of the System.`,
            },
          ]
        : []),
      ...(left.length > 0
        ? [
            {
              refs: [ref],
              message: `${refKey(ref)} would be deleted while ${shortList(left)} still ${left.length === 1 ? 'names' : 'name'} it.`,
              remedy:
                'Take it out there first: what CloudConnexa does with what is left is documented nowhere.',
            },
          ]
        : []),
    ]
  })
}

function holdersOf(groups: ReadonlySet<LinkTarget>, graph: GraphView): ReadonlyMap<LinkTarget, string[]> {
  const holders = new Map<LinkTarget, string[]>()
  for (const kind of ['account', 'policy', 'mapping'] as const)
    for (const { ref, links } of graph.all(kind))
      for (const target of new Set(Object.values(links).flat()))
        if (groups.has(target)) holders.set(target, [...(holders.get(target) ?? []), refKey(ref)])
  return holders
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

function policies(after: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write): Violation[] => {
    const policy = write.ref.kind === 'policy' ? after.get('policy', write.ref.key) : undefined
    if (policy === undefined) return []
    const users = [...(policy.links['subjects'] ?? [])].filter((target) => target.startsWith('account:'))
    const empty = (['subjects', 'resources'] as const).filter((side) => !policy.links[side]?.length)
    return [
      ...empty.map((side) => ({
        refs: [policy.ref],
        message: `${refKey(policy.ref)} would have no ${side}, and an access group needs at least one on each side.`,
        remedy: `Name one, or declare the policy with \`state: absent\`.`,
      })),
      ...saidTwice(policy),
      ...users.map((target) => ({
        refs: [policy.ref],
        message: `${refKey(policy.ref)} would name ${target}: sources of an access group are groups, networks and hosts.`,
        remedy: 'Put the person into a group.',
      })),
    ]
  })
}

/** Everyone, all networks and all hosts are read as all there is: said in another way, no read would ever be as wished. */
function saidTwice({ ref, links }: Resource): Violation[] {
  const named = (links['resources'] ?? []).filter((target) => everySort.has(target))
  const isAll = (links['resources'] ?? []).includes('all:*')
  if (isAll ? named.length === 0 : named.length < everySort.size) return []
  return [
    {
      refs: [ref],
      message: `${refKey(ref)} names everything, and ${isAll ? `beside it ${named.join(', ')}` : 'that in three parts'}: the account keeps it as one.`,
      remedy: 'Write `{all: true}` under `resources`, and none of `everyone`, all networks and all hosts.',
    },
  ]
}

const everySort: ReadonlySet<LinkTarget> = new Set(['everyone:*', 'host:*', 'network:*'])

/** Links that come must find the group they point at. */
function missingGroups(after: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    if (write.action === 'delete') return []
    return Object.values(write.after.links)
      .flat()
      .filter((target) => {
        const { type, name } = splitTarget(target)
        return type === 'group' && after.get('group', name) === undefined
      })
      .map((target) => ({
        refs: [write.ref],
        message: `${refKey(write.ref)} refers to ${target}, which is not in the account.`,
        remedy: `Declare ${target} for this system, or take the reference out.`,
      }))
  })
}

function holds(account: Resource, role: string): boolean {
  return (account.links['role'] ?? []).includes(`role:${role}`)
}

/** Whether the access groups of a state have the last word, and if not, why: one sentence without its full stop. */
function voidBecause(graph: GraphView): string | undefined {
  const topology = graph.facts?.['topology']
  if (topology === 'full-mesh') return 'its topology is full mesh'
  if (topology !== 'custom') return 'its topology cannot be told'
  const left = [...graph.all('policy')].find(isFullMesh)
  return left && `its access group "${left.ref.key}" lets everything reach everything`
}

/** What the switch from full mesh leaves behind: while it is there, no other access group has any effect. */
function isFullMesh({ fields, links }: Resource): boolean {
  if (fields['default'] === true) return true
  return (links['subjects'] ?? []).includes('everyone:*') && (links['resources'] ?? []).includes('all:*')
}

/** Shown with every plan, whatever it does: policies without effect look like protection. */
export function standing(graph: GraphView, settings: JsonObject): readonly Violation[] {
  const wished = settings['topology']
  const live = graph.facts?.['topology']
  const differs = wished !== undefined && wished !== live
  const reason = voidBecause(graph)
  return [
    ...(differs
      ? [
          {
            refs: [],
            message: `The System says \`topology: ${show(wished)}\`, and the account has ${show(live)}.`,
            remedy:
              'Change the topology in the portal when everybody is ready for it, or correct the System.',
          },
        ]
      : []),
    ...(reason !== undefined && wished !== 'full-mesh'
      ? [
          {
            refs: [...graph.all('policy')].filter(isFullMesh).map(({ ref }) => ref),
            message: `Access policies have no effect in this account, because ${reason}: everybody reaches everything.`,
            remedy:
              live === 'custom'
                ? 'Delete that access group once the others give all that people need; `state: absent` does it.'
                : 'Choose the custom topology in the portal, and delete the full-mesh access group that it leaves.',
          },
        ]
      : []),
  ]
}

function show(value: Json | undefined): string {
  return typeof value === 'string' ? value : 'one that cannot be told'
}
