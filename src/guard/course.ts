import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, splitTarget, type Kind, type Resource } from '../model/resource.ts'
import { renamesIn, settle } from '../plan/renaming.ts'
import { perScene, type Scene } from './scene.ts'

/**
 * One account, followed through every state it can be found in.
 *
 * A run may stop anywhere, and any step may fail or wait, so any subset of the writes may be what was done. What an
 * account can do hangs only on itself and on what the connector names for it; so the subsets of the few writes
 * that touch those are all the states there are, exactly, however large the plan is.
 */
export interface Course {
  /** The writes that touch the account or what its power hangs on. */
  readonly writes: readonly Write[]
  /** One for each subset of them that a run can have done: no step is sent before what it needs. */
  readonly states: readonly CourseState[]
}

export interface CourseState {
  readonly done: readonly Write[]
  readonly graph: GraphView
  /** The account in this state, under its key of then; undefined while or once it is not there. */
  readonly account: Resource | undefined
}

/**
 * All states of an account, named by the key it ends with. `undefined` when more writes touch it than can be looked
 * at one by one: then nothing is known of it.
 */
export function courseOf(scene: Scene, coming: string): Course | undefined {
  const courses = coursesOf(scene)
  const known = courses.get(coming) ?? { course: follow(scene, coming) }
  courses.set(coming, known)
  return known.course
}

/** An account is followed once, however many ask for it. */
const coursesOf = perScene(() => new Map<string, { readonly course: Course | undefined }>())

function follow(scene: Scene, coming: string): Course | undefined {
  let writes = scene.touching({ kind: 'account', key: coming })
  for (;;) {
    if (writes.length > mostTouches) return undefined
    const states = subsets(writes)
      .filter((done) => isReachable(scene, writes, done))
      .map((done) => stateOf(scene, coming, done))
    const wider = new Set(writes)
    // the name that a rename takes may have to be given up first, by what has nothing else to do with the account
    for (const { action, ref } of writes)
      if (action === 'rename') for (const other of scene.touching(ref)) wider.add(other)
    for (const state of states) addWhatItHangsOn(scene, state, wider)
    if (wider.size === writes.length) return { writes, states }
    writes = [...wider]
  }
}

/** 2^8 states at most. An owner whom more writes touch than this is no one to rely on meanwhile. */
const mostTouches = 8

function isReachable(scene: Scene, writes: readonly Write[], done: readonly Write[]): boolean {
  const isOpen = (id: string): boolean =>
    writes.some((write) => scene.stepOf.get(write)?.id === id && !done.includes(write))
  return done.every((write) => scene.stepOf.get(write)?.needs.some(isOpen) !== true)
}

function stateOf(scene: Scene, coming: string, done: readonly Write[]): CourseState {
  const graph = done.length === 0 ? scene.start : scene.after(done)
  return { done, graph, account: find(scene, graph, coming, done) }
}

/** Something new is not there before its create, even if another has its name until then. */
function find(scene: Scene, graph: GraphView, coming: string, done: readonly Write[]): Resource | undefined {
  const creation = scene.touching({ kind: 'account', key: coming }).find(({ action }) => action === 'create')
  if (creation) return done.includes(creation) ? graph.get('account', coming) : undefined
  const live = scene.live('account', coming)
  return graph.get('account', settle(renamesIn(done), scene.start).get('account')?.get(live) ?? live)
}

/** Writes on what the account's power hangs on, and deletes of what it points at: those take its link along. */
function addWhatItHangsOn(scene: Scene, { account, graph }: CourseState, found: Set<Write>): void {
  if (!account) return
  const described = scene.description.kinds.account?.links ?? {}
  const links = Object.entries(account.links)
  const isMembership = (name: string): boolean => described[name]?.membership === true
  if (links.some(([name, targets]) => targets.length > 0 && isMembership(name)))
    for (const write of mappingWrites(scene)) found.add(write)
  for (const write of scene.touching(account.ref)) found.add(write)
  for (const ref of scene.rules.ownershipDependsOn(account, graph))
    for (const write of scene.touching(ref)) found.add(write)
  for (const [name, targets] of links) {
    if (isMembership(name)) continue
    for (const target of targets) {
      const { type: kind, name: key } = splitTarget(target)
      if (!isKind(kind)) continue
      for (const write of scene.touching({ kind, key })) if (write.action === 'delete') found.add(write)
    }
  }
}

/** A rule that begins to fill a group makes what comes through it the identity provider's to give and take. */
const mappingWrites = perScene((scene) => scene.writes.filter(({ ref }) => ref.kind === 'mapping'))

function isKind(type: string): type is Kind {
  return (kinds as readonly string[]).includes(type)
}

function subsets<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((some, item) => [...some, ...some.map((subset) => [...subset, item])], [[]])
}
