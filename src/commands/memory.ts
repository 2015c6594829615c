/** What is remembered of systems: by the ledger, and by the history of the protected branch where the ledger is not asked or lost. */
import type { LedgerReader } from '../ledger/ledger.ts'
import { openLedgerReader } from '../ledger/open.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { LastSeen } from '../model/seen.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import { isAutomated, type Border } from './border.ts'
import { ledgerSurroundings } from './ledger.ts'

export interface Memory {
  /** Of each system. */
  readonly inventory: (system: string) => readonly InventoryEntry[]
  readonly lastSeen: (system: string) => LastSeen | undefined
  /** How much of each Acceptance is spent, by its name. */
  readonly spent: ReadonlyMap<string, number>
  /** RFC 3339, UTC: when the ledger was made; absent where there is none yet. */
  readonly since: string | undefined
  readonly ledger: { readonly created: boolean; readonly inCi: boolean }
}

/** Opens the ledger for asking only, and closes it. */
export async function withLedger<T>(
  workspace: Workspace,
  options: Pick<Border, 'env' | 'now'>,
  ask: (ledger: LedgerReader) => Promise<T>,
): Promise<T> {
  const ledger = await openLedgerReader(
    workspace.settings.ledger,
    ledgerSurroundings(workspace.root, options),
  )
  return ask(ledger).finally(() => ledger.close())
}

/** What the ledger knows of these systems and of the Acceptances. */
export async function recall(
  ledger: LedgerReader,
  workspace: Workspace,
  configs: readonly SystemConfig[],
  { env }: Pick<Border, 'env'>,
): Promise<Memory> {
  const inventory = new Map<string, readonly InventoryEntry[]>()
  const seen = new Map<string, LastSeen | undefined>()
  for (const { name } of configs) {
    inventory.set(name, await ledger.inventory(name))
    seen.set(name, await ledger.lastSeen(name))
  }
  return {
    inventory: (system) => inventory.get(system) ?? [],
    lastSeen: (system) => seen.get(system),
    spent: await spentOf(workspace, ledger),
    since: ledger.created ? undefined : ledger.createdAt,
    ledger: { created: ledger.created, inCi: isAutomated(env) },
  }
}

/** By the Acceptance's name; the ledger knows it by its content, so that an edited one is a new one. */
async function spentOf(workspace: Workspace, ledger: LedgerReader): Promise<Map<string, number>> {
  const spent = new Map<string, number>()
  for (const { name } of workspace.acceptances) {
    const document = workspace.document(`Acceptance/${name}`)
    if (document !== undefined) spent.set(name, await ledger.spent(document.digest))
  }
  return spent
}
