import { collectionOf, kinds, refKey, type Resource } from '../model/resource.ts'
import { inventoryWith, undeclared } from '../plan/past.ts'
import { indexInventory } from '../plan/ownership.ts'
import { guard, type Found } from './guard.ts'
import type { Scene } from './scene.ts'
import { named } from './words.ts'

/**
 * What rolecall made and no longer knows would stay for ever, as somebody else's. Where memory and history together
 * cannot tell, nothing goes on until somebody has said of each thing what it is.
 */
export const released = guard('released', (scene) => {
  const past = scene.memory?.past
  const unknown = unexplained(scene)
  if (unknown.length === 0) return []
  if (past?.rewritten !== undefined) return [rewritten(scene, unknown, past.rewritten)]
  if (past === undefined) return firstSight(scene, unknown)
  const unclear = unknown.filter(({ ref }) => past.unclear.has(refKey(ref)))
  const [first] = unclear
  return first === undefined ? [] : [unreadable(scene, unclear, past.unclear.get(refKey(first.ref)) ?? '')]
})

/**
 * Undeclared and live, in collections that rolecall manages, and neither in the inventory nor told of by git. What the
 * system itself keeps, or no plan may write, rolecall has never made.
 */
function unexplained(scene: Scene): readonly Resource[] {
  const { memory, config, description, desired, rules, start } = scene
  if (memory === undefined) return []
  const known = inventoryWith(memory.inventory, memory.past)
  const index = indexInventory(known)
  const managed = new Set(
    kinds.filter(
      (kind) =>
        !config.exclusive.includes(kind) &&
        (desired.wishes[kind].size > 0 || known.some((entry) => entry.kind === kind)),
    ),
  )
  return undeclared({ config, description, desired, actual: start }, memory.inventory).filter(
    (live) =>
      managed.has(live.ref.kind) &&
      index.of(live) === undefined &&
      !rules.sealed(live) &&
      rules.implied?.(live, scene.end) === undefined &&
      scene.coming(live.ref.kind, live.ref.key) === live.ref.key,
  )
}

function rewritten(scene: Scene, unknown: readonly Resource[], commit: string): Found {
  return {
    ...about(unknown),
    message: `The protected branch no longer has commit ${commit.slice(0, 12)}, which was applied last in "${scene.config.name}": ${shown(unknown)} may be rolecall's own, and nobody declares ${them(unknown)}.`,
    remedy: `Bring that commit back into the branch, or say of each what it is: declare it (\`rolecall adopt --system ${scene.config.name}\`), leave it alone (\`ignore\`), or let it go (\`metadata.state: absent\`).`,
  }
}

function unreadable(scene: Scene, unknown: readonly Resource[], commit: string): Found {
  return {
    ...about(unknown),
    message: `Commit ${commit.slice(0, 12)} of the protected branch names ${shown(unknown)} of "${scene.config.name}", and its manifests cannot be read by this version: ${unknown.length === 1 ? 'it' : 'they'} may be rolecall's own, and nobody declares ${them(unknown)}.`,
    remedy: `Say of each what it is: declare it (\`rolecall adopt --system ${scene.config.name}\`), leave it alone (\`ignore\`), or let it go (\`metadata.state: absent\`).`,
  }
}

/**
 * No memory and no history to ask. That is so at the first plan ever and after a ledger was lost, and nothing tells the
 * two apart but a system that already is in part as declared; refusing would stop every first adoption.
 */
function firstSight(scene: Scene, unknown: readonly Resource[]): readonly Found[] {
  const { memory, desired, start, config } = scene
  if (memory === undefined || memory.lastSeen !== undefined || memory.inventory.length > 0) return []
  if (config.stage !== 'full') return []
  const isThere = kinds.some((kind) => [...desired.wishes[kind].keys()].some((key) => start.get(kind, key)))
  if (!isThere) return []
  return [
    {
      ...about(unknown),
      severity: 'warn',
      message: `The ledger remembers no run in "${config.name}", which already is in part as declared: if an earlier ledger was lost, ${shown(unknown)} may be rolecall's own.`,
      remedy: `Look through what is unmanaged; with \`Settings.protectedRef\` git tells what was declared earlier.`,
    },
  ]
}

function about(unknown: readonly Resource[]): Pick<Found, 'refs' | 'count' | 'acceptable'> {
  return { refs: unknown.map(({ ref }) => ref), count: unknown.length, acceptable: false }
}

/** `2 accounts (ana, bo)`. */
function shown(unknown: readonly Resource[]): string {
  return kinds
    .flatMap((kind) => {
      const names = unknown.flatMap(({ ref }) => (ref.kind === kind ? [ref.key] : []))
      if (names.length === 0) return []
      const noun = names.length === 1 ? kind : collectionOf[kind]
      return [`${names.length} ${noun} (${named(names)})`]
    })
    .join(', ')
}

function them(unknown: readonly Resource[]): string {
  return unknown.length === 1 ? 'it' : 'them'
}
