/** What taking a run back begins with: what it touched, which names it gives back, and how all of it is seen. */
import type { Rules } from '../connector/contract.ts'
import type { Description, KindDescription } from '../connector/describe.ts'
import type { Change, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import {
  refKey,
  splitTarget,
  type Kind,
  type LinkTarget,
  type Resource,
  type ResourceRef,
} from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { isEmpty } from './delta.ts'
import { canonical } from './digest.ts'
import { compare } from './fields.ts'
import { ignoring, isBuiltIn } from './ownership.ts'
import { inSequence, inverse, seenThrough, settle, type Rename, type Renames } from './renaming.ts'
import { canRename } from './scene.ts'
import { memberName } from './sets.ts'
import { refOf, tracesOf, type DoneStep, type Trace } from './trace.ts'

export interface InverseInput {
  /** Its steps in this system that were done, in their order. */
  readonly steps: readonly DoneStep[]
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly config: SystemConfig
}

/** Something that the run did and that is not taken back. */
export interface Left {
  readonly step: string
  readonly action: Write['action']
  readonly ref: ResourceRef
  /** One phrase. */
  readonly reason: string
}

export interface Inverse {
  readonly changes: readonly Change[]
  readonly left: readonly Left[]
}

/** What is wished of one thing that is live: whole values, as a manifest would say them. */
export interface Wanted {
  readonly live: Resource
  readonly fields: Record<string, Json>
  readonly links: Record<string, readonly LinkTarget[]>
  readonly cause: Cause
}

export interface Work extends InverseInput {
  readonly traces: readonly Trace[]
  /** Names that are given back: today's → the one before. All else is said in the names from before. */
  readonly renames: Renames
  /** Names from before that another has now: whatever they are said of is not meant. */
  readonly taken: Set<LinkTarget>
  /** Names from before that were given back already: who has one is no thing that the run made. */
  readonly given: ReadonlySet<LinkTarget>
  /**
   * Names of things that the run made and that are gone, which others have back: where the run wrote one of them down, it
   * meant what is gone.
   */
  readonly gone: ReadonlySet<LinkTarget>
  readonly sequence: readonly Rename[]
  /** As `renames`, with the names that were given back already: what the run wrote down is read through these. */
  readonly names: Renames
  /** The name from which the last rename to this one starts: today's, or one it is put aside under. */
  readonly sources: ReadonlyMap<string, string>
  /** Today's key of what has this one afterwards. */
  readonly originOf: (ref: ResourceRef) => string
  readonly seen: GraphView
  readonly isIgnored: (ref: Pick<ResourceRef, 'kind' | 'key'>) => boolean
  readonly left: Left[]
}

/** Looks at every thing that the run touched; what cannot be touched again is left at once. */
export function begin(input: InverseInput): Work {
  const { actual, description, config } = input
  const left: Left[] = []
  const isIgnored = ignoring(config, description)
  const all = tracesOf(input.steps, description)
  const back = all.filter((trace) => isBack(trace, actual)).flatMap(renameOf)
  const given = namesOf(back)
  const traces = all.filter((trace) => {
    // what the run made is gone, and whoever was called so before has the name back
    if (trace.fate.is === 'made' && given.has(refKey(trace))) return false
    const reason = reasonToLeave(trace, input, isIgnored)
    if (reason !== undefined) left.push(leaving(trace, reason))
    return reason === undefined
  })
  const toGive = (trace: Trace): Rename[] => (isBack(trace, actual) ? [] : renameOf(trace))
  const wished = traces.flatMap(toGive).filter((rename) => canRename(input, rename))
  const renames = settle(wished, actual)
  const isSettled = ({ kind, from, to }: Rename): boolean => renames.get(kind)?.get(from) === to
  const kept = traces.filter((trace) => {
    const stuck = toGive(trace).find((rename) => !isSettled(rename))
    if (stuck !== undefined) left.push(leaving(trace, keepsItsName(input, stuck)))
    return stuck === undefined
  })
  const lost = all.flatMap(toGive).filter((rename) => !isSettled(rename))
  const settled = wished.filter(isSettled)
  const sequence = inSequence(settled, actual)
  const made = new Set(all.flatMap((trace) => (trace.fate.is === 'made' ? [refKey(trace)] : [])))
  const regained = [...given, ...namesOf(settled)]
  const origins = inverse(renames)
  return {
    ...input,
    ...{ traces: kept, renames, isIgnored, left, sequence },
    taken: namesOf(lost),
    given,
    gone: new Set(regained.filter((name) => made.has(name))),
    sources: new Map(sequence.map(({ kind, from, to }) => [refKey({ kind, key: to }), from])),
    originOf: ({ kind, key }) => origins.get(kind)?.get(key) ?? key,
    names: withRenames(renames, back),
    seen: seenThrough(actual, renames),
  }
}

function namesOf(renames: readonly Rename[]): Set<LinkTarget> {
  return new Set(renames.map(({ kind, to }) => refKey({ kind, key: to })))
}

/** Why a thing does not get the name it had. */
function keepsItsName(input: InverseInput, rename: Rename): string {
  if (canRename(input, rename))
    return `its name ${shown(rename.to)} is taken; once that is free, undo the run again`
  return input.config.stage === 'full'
    ? 'it is sealed'
    : `in stage ${input.config.stage} nothing is given another name`
}

/** The rename that gives a thing the name it had; none where it has kept its name. */
function renameOf({ kind, key, fate }: Trace): Rename[] {
  return fate.is === 'changed' && fate.from !== key ? [{ kind, from: key, to: fate.from }] : []
}

/** It has the name it had: it never lost it, or an earlier undo, or a person, was here. */
function isBack({ kind, key, id, fate }: Trace, actual: GraphView): boolean {
  if (fate.is !== 'changed') return false
  const old = actual.get(kind, fate.from)
  if (old === undefined) return false
  return id === undefined || old.id === undefined ? actual.get(kind, key) === undefined : old.id === id
}

function withRenames(renames: Renames, more: readonly Rename[]): Renames {
  const all = new Map([...renames].map(([kind, names]) => [kind, new Map(names)]))
  for (const { kind, from, to } of more)
    all.set(kind, (all.get(kind) ?? new Map<string, string>()).set(from, to))
  return all
}

/** What speaks against touching the thing at all; what is gone is looked at when it is made again. */
function reasonToLeave(
  trace: Trace,
  { actual, description }: InverseInput,
  isIgnored: Work['isIgnored'],
): string | undefined {
  const ref = refOf(trace)
  if (description.kinds[ref.kind] === undefined) return 'the system has no such kind any more'
  if (isIgnored(ref)) return "the system's `ignore` names it"
  if (trace.fate.is === 'gone' || isBack(trace, actual)) return undefined
  const live = actual.get(ref.kind, ref.key)
  if (live === undefined) return trace.fate.is === 'made' ? undefined : gonePhrase(trace, actual)
  return trace.id !== undefined && live.id !== undefined && live.id !== trace.id
    ? 'another has its name now'
    : undefined
}

const memory = new WeakMap<GraphView, Map<Kind, ReadonlyMap<string, string>>>()

/** It may be there under another name, or be gone; where a name was changed back by hand, nothing is left to do. */
function gonePhrase({ kind, id }: Trace, actual: GraphView): string {
  const key = id === undefined ? undefined : keysById(actual, kind).get(id)
  return key === undefined ? 'it is not there any more' : `it is called ${shown(key)} now`
}

/** Worked out once for each state, and only where something is missing. */
function keysById(actual: GraphView, kind: Kind): ReadonlyMap<string, string> {
  const known = memory.get(actual) ?? new Map<Kind, ReadonlyMap<string, string>>()
  memory.set(actual, known)
  const keys = known.get(kind) ?? new Map(Array.from(actual.all(kind), ({ id, ref }) => [id ?? '', ref.key]))
  known.set(kind, keys)
  return keys
}

export function causeOf({ config }: InverseInput, { step }: Trace): Cause {
  // A journal of an earlier version does not say where a change came from.
  const { file, line, document } = (step.write.cause as Cause | undefined) ?? config.cause
  return { file, line, document }
}

/** The wish for a live thing, begun where there is none yet. */
export function wantedOf(wanted: Map<string, Wanted>, live: Resource, cause: Cause): Wanted {
  const key = refKey(live.ref)
  const known = wanted.get(key)
  if (known !== undefined) return known
  const fresh: Wanted = { live, fields: {}, links: {}, cause }
  wanted.set(key, fresh)
  return fresh
}

export function leaving(trace: Trace, reason: string): Left {
  return { step: trace.step.id, action: trace.step.write.action, ref: refOf(trace), reason }
}

export function isSameField(
  kind: KindDescription,
  name: string,
  value: Json | undefined,
  now: Json | undefined,
): boolean {
  const live = { fields: { [name]: now ?? null }, links: {} }
  const { written, byHand } = compare(kind, { fields: { [name]: value ?? null }, links: {} }, live)
  return isEmpty(written) && isEmpty(byHand)
}

export function without<Member extends Json>(
  members: readonly Member[],
  gone: readonly Json[],
): readonly Member[] {
  const names = new Set(gone.map(memberName))
  return members.filter((member) => !names.has(memberName(member)))
}

/** Whether a link can lead there now. What the system brings along itself, and native things, are always there. */
export function isLive({ seen, description, taken }: Work, target: LinkTarget): boolean {
  const { type, name } = splitTarget(target)
  const kind = type as Kind
  if (description.kinds[kind] === undefined) return true
  const isThere =
    seen.get(kind, name) !== undefined ||
    isBuiltIn(description, { ref: { system: seen.system, kind, key: name } })
  return isThere && !taken.has(target)
}

/** `group:eng` → `group eng`. */
export function words(target: LinkTarget): string {
  const { type, name } = splitTarget(target)
  return `${type} ${name}`
}

export function listed(targets: readonly LinkTarget[]): string {
  return targets.length === 0 ? 'nothing' : targets.map(words).join(', ')
}

export function shown(value: Json | undefined): string {
  return (value ?? null) === null ? 'nothing' : canonical(value)
}
