import type { Rules } from '../connector/contract.ts'
import { foldKey, type Description } from '../connector/describe.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { groupSides, type GroupSides } from './members.ts'
import { renamesWished } from './match.ts'
import { ignoring, isBuiltIn, ownership, type RemovalGround } from './ownership.ts'
import { inSequence, inverse, renamed, seenThrough, settle, type Rename, type Renames } from './renaming.ts'

/** Everything the difference of one system hangs on. */
export interface DiffInput {
  readonly desired: DesiredGraph
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly config: SystemConfig
  readonly inventory: readonly InventoryEntry[]
  /** What git says of undeclared things, by `kind:key`: the end of a sentence that names the commit. */
  readonly grounds?: ReadonlyMap<string, string>
  readonly former?: Former
}

/**
 * What the protected branch last said of a field that the system does not show; undefined where it said nothing. Without
 * it such fields are not compared.
 */
export type Former = (ref: Resource['ref'], field: string) => Json | undefined

/**
 * The two sides of a difference, brought to the same names once, before anything is compared. What is renamed is seen
 * on the live side under its new name. What cannot be renamed now (the system cannot, the stage holds it back, it is
 * sealed) is wished under the name it has, so that nothing else waits for it.
 */
export interface Scene extends DiffInput {
  /** The live side under the names it will have. */
  readonly seen: GraphView
  readonly renames: Renames
  /** The renames to send, in an order in which each name is free when it is taken. */
  readonly sequence: readonly Rename[]
  /** Wished, and not to be sent: by hand or held back. */
  readonly blocked: readonly Rename[]
  /** The wishes under the names that things will have after this plan. */
  readonly wishes: DesiredGraph['wishes']
  readonly groups: GroupSides
  /** Left out altogether. */
  readonly isIgnored: (ref: Resource['ref']) => boolean
  /** Live, undeclared, and neither removed nor reported: ignored, built in, rolecall's own, or following from others. */
  readonly isSpared: (live: Resource) => boolean
  /** One of rolecall's own accounts. */
  readonly isOwnAccount: (ref: Resource['ref']) => boolean
  /** What is renamed to this key, by the name it has just before: the live one, or the one it is put aside under. */
  readonly renamedFrom: (ref: Resource['ref']) => string | undefined
  /** The live key of what has this one afterwards. */
  readonly originOf: (ref: Resource['ref']) => string
  readonly mayRemove: (live: Resource) => RemovalGround
  /** What this plan removes, filled while the kinds are gone through: links to it may go along. */
  readonly gone: Set<LinkTarget>
}

export function look(input: DiffInput): Scene {
  const { actual, config, description, desired } = input
  const isIgnored = ignoring(config, description)
  // What is left alone keeps its name, whatever a document says it was called.
  const wishedRenames = renamesWished(input).filter(({ kind, from }) => !isIgnored({ kind, key: from }))
  const isSent = (rename: Rename): boolean => canRename(input, rename)
  // A rename into a name that only a blocked one would free is blocked with it: `settle` leaves it out.
  const renames = settle(wishedRenames.filter(isSent), actual)
  const sendable = wishedRenames.filter(({ kind, from, to }) => renames.get(kind)?.get(from) === to)
  const blocked = wishedRenames.filter((rename) => !sendable.includes(rename))
  const wishes = wishesAsNamed(input, blocked)
  const seen = seenThrough(actual, renames)
  const outcome = wishedOver(seen, wishes)
  const spared = (group: LinkTarget): boolean => isIgnored({ kind: 'group', key: splitTarget(group).name })
  const isOwnAccount = ({ kind, key }: Resource['ref']): boolean =>
    kind === 'account' && config.automation.includes(key)
  const origins = inverse(renames)
  const sequence = inSequence(sendable, actual)
  const sources = new Map(sequence.map(({ kind, from, to }) => [`${kind}:${to}`, from]))
  return {
    ...input,
    seen,
    renames,
    sequence,
    blocked,
    wishes,
    groups: groupSides({ ...desired, wishes }, spared),
    isIgnored,
    isSpared: (live) =>
      isIgnored(live.ref) ||
      isBuiltIn(description, live) ||
      isOwnAccount(live.ref) ||
      input.rules.implied?.(live, outcome) !== undefined,
    isOwnAccount,
    originOf: ({ kind, key }) => origins.get(kind)?.get(key) ?? key,
    renamedFrom: ({ kind, key }) => sources.get(`${kind}:${key}`),
    mayRemove: ownership(config, description, input.inventory, input.grounds),
    gone: new Set(),
  }
}

/** The state in which what is declared is as it is wished; what nobody declares is as it is. */
function wishedOver(view: GraphView, wishes: DesiredGraph['wishes']): GraphView {
  const wished = (live: Resource): Resource => {
    const wish = wishes[live.ref.kind].get(live.ref.key)
    if (wish?.state !== 'present') return live
    return { ...live, fields: { ...live.fields, ...wish.fields }, links: { ...live.links, ...wish.links } }
  }
  return {
    system: view.system,
    get: (kind, key) => {
      const live = view.get(kind, key) ?? wishes[kind].get(key)
      return live && wished(live)
    },
    *all(kind) {
      for (const live of view.all(kind)) yield wished(live)
    },
  }
}

/** Whether a rename is sent at all: not where the stage holds it back, nor of what is sealed. */
export function canRename(
  { actual, config, description, rules }: Pick<DiffInput, 'actual' | 'config' | 'description' | 'rules'>,
  { kind, from }: Rename,
): boolean {
  const live = actual.get(kind, from)
  return (
    description.kinds[kind]?.rename === true &&
    config.stage === 'full' &&
    live !== undefined &&
    !rules.sealed(live)
  )
}

/** The wishes under the names things keep for now, and what is said to be gone under the name it is live as. */
function wishesAsNamed(input: DiffInput, blocked: readonly Rename[]): DesiredGraph['wishes'] {
  const { desired, actual } = input
  const toLive = inverse(asRenames(blocked))
  const nameNow = (wish: Wish, kind: Kind): Wish => {
    const key = wish.state === 'absent' ? formerKey(wish, kind, input) : undefined
    if (key !== undefined) return { ...wish, ref: { ...wish.ref, key } }
    const now = renamed(wish, toLive)
    return now.ref.key === wish.ref.key ? now : { ...now, fields: withoutName(input, wish) }
  }
  const isTouched = (kind: Kind): boolean =>
    blocked.length > 0 || [...desired.wishes[kind].values()].some((wish) => wish.state === 'absent')
  return Object.fromEntries(
    kinds.map((kind) => {
      if (!isTouched(kind)) return [kind, desired.wishes[kind]]
      const wishes = [...desired.wishes[kind].values()].map((wish) => nameNow(wish, kind))
      return [kind, new Map(wishes.map((wish) => [wish.ref.key, wish]))]
    }),
  ) as unknown as DesiredGraph['wishes']

  function formerKey(wish: Wish, kind: Kind, { desired: { wishes } }: DiffInput): string | undefined {
    if (actual.get(kind, wish.ref.key)) return undefined
    return wish.previousKeys.find((key) => actual.get(kind, key) !== undefined && !wishes[kind].has(key))
  }
}

/** The key as it is spelled stands in a field of an account too; while the name stays, so does the spelling. */
function withoutName({ description }: DiffInput, { ref, fields }: Wish): Wish['fields'] {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => typeof value !== 'string' || foldKey(description, ref.kind, value) !== ref.key,
    ),
  )
}

function asRenames(renames: readonly Rename[]): Renames {
  const byKind = new Map<Kind, Map<string, string>>()
  for (const { kind, from, to } of renames)
    byKind.set(kind, (byKind.get(kind) ?? new Map<string, string>()).set(from, to))
  return byKind
}
