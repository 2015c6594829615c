import { foldKey } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { splitTarget, type Kind, type Resource, type ResourceRef } from '../model/resource.ts'
import type { RuleAction, Subject } from '../model/rule.ts'
import type { Person } from '../model/workspace.ts'
import { byText } from '../plan/sets.ts'
import { powerIn } from './removals.ts'
import { perScene, type Scene } from './scene.ts'

/** One thing that a rule of the team is asked about. */
export interface Judged {
  readonly subject: Subject
  readonly ref: ResourceRef
}

/** By what `on` says: the writes of one sort, or every account whose power the plan changes, sorted by name. */
export function subjectsOf(scene: Scene, on: string): readonly Judged[] {
  return on === 'account.power' ? powerChanges(scene) : (writesBySort(scene).get(on) ?? [])
}

const writesBySort = perScene((scene): ReadonlyMap<string, readonly Judged[]> => {
  const sorts = new Map<string, Judged[]>()
  for (const write of scene.writes) {
    // Two that change places use a third name for a moment, and nothing has it in the end.
    if (write.action === 'rename' && !scene.end.get(write.ref.kind, write.ref.key)) continue
    const sort = `${write.ref.kind}.${write.action}`
    const list = sorts.get(sort) ?? []
    sorts.set(sort, list)
    list.push(ofWrite(scene, write))
  }
  for (const list of sorts.values()) list.sort((a, b) => byText(a.ref.key, b.ref.key))
  return sorts
})

/** A delete is told by what it takes away: its name may go to another in the same plan. */
function ofWrite(scene: Scene, write: Write): Judged {
  const { kind, key } = write.ref
  const before =
    write.action === 'delete'
      ? write.before
      : write.action === 'create'
        ? undefined
        : scene.was.get(kind, key)
  const after = write.action === 'delete' ? undefined : scene.end.get(kind, key)
  const from = write.action === 'rename' ? { from: scene.live(kind, key) } : {}
  return judged(scene, { action: write.action, kind, key, ...from, before, after })
}

/**
 * Every account whose power is another in the end, whatever caused it: its own role or status, what its role implies,
 * a group. A power that is not known may be any, so an account of which something is written and whose power is then
 * unknown counts, and so does one whose power reaches elsewhere.
 */
const powerChanges = perScene((scene): readonly Judged[] => {
  const keys = new Set<string>()
  for (const view of [scene.was, scene.end]) for (const { ref } of view.all('account')) keys.add(ref.key)
  return [...keys].sort(byText).flatMap((key) => {
    const before = scene.was.get('account', key)
    const after = scene.end.get('account', key)
    return changesPower(scene, before, after)
      ? [judged(scene, { action: 'power', kind: 'account', key, before, after })]
      : []
  })
})

function changesPower(scene: Scene, before: Resource | undefined, after: Resource | undefined): boolean {
  const [was, is] = [powerOf(scene, before, scene.was), powerOf(scene, after, scene.end)]
  if (was !== is) return true
  if (is === 'none' || before === undefined || after === undefined) return false
  if (reaches(scene, before) !== reaches(scene, after)) return true
  return is === 'unknown' && isTouched(scene, before, after)
}

function powerOf(scene: Scene, account: Resource | undefined, graph: GraphView): string {
  return account ? powerIn(scene, account, graph) : 'none'
}

function isTouched(scene: Scene, before: Resource, after: Resource): boolean {
  const { rules, was, end } = scene
  return [before.ref, ...rules.ownershipDependsOn(before, was), ...rules.ownershipDependsOn(after, end)].some(
    (ref) => scene.touching(ref).length > 0,
  )
}

/** What the power is limited to, as a text to compare. */
function reaches({ description }: Scene, account: Resource): string {
  const links = Object.entries(description.kinds.account?.links ?? {})
  return JSON.stringify(
    links.filter(([, { limits }]) => limits === true).map(([name]) => account.links[name] ?? []),
  )
}

interface Sides {
  readonly action: RuleAction
  readonly kind: Kind
  readonly key: string
  readonly from?: string
  readonly before: Resource | undefined
  readonly after: Resource | undefined
}

function judged(scene: Scene, { before, after, ...what }: Sides): Judged {
  const { kind, key } = what
  const { name, connector, stage, labels = {} } = scene.config
  const person = personOf(scene, kind, before, after)
  const side = (resource: Resource, graph: GraphView) => ({
    resource,
    ...(kind === 'account' && { power: powerIn(scene, resource, graph) }),
  })
  return {
    ref: { system: name, kind, key },
    subject: {
      ...what,
      ...(before && { before: side(before, scene.was) }),
      ...(after && { after: side(after, scene.end) }),
      ...(person && { person }),
      system: { name, connector, stage, labels },
      today: scene.today,
    },
  }
}

function personOf(
  scene: Scene,
  kind: Kind,
  before: Resource | undefined,
  after: Resource | undefined,
): Person | undefined {
  const key = accountOf(scene, kind, after ?? before)
  return key === undefined ? undefined : scene.people.get(scene.person(key))
}

/** The account that something is about, by the key it ends with. */
function accountOf(scene: Scene, kind: Kind, resource: Resource | undefined): string | undefined {
  if (kind === 'account') return resource?.ref.key
  if (kind !== 'grant') return undefined
  const { type, name } = splitTarget(resource?.links['subject']?.[0] ?? '')
  return type === 'account' ? foldKey(scene.description, 'account', name) : undefined
}
