import { foldKey } from '../connector/describe.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type LinkTarget, type Resource } from '../model/resource.ts'
import { upwards } from '../plan/upwards.ts'
import { guard } from './guard.ts'
import { loweringsOf } from './lowering.ts'
import { removals, type Removal } from './removals.ts'
import type { Scene } from './scene.ts'
import { placeOf } from './words.ts'

/**
 * A run that takes away its own access stops half-way and cannot be finished by running it again. So what rolecall
 * works through keeps its name, its way in, its power, its memberships and its grants.
 */
export const ownAccess = guard('own-access', (scene) =>
  ownAccounts(scene).flatMap((live) => {
    const coming = scene.coming('account', live)
    const lowerings = [...loweringsOf(scene, coming), ...losses(scene, coming)]
    if (lowerings.length === 0) return []
    return [
      {
        refs: [{ system: scene.config.name, kind: 'account', key: live }],
        count: 1,
        message: `rolecall itself uses ${live} in "${scene.config.name}", and this plan lowers it: ${lowerings.join(', ')}.`,
        where: scene.automation.has(live) ? placeOf(scene.config, 'automation') : 'built in',
        remedy: `This cannot be accepted: leave ${live} as it is, or give rolecall other credentials first.`,
      },
    ]
  }),
)

function ownAccounts(scene: Scene): readonly string[] {
  const identity = scene.identity === undefined ? [] : [foldKey(scene.description, 'account', scene.identity)]
  return [...new Set([...scene.automation, ...identity])].sort()
}

function losses(scene: Scene, coming: string): readonly string[] {
  const account = scene.was.get('account', coming)
  if (!account) return []
  const removed = (name: string): readonly Removal[] => removals(scene).get(name)?.removed ?? []
  const own = ['memberships', 'managed groups'].flatMap((name) =>
    removed(name)
      .filter((removal) => removal.account === coming)
      .map(({ what }) => `it loses ${what ?? 'a membership'}`),
  )
  const held = grantsOf(scene, scene.was, account)
  const stays = new Set(grantsOf(scene, scene.end, scene.end.get('account', coming)).map(({ key }) => key))
  const grants = held
    .filter(({ key }) => !stays.has(key))
    .map(
      ({ key, through }) =>
        `it loses the grant ${key}${through === undefined ? '' : `, held through ${through}`}`,
    )
  const roles = new Set([
    ...scene.rules.ownershipDependsOn(account, scene.was).map(refKey),
    ...closure(
      'role',
      held.flatMap(({ roles }) => roles),
      scene,
      scene.was,
    ),
  ])
  const privileges = removed('privileges')
    .filter(({ ref }) => roles.has(refKey({ ...ref, key: scene.coming(ref.kind, ref.key) })))
    .map(({ ref, what }) => `its ${ref.kind} ${ref.key} loses ${what ?? 'privileges'}`)
  return [...new Set([...own, ...grants, ...privileges])]
}

interface Held {
  readonly key: string
  /** The group that it is given to, where the account is only a member of it. */
  readonly through?: LinkTarget
  readonly roles: readonly LinkTarget[]
}

/** The grants that an account has in a state, itself or as a member of a group or of one below it. */
function grantsOf(scene: Scene, graph: GraphView, account: Resource | undefined): readonly Held[] {
  if (!account) return []
  const links = Object.entries(scene.description.kinds.account?.links ?? {})
  const direct = links.flatMap(([name, { membership }]) =>
    membership === true ? (account.links[name] ?? []) : [],
  )
  const groups = closure('group', direct, scene, graph)
  return [...graph.all('grant')].flatMap((grant): Held[] => {
    const [subject] = grant.links['subject'] ?? []
    const held = { key: grant.ref.key, roles: grant.links['role'] ?? [] }
    if (subject === `account:${account.ref.key}`) return [held]
    return subject !== undefined && groups.has(subject) ? [{ ...held, through: subject }] : []
  })
}

/** These and all that they stand under or imply, through links among their own kind. */
function closure(
  kind: 'group' | 'role',
  start: readonly LinkTarget[],
  { description }: Scene,
  graph: GraphView,
): ReadonlySet<LinkTarget> {
  const names = upwards(kind, description)
  const found = new Set(start)
  for (const target of found) {
    const links = graph.get(kind, splitTarget(target).name)?.links ?? {}
    for (const further of names.flatMap((name) => links[name] ?? [])) found.add(further)
  }
  return found
}
