/** What was read, beside all that is remembered of it: by the ledger, and by the protected branch. */
import type { DesiredGraph } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { LastSeen } from '../model/seen.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import type { Past } from '../plan/past.ts'
import type { Former } from '../plan/scene.ts'
import { withAnchorsOf } from './anchors.ts'
import { formerOf } from './former.ts'
import type { Memory } from './memory.ts'
import type { Read, UnreadSystem } from './observe.ts'
import { lookBack } from './past.ts'
import { systemFilesOf, type Loaded } from './workspace.ts'

/** A read beside all that is remembered of its system. */
export interface Remembered extends Read {
  /** As the ledger has it. */
  readonly recorded: readonly InventoryEntry[]
  readonly lastSeen: LastSeen | undefined
  readonly past: Past | undefined
  readonly former: Former | undefined
}

/** What was read, with what the ledger knows and, of what nobody declares, the protected branch. */
export async function withMemory(
  read: readonly (Read | UnreadSystem)[],
  loaded: Pick<Loaded, 'workspace' | 'branch' | 'commit'>,
  memory: Memory,
  { at: now, compare: side }: { readonly at: Date; readonly compare: 'declared' | 'protected' },
): Promise<Remembered[]> {
  const { workspace, branch } = loaded
  const filesOf = memoised((commit: string) => (branch === undefined ? [] : systemFilesOf(branch, commit)))
  const whole = await Promise.all(
    read
      .filter((one) => 'observation' in one)
      .map(async (one) => {
        const lastSeen = memory.lastSeen(one.config.name)
        const applied = lastSeen?.commit === undefined ? [] : await filesOf(lastSeen.commit)
        const recorded = memory.inventory(one.config.name)
        return { ...one, config: withAnchorsOf(one.config, applied), recorded, lastSeen }
      }),
  )
  const looked = whole.map(({ recorded, ...one }) => ({
    ...one,
    desired: desiredOf(workspace, one.config),
    inventory: recorded,
  }))
  const pasts = branch && (await lookBack(branch, looked, { root: workspace.root, now }))
  return await Promise.all(
    whole.map(async (one) => {
      const asked = { ...one, desired: desiredOf(workspace, one.config) }
      const former = side === 'declared' ? await formerOf(asked, loaded, now) : undefined
      return { ...one, past: pasts?.get(one.config.name), former }
    }),
  )
}

function memoised<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    const value = known.get(key) ?? make(key)
    known.set(key, value)
    return value
  }
}

/** What the manifests wish of a system that they have. */
export function desiredOf(workspace: Workspace, { name }: SystemConfig): DesiredGraph {
  const desired = workspace.desired.get(name)
  if (desired === undefined) throw new Error(`no desired graph for system ${name}`)
  return desired
}
