/**
 * What the manifests said before, for values that a system does not show: a change of one is a step for a person in the
 * plan that carries it, and no drift afterwards.
 */
import type { Connector } from '../connector/contract.ts'
import type { LastSeen } from '../ledger/ledger.ts'
import { MissingContent, UnknownRef } from '../git/repository.ts'
import { readManifests } from '../manifest/read.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { kinds } from '../model/resource.ts'
import type { Former } from '../plan/scene.ts'
import { descriptions } from '../systems/registry.ts'
import { Fault } from './exit.ts'
import { sourcesAt, type Loaded, type ProtectedBranch } from './workspace.ts'

/** One system, and what the manifests at hand wish of it. */
interface Asked {
  readonly desired: DesiredGraph
  readonly connector: Pick<Connector, 'description'>
  readonly lastSeen: LastSeen | undefined
}

/**
 * Compared is with what was applied last, else with the protected branch, else with what it said before the merge at
 * hand. Undefined where nothing of the kind is wished, or there is no such version.
 */
export async function formerOf(
  { desired, connector, lastSeen }: Asked,
  { branch, commit, workspace }: Pick<Loaded, 'branch' | 'commit' | 'workspace'>,
  now: Date,
): Promise<Former | undefined> {
  if (branch === undefined || !wishesHidden(desired, connector)) return undefined
  const id = lastSeen?.commit ?? (commit === branch.head ? branch.before : branch.head)
  if (id === undefined) return undefined
  const wishes = await wishesAt(id, desired.system, branch, { root: workspace.root, now })
  return (ref, field) => wishes?.[ref.kind].get(ref.key)?.fields[field]
}

/** What cannot be read now said nothing, so that everything counts as a change: rather one step too many. */
async function wishesAt(
  id: string,
  system: string,
  { repository }: ProtectedBranch,
  { root, now }: { readonly root: string; readonly now: Date },
): Promise<DesiredGraph['wishes'] | undefined> {
  try {
    const sources = await sourcesAt(repository, id)
    const today = now.toISOString().slice(0, 10)
    const { workspace } = readManifests(sources, { root, today, connectors: descriptions })
    return workspace?.desired.get(system)?.wishes
  } catch (error) {
    if (error instanceof Fault || error instanceof UnknownRef || error instanceof MissingContent)
      return undefined
    throw error
  }
}

function wishesHidden({ wishes }: DesiredGraph, { description }: Pick<Connector, 'description'>): boolean {
  return kinds.some((kind) => {
    const hidden = Object.entries(description.kinds[kind]?.fields ?? {}).filter(
      ([, { readable }]) => readable === false,
    )
    if (hidden.length === 0) return false
    return [...wishes[kind].values()].some((wish) => hidden.some(([name]) => name in wish.fields))
  })
}
