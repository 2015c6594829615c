import type { AccessRules } from '../connector/contract.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import { isKind, Things } from './things.ts'

/** The two states of a system, by the names that things have afterwards, and what is written between them. */
interface Sides {
  readonly rules: AccessRules
  readonly before: GraphView
  readonly after: GraphView
  readonly writes: readonly Write[]
}

/** Whom the writes can concern. */
interface Affected {
  readonly things: { readonly before: Things; readonly after: Things }
  /** Keys of accounts. */
  readonly accounts: ReadonlySet<string>
  /** Whoever no account stands for. */
  readonly atLarge: readonly LinkTarget[]
}

/**
 * Found by index, not by looking at everybody: accounts that are written, and those that pass to a thing which says
 * something else afterwards, or to one that leads there. Where only accounts are written, no other is looked at.
 */
export function affectedBy({ rules, before, after, writes }: Sides): Affected {
  const accounts = new Set(writes.flatMap(({ ref }) => (ref.kind === 'account' ? [ref.key] : [])))
  const ofBefore = new Things(rules, before)
  if (writes.every(({ ref }) => ref.kind === 'account'))
    return { things: { before: ofBefore, after: ofBefore }, accounts, atLarge: [] }
  const ofAfter = new Things(rules, after)
  const things = { before: ofBefore, after: ofAfter }
  const hung = hanging(rules, new Set(writes.map(({ ref }) => refKey(ref))), [before, after])
  for (const name of hung) if (isAccount(name)) accounts.add(keyOf(name))
  const leading = leadingTo(changed(things, hung), things)
  for (const name of leading) if (isAccount(name)) accounts.add(keyOf(name))
  const leads = leadsTo(leading, things)
  const look = (resource: Resource, graph: GraphView): void => {
    const { key } = resource.ref
    const { passes } = rules.facts({ type: 'account', name: key, resource }, graph)
    if (passes.some(({ to }) => to !== undefined && !isEveryone(to) && leads(to))) accounts.add(key)
  }
  for (const resource of before.all('account')) look(resource, before)
  // Links come and go along with what they lead to: whoever is not written may be another one all the same.
  for (const resource of after.all('account'))
    if (before.get('account', resource.ref.key) !== resource) look(resource, after)
  return { things, accounts, atLarge: [...leading].filter((name) => !isKind(splitTarget(name).type)).sort() }
}

/** Also of what only accounts pass to, and what nobody had met before: a role that is built in. */
function leadsTo(leading: Set<LinkTarget>, things: Affected['things']): (name: LinkTarget) => boolean {
  const known = new Map<LinkTarget, boolean>()
  const look = (start: LinkTarget): boolean => {
    const reached = new Set([start])
    for (const name of reached)
      for (const side of [things.before, things.after]) {
        side.meet(name)
        for (const { to } of side.from(name)) reached.add(to)
      }
    return [...reached].some((name) => leading.has(name))
  }
  return (name) => {
    const found = known.get(name) ?? look(name)
    known.set(name, found)
    return found
  }
}

function isAccount(name: LinkTarget): boolean {
  return name.startsWith('account:')
}

function keyOf(account: LinkTarget): string {
  return account.slice('account:'.length)
}

/** What says something else because of a thing it looks at. */
function hanging(
  { hangsOn = {} }: AccessRules,
  written: ReadonlySet<LinkTarget>,
  views: readonly GraphView[],
): ReadonlySet<LinkTarget> {
  const found = new Set<LinkTarget>()
  for (const [kind, links] of Object.entries(hangsOn))
    for (const view of views)
      for (const resource of view.all(kind as Kind))
        if (links.some((link) => resource.links[link]?.some((target) => written.has(target)) === true))
          found.add(refKey(resource.ref))
  return found
}

export function isEveryone(name: LinkTarget): boolean {
  return name.startsWith('everyone:')
}

function changed({ before, after }: Affected['things'], hung: ReadonlySet<LinkTarget>): LinkTarget[] {
  return [...new Set([...before.names(), ...after.names()])].filter((name) => {
    const [was, is] = [before.resourceOf(name), after.resourceOf(name)]
    // What comes or goes says something else even where it says nothing: links to what is removed go along with it.
    if ((was === undefined) !== (is === undefined)) return true
    if (was !== undefined && was === is && !hung.has(name)) return false
    return JSON.stringify(before.factsOf(name)) !== JSON.stringify(after.factsOf(name))
  })
}

function leadingTo(names: readonly LinkTarget[], things: Affected['things']): Set<LinkTarget> {
  const leading = new Set(names)
  for (const name of leading)
    for (const side of [things.before, things.after]) for (const from of side.into(name)) leading.add(from)
  return leading
}
