import type { KindDescription } from '../connector/describe.ts'
import type { Action, Change } from '../model/change.ts'
import type { Wish } from '../model/desired.ts'
import { kinds, refKey, splitTarget, type Kind, type Resource } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import { goesAlong } from './along.ts'
import { givenByHand, isByHand, standsOutside, takenByHand } from './by-hand.ts'
import { causeOf, groupCause } from './causes.ts'
import { emptyPart, isEmpty, partition, patchOf, pick, type Delta } from './delta.ts'
import { compare, creation, ofManifests } from './fields.ts'
import { expectation, isMapped, isProvisioned } from './mapped.ts'
import { manualChange, manualCreate, manualDelete, manualRename } from './manual.ts'
import { strangersMemberships, wishedMemberships } from './members.ts'
import { renamed } from './renaming.ts'
import { look, type DiffInput, type Scene } from './scene.ts'
import { byText } from './sets.ts'
import { appearsLater, held, staged } from './stage.ts'
import { fromAside, movesAside } from './swap.ts'

/**
 * What has to change in one system for it to be as wished: match, ownership, fields, and what holds a change back.
 * Sorted by kind, key and action; the same input in another order gives the same changes. Equal states give nothing
 * but keeps of what is unmanaged.
 */
export function diff(input: DiffInput): Change[] {
  const scene = look(input)
  const changes = kinds.flatMap((kind) => {
    const described = input.description.kinds[kind]
    return described ? [...wished(scene, kind, described), ...undeclared(scene, kind, described)] : []
  })
  const byHand = takenByHand(scene).flatMap((change) => staged(change, input.config.stage, undefined))
  return [...movesAside(scene), ...blockedRenames(scene), ...changes, ...byHand].sort(byPlace)
}

function wished(scene: Scene, kind: Kind, described: KindDescription): Change[] {
  return [...scene.wishes[kind].values()]
    .filter((wish) => !scene.isIgnored(wish.ref))
    .flatMap((wish) => {
      const live = scene.seen.get(kind, wish.ref.key)
      switch (wish.state) {
        case 'absent':
          return live ? removal(scene, live, described, { because: 'declared absent', ...wish.cause }) : []
        case 'later':
          return live ? untilItBegins(scene, wish, live, described) : []
        case 'present':
          if (standsOutside(wish, scene.description)) return []
          if (isByHand(wish, scene.wishes, scene.description))
            return givenByHand(scene, wish).flatMap((change) => staged(change, scene.config.stage, described))
          return live ? difference(scene, wish, live, described) : addition(scene, wish, described)
      }
    })
}

/** What is live and declared by nobody: removed where there is a ground for it, otherwise reported and left alone. */
function undeclared(scene: Scene, kind: Kind, described: KindDescription): Change[] {
  const changes: Change[] = []
  for (const raw of scene.actual.all(kind)) {
    const live = renamed(raw, scene.renames)
    if (scene.wishes[kind].has(live.ref.key) || scene.isSpared(live)) continue
    const ground = scene.mayRemove(raw) ?? groundOfGrant(scene, live)
    if (ground) changes.push(...removal(scene, live, described, ground))
    else {
      changes.push(...strangersChanges(scene, live, described))
      changes.push({ action: 'keep', ref: live.ref, reason: 'unmanaged' })
    }
  }
  return changes
}

function addition(scene: Scene, wish: Wish, described: KindDescription): Change[] {
  const { ref, cause } = wish
  if (isProvisioned(scene.config, scene.description, wish)) return [awaited(wish)]
  const unshown = described.fixed?.[ref.key]
  if (unshown) return difference(scene, wish, { ref, fields: unshown, links: {} }, described)
  const { sent, byHand } = creation(described, wish)
  const { chosen: mapped, rest } = partition(
    { before: emptyPart, after: sent },
    mappedOf(scene, described, wish),
  )
  const create: Change = described.writable
    ? { action: 'create', ref, after: { ref, ...rest.after }, cause }
    : manualCreate(ref, rest.after, cause)
  return [
    ...staged(create, scene.config.stage, described),
    ...expectation(wish, mapped, cause),
    ...byPerson(scene, wish, byHand, described),
  ]
}

function difference(scene: Scene, wish: Wish, live: Resource, described: KindDescription): Change[] {
  const links = wish.ref.kind === 'account' ? wishedMemberships(wish, live, scene.groups) : wish.links
  const fields = comparable(scene, wish, described)
  const known = { ...live.fields, ...formerFields(scene, wish, described) }
  const { written, byHand } = compare(described, { fields, links }, { ...live, fields: known })
  const delta = withoutWhatGoesAlong(scene, written, described)
  if (isEmpty(delta) && isEmpty(byHand) && scene.renamedFrom(wish.ref) === undefined) return []
  const { chosen: mapped, rest } = partition(delta, mappedOf(scene, described, wish))
  return [
    ...writes(scene, wish, live, rest, described, causeOf(wish, rest, scene.groups)),
    ...expectation(wish, mapped, causeOf(wish, mapped, scene.groups)),
    ...byPerson(scene, wish, byHand, described),
  ]
}

/** What the system does not show is compared with what was said of it before, or not at all. */
function comparable(scene: Scene, { fields }: Wish, described: KindDescription): Wish['fields'] {
  const isHidden = (name: string): boolean => described.fields[name]?.readable === false
  if (scene.former !== undefined || !Object.keys(fields).some(isHidden)) return fields
  return pick(fields, (name) => !isHidden(name))
}

function formerFields({ former }: Scene, { ref, fields }: Wish, described: KindDescription): Wish['fields'] {
  if (former === undefined) return {}
  return Object.fromEntries(
    Object.keys(fields).flatMap((name) => {
      const value = described.fields[name]?.readable === false ? former(ref, name) : undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** The update or rename, unless something holds it back. */
function writes(
  scene: Scene,
  { ref }: Pick<Wish, 'ref'>,
  live: Resource,
  delta: Delta,
  described: KindDescription,
  cause: Cause,
): Change[] {
  const from = scene.renamedFrom(ref)
  if (from === undefined && isEmpty(delta)) return []
  const { before, after } = from === undefined ? delta : fromAside(scene, ref, from, delta)
  const common = {
    ref,
    ...(live.id === undefined ? {} : { id: live.id }),
    before,
    after,
    patch: patchOf({ before, after }, described),
    cause,
  }
  const change =
    from === undefined
      ? ({ action: 'update', ...common } as const)
      : ({ action: 'rename', from, ...common } as const)
  return scene.rules.sealed(live) ? [held(change, 'sealed')] : staged(change, scene.config.stage, described)
}

function removal(scene: Scene, live: Resource, described: KindDescription, cause: Cause): Change[] {
  const before = ofManifests(live, described)
  const { ref } = live
  const along = goesAlong(ref, scene.seen, scene.description)
  const change: Change = described.writable
    ? { action: 'delete', ref, before, ...(along.length === 0 ? {} : { along }), cause }
    : manualDelete(ref, before, cause)
  if (scene.rules.sealed(live)) return [held(change, 'sealed')]
  const changes = staged(change, scene.config.stage, described)
  if (changes.some(({ action }) => action === 'delete')) scene.gone.add(refKey(ref))
  return changes
}

/** Nobody says how they sign in. */
const nobody: Pick<Resource, 'fields'> = { fields: {} }

/** Somebody nobody declared is still taken out of a group whose members are written. */
function strangersChanges(scene: Scene, live: Resource, described: KindDescription): Change[] {
  if (live.ref.kind !== 'account') return []
  const wish = { fields: {}, links: strangersMemberships(live, scene.groups) }
  const delta = withoutWhatGoesAlong(scene, compare(described, wish, live).written, described)
  const { chosen: mapped, rest } = partition(delta, mappedOf(scene, described, nobody))
  const cause = groupCause(delta, scene.groups) ?? scene.config.cause
  return [...writes(scene, live, live, rest, described, cause), ...expectation(live, mapped, cause)]
}

/** C9: what an identity provider vouches for is there once the person has signed in, and nobody makes it before. */
function awaited({ ref, fields, links, cause }: Wish): Change {
  return {
    action: 'keep',
    ref,
    reason: 'mapped',
    held: 'create',
    before: emptyPart,
    after: { fields, links: pick(links, (_, targets) => targets.length > 0) },
    cause: { ...cause, because: appearsLater },
  }
}

function byPerson(scene: Scene, wish: Wish, byHand: Delta, described: KindDescription): Change[] {
  return manualChange(wish.ref, byHand, described, wish.cause).flatMap((change) =>
    staged(change, scene.config.stage, described),
  )
}

/** An account whose day has not come: all that is wished of it before is that nobody can use it. */
function untilItBegins(scene: Scene, wish: Wish, live: Resource, described: KindDescription): Change[] {
  if (scene.description.suspend === 'none') return []
  const { written } = compare(described, { fields: { status: 'suspended' }, links: {} }, live)
  return writes(scene, wish, live, written, described, wish.cause)
}

/**
 * In a system with roles on resources the grants of a declared subject are exact; and a grant goes with what it links,
 * since the system would not let go of that otherwise.
 */
function groundOfGrant(scene: Scene, { ref, links }: Resource): Cause | undefined {
  if (ref.kind !== 'grant') return undefined
  const gone = Object.values(links)
    .flat()
    .find((target) => scene.gone.has(target))
  if (gone !== undefined) return { ...scene.config.cause, because: `goes with ${gone}` }
  const subject = splitTarget(links['subject']?.[0] ?? '')
  const wish =
    subject.type === 'group' || subject.type === 'account'
      ? scene.wishes[subject.type].get(subject.name)
      : undefined
  if (!scene.desired.comparesGrants || wish?.state !== 'present') return undefined
  if (scene.isOwnAccount(wish.ref) || scene.isIgnored(wish.ref)) return undefined
  return { ...wish.cause, because: 'no policy gives it' }
}

/** A membership goes along with its group: that is no change of its own. */
function withoutWhatGoesAlong(scene: Scene, delta: Delta, described: KindDescription): Delta {
  if (scene.gone.size === 0) return delta
  const { before, after } = delta
  const stays = (name: string, target: string): boolean =>
    described.links[name]?.onRemove !== 'cascade' ||
    !scene.gone.has(target) ||
    (described.links[name].shape === 'one' && name in after.links)
  const links = Object.entries(before.links)
    .map(([name, targets]) => [name, targets.filter((target) => stays(name, target))] as const)
    .filter(([, targets]) => targets.length > 0)
  return { before: { fields: before.fields, links: Object.fromEntries(links) }, after }
}

function blockedRenames(scene: Scene): Change[] {
  return scene.blocked.flatMap((rename) => {
    const { kind, from, to } = rename
    const cause = scene.desired.wishes[kind].get(to)?.cause ?? scene.config.cause
    if (scene.description.kinds[kind]?.rename !== true)
      return staged(manualRename(rename, scene.config.name, cause), scene.config.stage, undefined)
    const reason = scene.config.stage === 'full' ? 'sealed' : 'stage'
    return [
      {
        action: 'keep',
        ref: { system: scene.config.name, kind, key: to },
        reason,
        held: 'rename',
        from,
        before: emptyPart,
        after: emptyPart,
        cause,
      } as const,
    ]
  })
}

function mappedOf(
  { config }: Scene,
  described: KindDescription,
  account: Pick<Resource, 'fields'>,
): (part: 'fields' | 'links', name: string) => boolean {
  return (part, name) => part === 'links' && isMapped(config, described.links[name], account)
}

const rank: Record<Action, number> = { create: 0, rename: 1, update: 2, delete: 3, manual: 4, keep: 5 }

function byPlace(a: Change, b: Change): number {
  return (
    kinds.indexOf(a.ref.kind) - kinds.indexOf(b.ref.kind) ||
    byText(a.ref.key, b.ref.key) ||
    rank[a.action] - rank[b.action] ||
    byText(reasonOf(a), reasonOf(b))
  )
}

function reasonOf(change: Change): string {
  return change.action === 'keep' ? change.reason : ''
}
