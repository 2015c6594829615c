import type { Ownership, Rules } from '../connector/contract.ts'
import { foldKey, usableConditions, type Description } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { Overlay, type GraphView } from '../model/graph.ts'
import { matches } from '../model/pattern.ts'
import type { OwnerView } from '../model/plan.ts'
import type { Kind, LinkTarget, Resource, ResourceRef } from '../model/resource.ts'
import type { Person, SystemConfig } from '../model/workspace.ts'
import { endingSoon, endsSoon, withoutEnding, type Ending } from './lasting.ts'
import { inverse, renamesIn, settle, type Renames } from './renaming.ts'
import { byText } from './sets.ts'

/**
 * Who owns a system and can be counted on: said here, once, for plans, guards and apply. The connector says what one
 * account can do there; the rest (whose account it is, whether it lasts, whether it is rolecall's own, where its right
 * comes from) only the manifests know.
 */
export interface Owner {
  /** The account as people know it: by its key of now, or by the key it will have when it is new. */
  readonly ref: ResourceRef
  /** The key that it ends with. */
  readonly coming: string
  readonly person: string
  /** Why it is not counted, phrase by phrase; empty for a usable owner. */
  readonly because: readonly string[]
  /** Its right comes from an identity provider, which may take it at any sign-in: it counts above the first only. */
  readonly viaProvider: boolean
  /** Nothing is missing but that the person acts: an invitation to be accepted. */
  readonly pending: boolean
}

/** What an owner is told by, besides the state. */
export interface OwnerContext {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly desired: DesiredGraph
  readonly people: ReadonlyMap<string, Person>
  /** RFC 3339, UTC. */
  readonly now: string
  /** Which key of the start ends as which. */
  readonly renames: Renames
  /** The key that a resource of the start ends with. Accounts are told apart by it throughout. */
  coming(kind: Kind, key: string): string
  /** The key as it was read of what ends with this one; of something new, its own. */
  live(kind: Kind, coming: string): string
  /** Handle of the person behind an account, by the key it ends with; its key where nobody declares it. */
  readonly person: (coming: string) => string
  /** Live keys of rolecall's own accounts. */
  readonly automation: ReadonlySet<string>
  /** Whether the system's `ignore` names the account of this live key. */
  ignored(live: string): boolean
  /** What of the manifests soon ends by itself. */
  readonly ending: () => Ending
}

/** What all of this is worked out from. */
type OwnerInput = Pick<OwnerContext, 'config' | 'description' | 'rules' | 'desired' | 'people'>

/** `writes` tell which account is which, where some of them are renamed. */
export function ownerContext(
  input: OwnerInput,
  start: GraphView,
  writes: readonly Write[],
  now: string,
): OwnerContext {
  const { config, description, rules, desired, people } = input
  const renames = settle(renamesIn(writes), start)
  const back = inverse(renames)
  const fold = (key: string): string => foldKey(description, 'account', key)
  const leftAlone = (config.ignore.account ?? []).map(fold)
  let ending: Ending | undefined
  return {
    ...{ config, description, rules, desired, people, now, renames },
    coming: (kind, key) => renames.get(kind)?.get(key) ?? key,
    live: (kind, key) => back.get(kind)?.get(key) ?? key,
    person: (coming) =>
      desired.wishes.account.get(coming)?.person ?? back.get('account')?.get(coming) ?? coming,
    automation: new Set(config.automation.map(fold)),
    ignored: (key) => leftAlone.some((pattern) => matches(pattern, key)),
    ending: () => (ending ??= endingSoon(desired, now, back)),
  }
}

/** An account as an owner of the system in a state; undefined when it owns nothing there. */
export function ownerIn(
  context: OwnerContext,
  graph: GraphView,
  account: Resource,
  coming: string,
): Owner | undefined {
  const { rules, now } = context
  const ownership = rules.ownership(account, graph)
  if (!ownership.owner) return undefined
  const key = context.live('account', coming)
  const reasons = [
    ...ownership.unusable,
    ...endsOn(ownership.lasts, now),
    ...unusableHere(context, key, coming),
  ]
  // system and manifests may well know the same day
  const because = [...new Set(reasons)]
  const isReady = because.length === 0 || isPending(ownership, because)
  if (isReady) because.push(...endsWith(context, graph, account, ownership))
  const viaProvider = ownership.viaProvider === true || isFed(context, graph, account)
  return {
    ref: { ...account.ref, key },
    coming,
    person: context.person(coming),
    because,
    viaProvider,
    pending: !viaProvider && isPending(ownership, because),
  }
}

function isPending({ pending, unusable }: Ownership, because: readonly string[]): boolean {
  return pending === true && because.length === unusable.length
}

/** All owners of a state, usable or not, by the key they end with. `comingOf` says it of the keys of that state. */
export function ownersIn(
  context: OwnerContext,
  graph: GraphView,
  comingOf: (key: string) => string,
): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const account of graph.all('account')) {
    const owner = ownerIn(context, graph, account, comingOf(account.ref.key))
    if (owner) owners.set(owner.coming, owner)
  }
  return owners
}

export function isUsable(owner: Owner | undefined): boolean {
  return owner?.because.length === 0
}

/** Whether it can be the first: usable, and nobody else's directory decides about it. */
export function isFirm(owner: Owner | undefined): boolean {
  return owner?.viaProvider === false && isUsable(owner)
}

/** Whether the account can be counted on by what the system shows of it alone, whatever the manifests know. */
export function standsAlone({ owner, unusable, lasts: until }: Ownership, now: string): boolean {
  return owner && unusable.length === 0 && !endsSoon(until, now)
}

/** The owners of a state as a plan shows them, sorted by account; the system's reasons first, then the manifests'. */
export function ownerViews(
  context: OwnerContext,
  graph: GraphView,
  comingOf: (key: string) => string,
): OwnerView[] {
  const views: OwnerView[] = []
  for (const account of graph.all('account')) {
    const { key } = account.ref
    const coming = comingOf(key)
    const owner = ownerIn(context, graph, account, coming)
    if (!owner) continue
    const { because } = owner
    const person = context.desired.wishes.account.get(coming)?.person
    views.push({
      account: key,
      ...(person === undefined ? {} : { person }),
      usable: because.length === 0,
      because,
      ...(owner.viaProvider ? { viaProvider: true } : {}),
    })
  }
  return views.sort((a, b) => byText(a.account, b.account))
}

/** Conditions of a usable owner that the system cannot show: assumed to hold, and said so once a plan. */
export function assumedOf({ usable }: Description): string[] {
  return usableConditions.filter((condition) => usable[condition] === 'not readable')
}

/** What the system cannot know: our own accounts, those left alone, and those that the manifests stop or soon end. */
function unusableHere(context: OwnerContext, live: string, coming: string): string[] {
  const { desired, description, people, now } = context
  const wish = desired.wishes.account.get(coming)
  // Where the system shows what sort of account it is, a new wish for another sort is a change and no fact yet.
  const isService =
    description.usable.person !== 'read' && people.get(context.person(coming))?.type === 'service'
  return [
    ...(context.automation.has(live) ? ['an account of the automation'] : []),
    ...(context.ignored(live) ? ['ignored in this system'] : []),
    ...(isService ? ['declared as a service'] : []),
    ...(wish?.compromised === true ? [compromised] : []),
    ...endsOn(wish?.until, now),
  ]
}

function endsOn(until: string | undefined, now: string): string[] {
  return endsSoon(until, now) ? [`ends on ${until}`] : []
}

/** The one reason that is about to be put right by the plan itself. */
export const compromised = 'compromised'

/** Whether the right ends by itself with a membership, a policy or a grant whose last day is near. */
function endsWith(context: OwnerContext, graph: GraphView, account: Resource, now: Ownership): string[] {
  const ending = context.ending()
  const day = ending.dayOf(account.ref.key)
  if (day === undefined) return []
  const later = withoutEnding(graph, ending)
  const then = later.get('account', account.ref.key) ?? account
  const { owner, unusable } = context.rules.ownership(then, later)
  return owner && unusable.length <= now.unusable.length ? [] : [`its right ends on ${day}`]
}

/** Whether the account owns nothing any more without the memberships that an identity provider decides. */
function isFed({ config, description, rules }: OwnerContext, graph: GraphView, account: Resource): boolean {
  const fed = config.memberships === 'identity-provider' ? undefined : mappedGroups(graph)
  if (fed?.size === 0) return false
  const links = Object.entries(account.links).map(([name, targets]): [string, readonly LinkTarget[]] =>
    description.kinds.account?.links[name]?.membership === true
      ? [name, fed === undefined ? [] : targets.filter((target) => !fed.has(target))]
      : [name, targets],
  )
  const without: Resource = { ...account, links: Object.fromEntries(links) }
  const view = new Overlay(graph)
  view.set(without)
  return !rules.ownership(without, view).owner
}

/** Groups that some mapping puts people into when they sign in. */
function mappedGroups(graph: GraphView): ReadonlySet<LinkTarget> {
  const mapped = new Set<LinkTarget>()
  for (const { links, fields } of graph.all('mapping')) {
    for (const target of links['groups'] ?? []) mapped.add(target)
    const { fallback } = fields
    if (typeof fallback === 'string') mapped.add(`group:${fallback}`)
  }
  return mapped
}
