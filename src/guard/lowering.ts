import type { Write } from '../model/change.ts'
import { splitTarget } from '../model/resource.ts'
import { courseOf, type Course, type CourseState } from './course.ts'
import { isUsable, ownerIn } from './owners.ts'
import { powerIn, rises, type Power } from './removals.ts'
import type { Scene } from './scene.ts'

/**
 * What a plan takes from one account that must keep all it has: its power and its use as an owner in every state
 * that can be reached, and its way in. Clauses with `it` for the account, sorted as they were found; none when
 * nothing is taken. `coming` is the key it ends with.
 */
export function loweringsOf(scene: Scene, coming: string): readonly string[] {
  const course = courseOf(scene, coming)
  if (!course) return ['more changes touch it than can be followed one by one']
  const before = course.states[0]
  if (!before?.account) return []
  const own = course.writes.filter((write) => isOn(scene, write, coming))
  const power = powerIn(scene, before.account, before.graph)
  return [
    ...new Set([
      ...own.flatMap((write) => directly(scene, write)),
      ...course.states.flatMap((state) => weaker(scene, coming, power, before, state)),
      ...own.flatMap((write) => (alwaysRises(scene, course, power, write) ? [] : otherRole(write))),
    ]),
  ]
}

function isOn(scene: Scene, write: Write, coming: string): boolean {
  const from = write.action === 'rename' ? write.from : write.ref.key
  return write.ref.kind === 'account' && (from === scene.live('account', coming) || write.ref.key === coming)
}

/** Fields that say who somebody is, and do not decide what they can do or how they sign in. */
const descriptive: readonly string[] = ['givenName', 'familyName', 'employment', 'labels', 'description']
/** Fields whose effect shows in the power and the use of the account. */
const effective: readonly string[] = ['status', 'type']

function directly(scene: Scene, write: Write): string[] {
  if (write.action === 'create') return []
  if (write.action === 'delete') return ['it is removed']
  const { before, after } = write
  const names = [...new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])]
  return [
    ...(write.action === 'rename' ? [`it is renamed to "${write.ref.key}"`] : []),
    ...names
      .filter((name) => !descriptive.includes(name) && !effective.includes(name))
      // A first address is no other way in; a first anything else may narrow what was open.
      .filter((name) => !(name === 'email' && before.fields[name] === undefined))
      .map((name) => `its ${name} changes`),
    // Also where there was none before: without one, the role reaches everything.
    ...[...new Set([...Object.keys(before.links), ...Object.keys(after.links)])]
      .filter((name) => isReach(scene, name))
      .map((name) => `its ${name} changes`),
  ]
}

/** Links that say how far the account's role reaches. */
function isReach(scene: Scene, name: string): boolean {
  return name !== 'role' && scene.description.kinds.account?.links[name]?.membership !== true
}

/** Another role is only harmless when it gives more: two roles of one tier may hold different rights. */
function otherRole(write: Write): string[] {
  if (write.action !== 'update' && write.action !== 'rename') return []
  const [before, after] = [write.before.links['role']?.[0], write.after.links['role']?.[0]]
  if (before === undefined) return []
  const now = after === undefined ? 'none' : splitTarget(after).name
  return [`its role changes from ${splitTarget(before).name} to ${now}`]
}

function alwaysRises(scene: Scene, { states }: Course, power: Power, write: Write): boolean {
  return states
    .filter((state) => state.done.includes(write))
    .every(({ account, graph }) => account !== undefined && rises(power, powerIn(scene, account, graph)))
}

function weaker(
  scene: Scene,
  coming: string,
  power: Power,
  before: CourseState,
  { account, graph }: CourseState,
): string[] {
  if (!account || !before.account) return []
  const then = powerIn(scene, account, graph)
  if (then !== power && !rises(power, then)) return [`its power falls from ${power} to ${then}`]
  const [wasOwner, isOwner] = [
    ownerIn(scene, before.graph, before.account, coming),
    ownerIn(scene, graph, account, coming),
  ]
  if (!isUsable(wasOwner) || isUsable(isOwner)) return []
  return [`it no longer counts as an owner (${(isOwner?.because ?? ['not an owner']).join(' and ')})`]
}
