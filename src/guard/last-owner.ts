import type { Write } from '../model/change.ts'
import { compromised } from '../plan/owners.ts'
import { courseOf, type Course, type CourseState } from './course.ts'
import { guard, type Found } from './guard.ts'
import { firm, isFirm, isUsable, ownerIn, ownersAfter, ownersBefore, pending, type Owner } from './owners.ts'
import { whomToPromote } from './candidates.ts'
import { ownersToCome } from './owners-to-come.ts'
import { removals } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted, named } from './words.ts'

/**
 * No state that a run can reach is without a usable owner: not the end, not a prefix, not what is left when any
 * step fails or waits.
 *
 * One owner whom nothing in the plan can lower, whatever is done and whatever is not, makes every order and every
 * part of the plan safe. Where there is none (the only owner hands over to another), apply reads afresh before
 * each step that says whom it lowers, and sends it only while somebody else is usable. That barrier is relied on
 * here only if every step that can lower anyone says so, and only if somebody is left for it to let the plan through.
 */
export const lastOwner = guard('last-owner', (scene) => {
  const now = found(scene)
  return now.length > 0 ? now : ownersToCome(scene)
})

/** The same without a look at the days to come: for who looks at each of them. */
export const lastOwnerNow = guard('last-owner', found)

function found(scene: Scene): readonly Found[] {
  if (scene.writes.length === 0) return []
  const before = [...ownersBefore(scene).values()].filter(isInPlace)
  if (before.length === 0) return additionsOnly(scene)
  if (before.some((owner) => staysUsable(scene, owner.coming))) return []

  const awaited = firm(ownersAfter(scene)).length === 0 ? awaitedIn(scene, before) : undefined
  if (awaited?.length === 0) return [nobodyLeft(scene, before)]
  const unseen = unseenByBarrier(scene)
  if (unseen.length > 0) return [cannotBeWatched(scene, before, unseen)]
  return awaited === undefined ? [] : [waitsFor(scene, before, awaited)]
}

/** Who need only accept an invitation. Not in an emergency: then whoever can own the system at once is to be promoted. */
function awaitedIn(scene: Scene, before: readonly Owner[]): readonly Owner[] {
  return before.some(({ coming }) => scene.compromised(coming)) ? [] : pending(ownersAfter(scene))
}

/** Who is compromised is there until the plan stops them: nobody to rely on, and no reason to say that there is nobody. */
function isInPlace({ because, viaProvider }: Owner): boolean {
  return !viaProvider && because.every((reason) => reason === compromised)
}

/** Whether the account is an owner to count on in every state it can be found in. */
export function staysUsable(scene: Scene, coming: string): boolean {
  return courseOf(scene, coming)?.states.every((state) => usableIn(scene, coming, state)) ?? false
}

function usableIn(scene: Scene, coming: string, { account, graph }: CourseState): boolean {
  return account !== undefined && isFirm(ownerIn(scene, graph, account, coming))
}

/**
 * Accounts that some write lowers from a usable owner in some state without saying so: the barrier would not look
 * before it, or would count on the very account that goes.
 */
function unseenByBarrier(scene: Scene): readonly string[] {
  const all = new Set([...scene.was.all('account'), ...scene.end.all('account')].map(({ ref }) => ref.key))
  return [...all].filter((coming) => {
    const course = courseOf(scene, coming)
    if (!course) return true
    const unsaid = course.writes.filter((write) => !says(scene, write, coming))
    if (unsaid.length === 0) return false
    const usable = new Set<CourseState | undefined>(
      course.states.filter((state) => usableIn(scene, coming, state)),
    )
    return unsaid.some((write) => lowersIn(course, usable, write))
  })
}

/** Whether the step says that it lowers the account. */
function says(scene: Scene, write: Write, coming: string): boolean {
  const lowers = lowersOf(scene, write)
  return lowers.includes(coming) || lowers.includes(scene.live('account', coming))
}

/** Whether the write takes the account from a state in which it is usable to one in which it is not. */
function lowersIn({ states }: Course, usable: ReadonlySet<CourseState | undefined>, write: Write): boolean {
  return states
    .filter((state) => state.done.includes(write) && !usable.has(state))
    .some((state) => {
      const without = state.done.filter((other) => other !== write)
      const before = states.find(
        ({ done }) => done.length === without.length && without.every((other) => done.includes(other)),
      )
      return usable.has(before)
    })
}

function lowersOf(scene: Scene, write: Write): readonly string[] {
  return scene.stepOf.get(write)?.lowers ?? []
}

function nobodyLeft(scene: Scene, before: readonly Owner[]): Found {
  return {
    refs: before.map((owner) => owner.ref),
    count: 0,
    message:
      `This plan leaves "${scene.config.name}" with 0 usable owners (now ${persons(before)}: ${namesOf(before)}); ` +
      `at every point of a run at least 1 must remain${notCounted(scene)}.`,
    remedy: before.some(({ coming }) => scene.compromised(coming))
      ? `This cannot be accepted: ${whomToPromote(scene)}; that and the suspension may stand in one change.`
      : 'This cannot be accepted: give an owner role to another person who can use it, and apply that first.',
  }
}

/** The plan may run: apply lowers nobody before they can be counted on. */
function waitsFor(scene: Scene, before: readonly Owner[], awaited: readonly Owner[]): Found {
  const why = awaited.map((owner) => `${owner.ref.key}, ${owner.because.join(' and ')}`)
  return {
    refs: awaited.map((owner) => owner.ref),
    count: 0,
    severity: 'warn',
    message:
      `Nobody else can be counted on as an owner of "${scene.config.name}" yet (now ${persons(before)}: ` +
      `${namesOf(before)}); what lowers them waits for ${named(why)}.`,
    remedy: `Remind ${namesOf(awaited)}: nothing is lowered before.`,
  }
}

function cannotBeWatched(scene: Scene, before: readonly Owner[], unseen: readonly string[]): Found {
  return {
    refs: unseen.map((coming) => ({
      system: scene.config.name,
      kind: 'account',
      key: scene.live('account', coming),
    })),
    count: unseen.length,
    message:
      `This plan lowers every usable owner of "${scene.config.name}" (now ${persons(before)}: ${namesOf(before)}), and ` +
      `${named(unseen.map((coming) => scene.live('account', coming)))} can be lowered on the way by a step that does ` +
      'not say so; at every point of a run at least 1 must remain.',
    remedy:
      'This cannot be accepted: make two plans of it, one that gives the owner role and then one that takes it away.',
  }
}

/** Without anybody to count on, whatever is taken away may be what the next owner needs. */
function additionsOnly(scene: Scene): readonly Found[] {
  const refs = [...ownersBefore(scene).values()].map((owner) => owner.ref)
  const taken = [...removals(scene).values()].flatMap((dimension) => dimension.removed)
  if (taken.length > 0)
    return [
      {
        refs,
        count: 0,
        message:
          `"${scene.config.name}" has no usable owner, and this plan takes away ${counted(taken.length, 'thing')}; ` +
          `until there is an owner, a plan may only add${notCounted(scene)}.`,
        remedy:
          'This cannot be accepted: give an owner role to a person who can use it, and apply that alone.',
      },
    ]
  if (firm(ownersAfter(scene)).length > 0) return []
  return [
    {
      refs,
      count: 0,
      severity: 'warn',
      message: `"${scene.config.name}" has no usable owner, before this plan or after it${notCounted(scene)}.`,
      remedy: 'Give an owner role to a person who can use it: until then, no plan may take anything away.',
    },
  ]
}

/** Owners on paper, so that nobody wonders why they did not help. */
function notCounted(scene: Scene): string {
  const idle = [...ownersBefore(scene).values()].filter((owner) => !isFirm(owner))
  if (idle.length === 0) return ''
  return ` (not counted: ${named(idle.map((owner) => `${owner.ref.key}, ${whyNot(owner)}`))})`
}

function whyNot(owner: Owner): string {
  return isUsable(owner) ? 'whose right an identity provider gives and takes' : owner.because.join(' and ')
}

function persons(owners: readonly Owner[]): number {
  return new Set(owners.map(({ person }) => person)).size
}

function namesOf(owners: readonly Owner[]): string {
  return named(owners.map((owner) => owner.ref.key))
}
