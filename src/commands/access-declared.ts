/** What two states of the manifests declare, and what the difference means for whom. Nothing is connected to. */
import { impactOf, together } from '../access/impact.ts'
import type { Workspace } from '../model/workspace.ts'
import { between } from '../plan/between.ts'
import { descriptions } from '../systems/registry.ts'
import type { AccessDiff } from '../render/access-diff.ts'
import type { Border } from './border.ts'
import { connectorOf } from './connector.ts'
import { narrowed } from './reconcile.ts'
import type { Session } from './session.ts'
import { loadWorkspace, workspaceAt } from './workspace.ts'

/** Both as they count today: what a date has ended since is ended in both. Throws Fault and InvalidManifests. */
export async function declaredImpact(
  [first, second]: readonly [string, string | undefined],
  systems: readonly string[],
  border: Border,
  session: Session,
): Promise<AccessDiff> {
  const load = { cwd: session.cwd, now: border.now(), connectors: descriptions }
  const before = await workspaceAt(first, load)
  const after =
    second === undefined
      ? { ...(await loadWorkspace({ ...load, compare: 'declared' })), commit: 'the manifests at hand' }
      : await workspaceAt(second, load)
  const all = new Map([...before.workspace.systems, ...after.workspace.systems])
  const asked = narrowed({ workspace: { ...after.workspace, systems: all }, afterMerge: [] }, systems)
  const names = asked.map(({ name }) => name)
  const isIn =
    ({ workspace }: { workspace: Workspace }) =>
    (name: string) =>
      workspace.systems.has(name)
  const [inBefore, inAfter] = [isIn(before), isIn(after)]
  const impacts = names.flatMap((name) => {
    const config = after.workspace.systems.get(name)
    const was = before.workspace.desired.get(name)
    const is = after.workspace.desired.get(name)
    if (config === undefined || was === undefined || is === undefined) return []
    const { description, rules } = connectorOf(config)
    const people = new Map(
      [...was.wishes.account.values(), ...is.wishes.account.values()].map(({ ref, person }) => [
        ref.key,
        person,
      ]),
    )
    return impactOf({
      ...{ rules, system: name },
      ...between(was, is, { description, cause: config.cause }),
      person: (account) => people.get(account) ?? account,
    })
  })
  return {
    before: shown(before.commit),
    after: shown(after.commit),
    impact: together(impacts),
    added: names.filter((name) => inAfter(name) && !inBefore(name)),
    removed: names.filter((name) => inBefore(name) && !inAfter(name)),
  }
}

function shown(commit: string): string {
  return /^[0-9a-f]{40,}$/.test(commit) ? commit.slice(0, 12) : commit
}
