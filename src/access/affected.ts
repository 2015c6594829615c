import type { AccessFacts, AccessRules } from '../connector/contract.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, refKey, splitTarget, type LinkTarget, type Resource } from '../model/resource.ts'
import type { Pair } from './compare.ts'
import { isEveryone, isKind } from './held.ts'
import { Things } from './things.ts'

/** The two states of a system, by the names that things have afterwards, and what is written between them. */
interface Sides {
  readonly rules: AccessRules
  readonly before: GraphView
  readonly after: GraphView
  readonly writes: readonly Write[]
}

/** Where to look for what the writes can change. */
export interface Affected {
  readonly things: Pair<Things>
  /** Whether what is had by a thing may differ between the two states. */
  readonly leads: (name: LinkTarget) => boolean
  /** Keys of the accounts that may start from something else afterwards. */
  readonly moved: ReadonlySet<string>
  /** What is not written and may say something else all the same, because of what it hangs on. */
  readonly hung: readonly LinkTarget[]
  /** All others, the same before and after, that pass to something that leads to a difference: with what they say of themselves. */
  readonly near: Iterable<readonly [Resource, AccessFacts]>
  /** Whoever no account stands for. */
  readonly atLarge: readonly LinkTarget[]
}

/**
 * Found by index, not by looking at everybody: accounts that are written, and those that pass to a thing which says
 * something else afterwards, or to one that leads there. Where only accounts are written, no other is looked at.
 */
export function affectedBy(sides: Sides): Affected {
  const { rules, before, after, writes } = sides
  const moved = new Set(writes.flatMap(({ ref }) => (ref.kind === 'account' ? [ref.key] : [])))
  const was = Things.of(rules, before)
  if (writes.every(({ ref }) => ref.kind === 'account'))
    return { things: { before: was, after: was }, leads: () => false, moved, hung: [], near: [], atLarge: [] }
  const written = writes.map(({ ref }) => refKey(ref))
  const hung = hanging(rules, written, [before, after])
  const { things: is, changed } = was.revised(after, hung)
  const things = { before: was, after: is }
  const leading = leadingTo(changed, things)
  for (const name of [...hung, ...leading]) if (isAccount(name)) moved.add(keyOf(name))
  // Links come and go along with what they lead to: whoever is not written may be another one all the same.
  for (const resource of after.all('account'))
    if (before.get('account', resource.ref.key) !== resource) moved.add(resource.ref.key)
  const leads = leadsTo(leading, things)
  const atLarge = [...leading].filter((name) => !isKind(splitTarget(name).type)).sort()
  return { things, leads, moved, hung: [...hung], near: nearby(sides, moved, leads), atLarge }
}

/** Whoever is the same before and after, and passes to something that is not. */
function* nearby(
  { rules, before }: Sides,
  moved: Affected['moved'],
  leads: Affected['leads'],
): Iterable<readonly [Resource, AccessFacts]> {
  for (const resource of before.all('account')) {
    const { key } = resource.ref
    if (moved.has(key)) continue
    const facts = rules.facts({ type: 'account', name: key, resource }, before)
    if (passesOn(facts, leads)) yield [resource, facts]
  }
}

/** What everyone gains or loses is told of everyone. */
function passesOn({ passes }: AccessFacts, leads: Affected['leads']): boolean {
  for (const { to } of passes) if (to !== undefined && leads(to) && !isEveryone(to)) return true
  return false
}

/** Also of what only accounts pass to, and what nobody had met when `leading` was made: a role that is built in. */
function leadsTo(leading: ReadonlySet<LinkTarget>, things: Pair<Things>): Affected['leads'] {
  const sides = [things.before, things.after]
  const known = new Map<LinkTarget, boolean>()
  const late = new Set<LinkTarget>()
  const look = (start: LinkTarget): boolean => {
    if (leading.has(start)) return true
    if (!late.has(start) && sides.every((side) => side.isKnown(start))) return false
    const reached = new Set([start])
    for (const name of reached) {
      late.add(name)
      for (const side of sides) {
        side.meet(name)
        for (const { to } of side.from(name)) reached.add(to)
      }
    }
    return [...reached].some((name) => leading.has(name))
  }
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      found = look(name)
      known.set(name, found)
    }
    return found
  }
}

function isAccount(name: LinkTarget): boolean {
  return name.startsWith('account:')
}

function keyOf(account: LinkTarget): string {
  return account.slice('account:'.length)
}

/** What says something else because of a thing that it looks at, or that such a thing looks at. */
function hanging(
  rules: AccessRules,
  written: readonly LinkTarget[],
  views: readonly GraphView[],
): ReadonlySet<LinkTarget> {
  const found = new Set<LinkTarget>()
  if (rules.hangsOn === undefined) return found
  const hung = new Map<LinkTarget, LinkTarget[]>()
  for (const view of views)
    for (const kind of kinds)
      for (const resource of view.all(kind))
        for (const target of rules.hangsOn(resource)) {
          const known = hung.get(target)
          if (known) known.push(refKey(resource.ref))
          else hung.set(target, [refKey(resource.ref)])
        }
  for (const name of written) for (const one of hung.get(name) ?? []) found.add(one)
  for (const name of found) for (const one of hung.get(name) ?? []) found.add(one)
  return found
}

/** What says something else, whoever it says something of, and everything that passes to one of these. */
function leadingTo(names: readonly LinkTarget[], things: Pair<Things>): ReadonlySet<LinkTarget> {
  const sides = [things.before, things.after]
  const leading = new Set(names)
  for (const name of names)
    for (const side of sides) for (const { from = name } of side.said(name)) leading.add(from)
  for (const name of leading)
    for (const side of sides) for (const { from } of side.into(name)) leading.add(from)
  return leading
}
