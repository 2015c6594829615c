import type { Inherited, Rules } from '../connector/contract.ts'
import type { SettingsChange } from '../model/access.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { byText } from '../plan/sets.ts'

/**
 * Settings that hold for an account because of its primary group, and are others once that is another. What a group
 * itself is set to anew is shown where the group is changed, and not once more for each of its members.
 */
export function settingsMoved({
  rules: { access },
  system,
  before,
  after,
  writes,
}: {
  readonly rules: Rules
  readonly system: string
  readonly before: GraphView
  readonly after: GraphView
  readonly writes: readonly Write[]
}): SettingsChange[] {
  if (access.inherits === undefined) return []
  const moves = new Map<string, SettingsChange & { readonly accounts: string[] }>()
  const written = new Set(writes.flatMap(({ ref }) => (ref.kind === 'account' ? [ref.key] : [])))
  for (const key of [...written].sort(byText)) {
    const [was, is] = [before.get('account', key), after.get('account', key)]
    if (was === undefined || is === undefined) continue
    const move = moved(access.inherits(was, before), access.inherits(is, after))
    if (move.settings.length === 0) continue
    const name = JSON.stringify(move)
    const known = moves.get(name) ?? { system, accounts: [], ...move }
    moves.set(name, known)
    known.accounts.push(key)
  }
  return [...moves].sort(([a], [b]) => byText(a, b)).map(([, move]) => move)
}

type Move = Pick<SettingsChange, 'from' | 'to' | 'settings'>

function moved(was: readonly Inherited[], is: readonly Inherited[]): Move {
  const now = new Map(is.map((one) => [one.name, one]))
  const names = [...new Set([...was, ...is].map(({ name }) => name))].sort(byText)
  const then = new Map(was.map((one) => [one.name, one]))
  const [from, to] = [was[0]?.from, is[0]?.from]
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    settings: names.flatMap((name) => {
      const [before, after] = [then.get(name), now.get(name)]
      const same = before?.from === after?.from || valueOf(before) === valueOf(after)
      if (same) return []
      return {
        name,
        ...(before === undefined ? {} : { before: before.value }),
        ...(after === undefined ? {} : { after: after.value }),
      }
    }),
  }
}

/** An empty list and nothing at all are the same answer: there is none. */
function valueOf(one: Inherited | undefined): string | undefined {
  return Array.isArray(one?.value) && one.value.length === 0 ? undefined : JSON.stringify(one?.value)
}
