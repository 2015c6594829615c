/**
 * What stays of an apply that a guard refused: a ledger, so that Acceptances written from now on can be counted, and the
 * read that is doubted, so that a later one can agree with it.
 */
import process from 'node:process'
import type { Observation } from '../connector/contract.ts'
import { hostName } from '../ledger/host.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openLedger } from '../ledger/open.ts'
import { refuses, type Finding } from '../model/finding.ts'
import type { Workspace } from '../model/workspace.ts'
import { censusOf, doubting } from '../plan/census.ts'
import type { Border } from './border.ts'
import { ledgerSurroundings } from './ledger.ts'
import type { Loaded } from './workspace.ts'
import { connectorOf } from './connector.ts'
import { actorOf, runName } from './execution.ts'

interface Looked {
  readonly observations: ReadonlyMap<string, Observation>
  readonly decided: { readonly ledger: { readonly created: boolean } }
}

export async function noteRefusal(
  findings: readonly Finding[],
  { observations, decided: { ledger: known } }: Looked,
  { workspace, branch }: Pick<Loaded, 'workspace' | 'branch'>,
  border: Pick<Border, 'env' | 'now'>,
): Promise<void> {
  const doubted = new Set(
    findings.flatMap((finding) =>
      finding.code === 'sharp-drop' && refuses(finding) ? [finding.system] : [],
    ),
  )
  // Only with a protected branch have Acceptances an age.
  const makes = known.created && branch !== undefined
  if (!makes && doubted.size === 0) return
  const ledger = await openLedger(workspace.settings.ledger, ledgerSurroundings(workspace.root, border))
  try {
    if (makes)
      await ledger.write([{ do: 'audit', event: 'apply refused', detail: { codes: codesOf(findings) } }])
    for (const system of [...doubted].sort()) {
      const observation = observations.get(system)
      if (observation !== undefined) await noteDoubt(ledger, system, observation, workspace, border)
    }
  } finally {
    await ledger.close()
  }
}

function codesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.filter(refuses).map(({ code }) => code))].sort()
}

/** Another run that holds the lock sees for itself. */
async function noteDoubt(
  ledger: Ledger,
  system: string,
  observation: Observation,
  workspace: Workspace,
  { env, now }: Pick<Border, 'env' | 'now'>,
): Promise<void> {
  const config = workspace.systems.get(system)
  const lock = await ledger.lock(system, {
    run: runName(now()),
    actor: actorOf(env),
    host: hostName(),
    pid: process.pid,
  })
  if ('heldBy' in lock || config === undefined) return
  try {
    const seen = await ledger.lastSeen(system)
    if (seen === undefined) return
    const next = doubting(seen, censusOf(observation, connectorOf(config).description), observation.readAt)
    if (next !== seen) await ledger.write([{ do: 'see', seen: next }])
  } finally {
    await lock.release()
  }
}
