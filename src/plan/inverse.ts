/**
 * What takes a run back: for each thing it touched the change that leads to the state before, against what is live
 * now. Whatever moved since is not overwritten: it is left, and the reason is told. The changes are ordered, judged,
 * shown and sent as those of any plan.
 */
import type { KindDescription } from '../connector/describe.ts'
import type { Change, Write } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import { kinds, refKey, type Kind, type LinkTarget } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import { emptyPart, isEmpty, namesIn, partition, patchOf, type Delta } from './delta.ts'
import { compare } from './fields.ts'
import {
  begin,
  causeOf,
  isLive,
  isSameField,
  leaving,
  listed,
  shown,
  wantedOf,
  without,
  words,
  type Inverse,
  type InverseInput,
  type Wanted,
  type Work,
} from './inverse-work.ts'
import { expectation, isMapped, isProvisioned } from './mapped.ts'
import { toMakeAgain, wantAlong } from './remake.ts'
import { renamed } from './renaming.ts'
import { byText, list, setApply, spelling } from './sets.ts'
import { held, staged } from './stage.ts'
import { fromAside, movesAside } from './swap.ts'
import { refOf, type Trace } from './trace.ts'
import { toRemove } from './unmake.ts'

export type { Left } from './inverse-work.ts'

/** The changes in no order yet, and what is left as it is. */
export function inverseOf(input: InverseInput): Inverse {
  const work = begin(input)
  const { creates, already } = toMakeAgain(work)
  const makes = new Set(creates.map(({ after }) => refKey(after.ref)))
  const isThere = (target: LinkTarget): boolean => makes.has(target) || isLive(work, target)
  const wanted = new Map<string, Wanted>()
  for (const trace of work.traces) wantBack(work, trace, wanted, isThere)
  for (const trace of work.traces) wantAlong(work, trace, wanted, { makes, already })
  const removals = toRemove(work, wanted)
  const gone = new Set(removals.map(({ ref }) => refKey(ref)))
  const changes = [
    ...movesAside({ ...work, wishes: wantedByKind(wanted) }),
    ...creates,
    ...[...wanted.values()].flatMap((one) => backTo(work, one, gone)),
    ...removals,
  ]
  return {
    changes: changes.flatMap((change) => letThrough(work, change)),
    left: work.left.sort((a, b) => byText(refKey(a.ref), refKey(b.ref)) || byText(a.reason, b.reason)),
  }
}

/** The values from before, name by name, where the live one is still what the run left. */
function wantBack(
  work: Work,
  trace: Trace,
  wanted: Map<string, Wanted>,
  isThere: (target: LinkTarget) => boolean,
): void {
  if (trace.fate.is !== 'changed') return
  const kind = work.description.kinds[trace.kind]
  const ref = { ...refOf(trace), key: trace.fate.from }
  const live = work.seen.get(ref.kind, ref.key)
  if (live === undefined || kind === undefined) return
  const want = wantedOf(wanted, live, causeOf(work, trace))
  const { before, after } = trace.fate.delta
  for (const name of namesIn(before.fields, after.fields)) {
    const field = kind.fields[name]
    const [was, is, now] = [before.fields[name], after.fields[name], live.fields[name]]
    const same = (value: Json | undefined): boolean => isSameField(kind, name, value, now)
    if (field === undefined) work.left.push(leaving(trace, `the system has no ${name} any more`))
    else if (field.write === 'write-only')
      work.left.push(leaving(trace, `${name} is never read back, so nobody knows what it was`))
    else if (field.shape === 'set')
      want.fields[name] = setApply(list(now), list(is), list(was), spelling(field))
    else if (same(is) || same(was)) want.fields[name] = was ?? null
    else work.left.push(leaving(trace, `${name} is ${shown(now)} now, and the run left ${shown(is)}`))
  }
  const oldNames = (links: readonly LinkTarget[] = []): readonly LinkTarget[] => {
    const meant = links.filter((target) => !work.gone.has(target))
    return Object.values(renamed({ ref, links: { name: meant } }, work.names).links).flat()
  }
  for (const name of namesIn(before.links, after.links)) {
    const [was, is] = [oldNames(before.links[name]), oldNames(after.links[name])]
    const now = live.links[name] ?? []
    const described = kind.links[name]
    if (described === undefined) {
      work.left.push(leaving(trace, `the system has no ${name} any more`))
      continue
    }
    const isWhole = described.shape === 'one'
    if (isWhole && !sameTargets(now, is) && !sameTargets(now, was)) {
      const left = `${name} is ${listed(now)} now, and the run left ${listed(is)}`
      work.left.push(leaving(trace, left))
      continue
    }
    const lost = was.filter((target) => !isThere(target))
    for (const target of lost)
      work.left.push(
        leaving(trace, `${words(target)}, which is to be its ${name} again, is not there any more`),
      )
    if (isWhole && lost.length > 0) continue
    want.links[name] = setApply(now, is, without(was, lost))
  }
}

/** The update or rename that leads there, without the links that go along with what is removed. */
function backTo(work: Work, { live, fields, links, cause }: Wanted, gone: ReadonlySet<string>): Write[] {
  const kind = work.description.kinds[live.ref.kind]
  if (kind === undefined) return []
  const written = withoutWhatGoesAlong(kind, compare(kind, { fields, links }, live).written, gone)
  const from = work.sources.get(refKey(live.ref))
  if (from === undefined && isEmpty(written)) return []
  const { before, after } = from === undefined ? written : fromAside(work, live.ref, from, written)
  const common = {
    ref: live.ref,
    ...(live.id === undefined ? {} : { id: live.id }),
    ...{ before, after, patch: patchOf({ before, after }, kind), cause },
  }
  return [from === undefined ? { action: 'update', ...common } : { action: 'rename', from, ...common }]
}

function withoutWhatGoesAlong(
  kind: KindDescription,
  { before, after }: Delta,
  gone: ReadonlySet<string>,
): Delta {
  const links = Object.entries(before.links).flatMap(([name, targets]) => {
    const stays = targets.filter(
      (target) =>
        !gone.has(target) ||
        kind.links[name]?.onRemove !== 'cascade' ||
        (kind.links[name].shape === 'one' && name in after.links),
    )
    return stays.length === 0 ? [] : [[name, stays] as const]
  })
  return { before: { fields: before.fields, links: Object.fromEntries(links) }, after }
}

/** As of any plan: what is sealed is never written, the identity provider keeps what is its, a stage holds back. */
function letThrough({ config, description, rules, seen }: Work, change: Write): Change[] {
  const live = seen.get(change.ref.kind, change.ref.key)
  if (live !== undefined && rules.sealed(live)) return [held(change, 'sealed')]
  const kind = description.kinds[change.ref.kind]
  if (change.action === 'delete') return staged(change, config.stage, kind)
  const account = live ?? { ref: change.ref, fields: change.after.fields }
  if (change.action === 'create' && isProvisioned(config, description, account))
    return [held(change, 'mapped')]
  const before = change.action === 'create' ? emptyPart : change.before
  const { chosen: mapped, rest } = partition(
    { before, after: change.after },
    (part, name) => part === 'links' && isMapped(config, kind?.links[name], account),
  )
  const { ref, cause } = change
  const written: Change =
    change.action === 'create'
      ? { ...change, after: { ref, ...rest.after } }
      : { ...change, ...rest, patch: patchOf(rest, kind) }
  return [
    ...(change.action === 'update' && isEmpty(rest) ? [] : staged(written, config.stage, kind)),
    ...expectation({ ref }, mapped, cause),
  ]
}

function wantedByKind(
  wanted: ReadonlyMap<string, Wanted>,
): Record<Kind, ReadonlyMap<string, { readonly cause: Cause }>> {
  const byKind = Object.fromEntries(
    kinds.map((kind) => [kind, new Map<string, { readonly cause: Cause }>()]),
  ) as Record<Kind, Map<string, { readonly cause: Cause }>>
  for (const { live, cause } of wanted.values()) byKind[live.ref.kind].set(live.ref.key, { cause })
  return byKind
}

function sameTargets(a: readonly LinkTarget[], b: readonly LinkTarget[]): boolean {
  return a.length === b.length && a.every((target) => b.includes(target))
}
