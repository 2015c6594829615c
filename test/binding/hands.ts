/** What other hands do to a live state between a plan and its apply: to what the plan touches, and to all else. */
import type { KindDescription } from '../../src/connector/describe.ts'
import { isWrite, type Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Json } from '../../src/model/json.ts'
import type { Step } from '../../src/model/plan.ts'
import {
  kinds,
  refKey,
  splitTarget,
  type Kind,
  type LinkTarget,
  type Resource,
} from '../../src/model/resource.ts'
import { goesAlong } from '../../src/plan/along.ts'
import { memberships } from '../../src/plan/members.ts'
import { grantKey, inverse, renamed, renamesIn, settle } from '../../src/plan/renaming.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { live, person, system } from '../plan/world.ts'

interface Deed {
  readonly name: string
  /** The resource that is touched, as the plan calls it. */
  readonly of: string
  readonly after: readonly Resource[]
}

/** How the plan sees a live state: what each thing is called there. */
function look(state: readonly Resource[], steps: readonly Step[]) {
  const graph = new Graph(system, state)
  const renames = settle(renamesIn(steps.map(({ change }) => change)), graph)
  const back = inverse(renames)
  const byComing = new Map(state.map((one) => [refKey(renamed(one, renames).ref), one]))
  return {
    graph,
    coming: (one: Resource) => renamed(one, renames),
    raw: (kind: Kind, key: string) => byComing.get(`${kind}:${key}`),
    /** A thing that the plan makes under a name which another has today: nobody can link to it yet. */
    isAnother: (target: LinkTarget): boolean => {
      const { type, name } = splitTarget(target)
      const kind = kinds.find((known) => known === type)
      return kind !== undefined && !byComing.has(target) && graph.get(kind, name) !== undefined
    },
    /** The name that a target has today. */
    today: (target: LinkTarget): LinkTarget => {
      const { type, name } = splitTarget(target)
      return `${type}:${back.get(type as Kind)?.get(name) ?? name}`
    },
  }
}

/** Each of them is on something that a write of the plan hangs on. */
export function onTouched(state: readonly Resource[], steps: readonly Step[]): Deed[] {
  const { raw, today, coming, graph, isAnother } = look(state, steps)
  return steps.flatMap(({ change }): Deed[] => {
    if (!isWrite(change)) return []
    const { kind, key } = change.ref
    const of = refKey(change.ref)
    const deed = (name: string, after: readonly Resource[]): Deed => ({
      name: `${change.action}: ${name}`,
      of,
      after,
    })
    if (change.action === 'create') {
      const made = named(change.after, today)
      // of a thing that comes under a name which another gives up, or that hangs on such a thing, nobody can make one yet
      if (graph.get(kind, made.ref.key) !== undefined || refKey(coming(made).ref) !== of) return []
      return [deed('somebody made one', [...state, { ...made, id: 'made/1' }])]
    }
    const one = raw(kind, key)
    // the second half of two that change places, or what is renamed besides being changed: told by its own step
    if (one === undefined) return []
    const described = description.kinds[kind]!
    const gone = [
      deed('it is gone', without(state, one)),
      deed('another has its name', swap(state, one, { ...one, id: 'other/1' })),
    ]
    const taken =
      change.action === 'rename' && graph.get(kind, key) === undefined
        ? [deed('its new name is taken', [...state, { ...live(kind, key), id: 'taken/1' }])]
        : []
    const values =
      change.action === 'delete'
        ? alterations(one, described, state)
        : moves(change, one, described, { today, isAnother })
    const joins = change.action === 'delete' ? joining(state, one) : []
    return [
      ...gone,
      ...taken,
      ...values
        .filter(([, value]) => JSON.stringify(value) !== JSON.stringify(one))
        .map(([name, value]) => deed(name, swap(state, one, value))),
      ...joins.map((after) => deed('somebody came into it', after)),
    ]
  })
}

/** The resource with today's names of what it links to, and its own made of them where it is a grant. */
function named(one: Resource, today: (target: LinkTarget) => LinkTarget): Resource {
  const links = Object.fromEntries(
    Object.entries(one.links).map(([name, targets]) => [name, targets.map(today)]),
  )
  const key = grantKey({ ref: one.ref, links }) ?? one.ref.key
  return { ...one, ref: { ...one.ref, key }, links }
}

type Alteration = readonly [string, Resource]

/** Everything about a resource that is to be removed counts. */
function alterations(one: Resource, described: KindDescription, state: readonly Resource[]): Alteration[] {
  const fields = Object.entries(described.fields)
    .filter(([name, { write }]) => write !== 'read' && !isKey(one, name))
    .map(([name, { shape }]): Alteration => [
      `its ${name}`,
      withField(one, name, other(one.fields[name], shape)),
    ])
  const links = Object.entries(described.links).flatMap(([name, { to, shape }]): Alteration[] => {
    const now = one.links[name] ?? []
    const target = state.find(
      ({ ref }) => to.includes(ref.kind) && !now.includes(refKey(ref)) && refKey(ref) !== refKey(one.ref),
    )
    const more =
      target === undefined ? [] : shape === 'one' ? [refKey(target.ref)] : [...now, refKey(target.ref)].sort()
    return [
      ...(target === undefined ? [] : [[`its ${name}, more`, withLink(one, name, more)] as const]),
      ...(now.length === 0 ? [] : [[`its ${name}, fewer`, withLink(one, name, now.slice(1))] as const]),
    ]
  })
  return one.ref.kind === 'grant' ? [] : [...fields, ...links]
}

/** Of a change, what it names: a value that is another, a member that left before it was taken out, or came by itself. */
function moves(
  { before, after }: Extract<Write, { action: 'update' | 'rename' }>,
  one: Resource,
  described: KindDescription,
  { today, isAnother }: Pick<ReturnType<typeof look>, 'today' | 'isAnother'>,
): Alteration[] {
  const fields = [...new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])]
    .filter((name) => !isKey(one, name))
    .flatMap((name): Alteration[] => {
      if (described.fields[name]?.shape !== 'set')
        return [[`its ${name}`, withField(one, name, other(one.fields[name], described.fields[name]?.shape))]]
      const now = one.fields[name] as Json[] | undefined
      return members(now ?? [], listOf(before.fields[name]), listOf(after.fields[name])).map((value) => [
        `a member of its ${name}`,
        withField(one, name, value),
      ])
    })
  const links = [...new Set([...Object.keys(before.links), ...Object.keys(after.links)])].flatMap((name) => {
    const now = one.links[name] ?? []
    const [goes, comes] = [before, after].map((part) =>
      (part.links[name] ?? []).filter((target) => !isAnother(target)).map(today),
    )
    if (described.links[name]?.shape === 'one') {
      const next = now.length === 0 ? (comes ?? []) : []
      return [[`its ${name}`, withLink(one, name, next)] as const]
    }
    return members(now, goes!, comes!).map((value): Alteration => [
      `a member of its ${name}`,
      withLink(one, name, value),
    ])
  })
  return [...fields, ...links]
}

function members<T extends Json>(now: readonly T[], goes: readonly T[], comes: readonly T[]): T[][] {
  // a name that the plan gives to another thing may be that of a member of today: with it again nothing has moved
  const [leaving, joining] = [goes.filter(isIn(now)), comes.filter((member) => !isIn(now)(member))]
  return [
    ...leaving.map((member) => now.filter((each) => each !== member)),
    ...joining.map((member) => [...now, member].sort()),
  ]
}

function isIn<T>(members: readonly T[]): (member: T) => boolean {
  return (member) => members.includes(member)
}

function joining(state: readonly Resource[], one: Resource): (readonly Resource[])[] {
  if (one.ref.kind !== 'group') return []
  const target = refKey(one.ref)
  const inside = new Set(goesAlong(one.ref, new Graph(system, state), description))
  return state
    .filter(({ ref }) => ref.kind === 'account' && !inside.has(refKey(ref)))
    .map((each) =>
      swap(state, each, withLink(each, 'groups', [...(each.links['groups'] ?? []), target].sort())),
    )
}

/** Each of them is on what no write of the plan names. */
export function onUntouched(state: readonly Resource[], steps: readonly Step[]): Deed[] {
  const { coming } = look(state, steps)
  const writes = steps.map(({ change }) => change).filter(isWrite)
  const byRef = new Map<string, Write[]>()
  for (const write of writes) byRef.set(refKey(write.ref), [...(byRef.get(refKey(write.ref)) ?? []), write])
  const removed = new Set(writes.filter(({ action }) => action === 'delete').map(({ ref }) => refKey(ref)))
  const named = new Set(
    writes.flatMap((write) =>
      [
        ...(write.action === 'create' ? [] : Object.values(write.before.links)),
        ...(write.action === 'delete' ? [] : Object.values(write.after.links)),
      ].flat(),
    ),
  )
  const nameOf = (one: Resource): string => refKey(coming(one).ref)
  const stays = state.filter((one) => !removed.has(nameOf(one)))
  const deeds = stays.flatMap((one): Deed[] => {
    const of = nameOf(one)
    const mine = byRef.get(of) ?? []
    const isNamed = (side: 'fields' | 'links', name: string): boolean =>
      mine.some((write) =>
        [partOf(write, 'before'), partOf(write, 'after')].some((part) => name in (part?.[side] ?? {})),
      )
    const described = description.kinds[one.ref.kind]!
    if (one.ref.kind === 'grant') return []
    const fields = Object.entries(described.fields)
      .filter(
        ([name, { write }]) =>
          write === 'write' &&
          !isKey(one, name) &&
          (!isNamed('fields', name) || described.fields[name]?.shape === 'set'),
      )
      .map(([name, { shape }]): Deed => ({
        name: `${one.ref.kind}.${name}`,
        of,
        after: swap(state, one, withField(one, name, other(one.fields[name], shape))),
      }))
    const links = Object.entries(described.links).flatMap(([name, { to, shape }]): Deed[] => {
      const now = one.links[name] ?? []
      // an account and a group are one pair, whether it is a member there or manages it
      const alike = isMembership(name) ? memberships : [name]
      const planned = mine.flatMap((write) =>
        [partOf(write, 'before'), partOf(write, 'after')].flatMap((part) =>
          alike.flatMap((each) => part?.links[each] ?? []),
        ),
      )
      const come = stays.filter(
        (target) =>
          to.includes(target.ref.kind) &&
          !now.includes(refKey(target.ref)) &&
          !planned.includes(nameOf(target)) &&
          refKey(target.ref) !== refKey(one.ref),
      )
      const go = now.filter(
        (target) =>
          !coming({ ...one, links: { x: [target] } }).links['x']!.some(
            (t) => planned.includes(t) || removed.has(t),
          ),
      )
      const set = (name2: string, links: readonly LinkTarget[]): Deed => ({
        name: `${one.ref.kind}.${name} ${name2}`,
        of,
        after: swap(state, one, withLink(one, name, links)),
      })
      if (shape === 'one')
        return alike.some((each) => isNamed('links', each))
          ? []
          : [
              ...come.map((target) => set('another', [refKey(target.ref)])),
              ...(go.length > 0 ? [set('none', [])] : []),
            ]
      return [
        ...come.map((target) => set('one more', [...now, refKey(target.ref)].sort())),
        ...go.map((target) =>
          set(
            'one fewer',
            now.filter((each) => each !== target),
          ),
        ),
      ]
    })
    // where something that is declared is gone, what the plan removes or renames may be what it was once called
    const isFormer = writes.some(
      ({ action, ref }) => ref.kind === one.ref.kind && (action === 'delete' || action === 'rename'),
    )
    const gone: Deed[] =
      !isFormer &&
      mine.length === 0 &&
      !named.has(of) &&
      !state.some(({ links }) => Object.values(links).flat().includes(refKey(one.ref)))
        ? [{ name: `${one.ref.kind} gone`, of, after: without(state, one) }]
        : []
    return [...fields, ...links, ...gone]
  })
  const stranger = { ...person('zed'), id: 'new/1' }
  const groups = stays.filter(({ ref }) => ref.kind === 'group').map(({ ref }) => refKey(ref))
  const news = [
    stranger,
    ...groups.map((group) => withLink(stranger, 'groups', [group])),
    { ...live('group', 'zoo'), id: 'new/2' },
    {
      ...live('policy', 'zone', { links: { subjects: groups.slice(0, 1), resources: ['all:*'] } }),
      id: 'new/3',
    },
    { ...live('role', 'zealot', { fields: { privileges: ['read'] } }), id: 'new/4' },
  ]
  return [
    ...deeds,
    ...news.map((one) => ({ name: `a new ${one.ref.kind}`, of: refKey(one.ref), after: [...state, one] })),
  ]
}

function isMembership(name: string): boolean {
  return (memberships as readonly string[]).includes(name)
}

function partOf(write: Write, side: 'before' | 'after') {
  if (side === 'before') return write.action === 'create' ? undefined : write.before
  return write.action === 'delete' ? undefined : write.after
}

/** No thing stands under itself, and every reference leads somewhere: a state that a system can have. */
export function isPossible(state: readonly Resource[]): boolean {
  const graph = new Graph(system, state)
  return state.every(
    (one) =>
      Object.values(one.links)
        .flat()
        .every((target) => {
          const { type, name } = splitTarget(target)
          return (
            !(kinds as readonly string[]).includes(type) ||
            description.roles.includes(name) ||
            graph.get(type as Kind, name) !== undefined
          )
        }) &&
      !isUnderItself(one, 'parent', graph) &&
      !isUnderItself(one, 'implies', graph),
  )
}

function isUnderItself({ ref, links }: Resource, link: string, graph: Graph): boolean {
  const above = new Set(links[link] ?? [])
  for (const target of above) {
    const { type, name } = splitTarget(target)
    for (const further of graph.get(type as Kind, name)?.links[link] ?? []) above.add(further)
  }
  return above.has(refKey(ref))
}

function isKey({ ref }: Resource, name: string): boolean {
  return ref.kind === 'account' && name === 'username'
}

function other(value: Json | undefined, shape: string | undefined): Json {
  if (shape === 'set') return [...listOf(value), 'another'].sort()
  if (shape === 'map') return { another: 'label' }
  if (shape === 'ordered') return []
  if (typeof value === 'number') return value + 1
  if (value === 'active') return 'suspended'
  if (value === 'suspended') return 'active'
  return value === 'another' ? 'yet another' : 'another'
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function withField(one: Resource, name: string, value: Json): Resource {
  return { ...one, fields: { ...one.fields, [name]: value } }
}

function withLink(one: Resource, name: string, targets: readonly LinkTarget[]): Resource {
  return { ...one, links: { ...one.links, [name]: targets } }
}

function swap(state: readonly Resource[], one: Resource, next: Resource): Resource[] {
  return state.map((each) => (each === one ? next : each))
}

/** The state without it, and without what pointed at it. */
function without(state: readonly Resource[], gone: Resource): Resource[] {
  const target = refKey(gone.ref)
  return state
    .filter((one) => one !== gone)
    .map((one) => ({
      ...one,
      links: Object.fromEntries(
        Object.entries(one.links).map(([name, targets]) => [name, targets.filter((each) => each !== target)]),
      ),
    }))
}
