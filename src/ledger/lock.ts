/**
 * Who may take the lock of a system, and which locks a write has to prove: decided here once for every kind of ledger.
 * Each of them asks inside its own transaction, so that what is answered still holds when the write lands.
 */
import { isGone as isGoneHere } from './host.ts'
import { LockLost, type LedgerChange, type LockHolder } from './ledger.ts'

/** A holder that has not been heard of for so long is taken over. */
const staleAfter = 60_000

/** What every ledger takes from its surroundings. */
export interface LedgerOptions {
  readonly now: () => Date
  /** Whether the holder is known to be dead, so that its lock can be taken at once. */
  readonly isGone?: (holder: LockHolder) => boolean
}

/** The lock of a system as a ledger keeps it. It stays when it is released, so that its generations go on. */
export interface LockState {
  readonly generation: number
  readonly held: boolean
  readonly holder: LockHolder
}

/** The lock after `candidate` took it, or who holds it. */
export function take(
  state: LockState | undefined,
  candidate: Omit<LockHolder, 'since' | 'heartbeat'>,
  { now, isGone = isGoneHere }: LedgerOptions,
): LockState | { readonly heldBy: LockHolder } {
  const time = now()
  if (state?.held === true && isAlive(state.holder, time) && !isGone(state.holder))
    return { heldBy: state.holder }
  const { run, actor, host, pid } = candidate
  const at = time.toISOString()
  return {
    generation: (state?.generation ?? 0) + 1,
    held: true,
    holder: { run, actor, host, pid, since: at, heartbeat: at },
  }
}

/** A clock that was set back leaves a heartbeat in the future: that says no more about life than an old one. */
function isAlive(holder: LockHolder, now: Date): boolean {
  return Math.abs(now.getTime() - Date.parse(holder.heartbeat)) < staleAfter
}

/** The locks that one open ledger took: the generation of each that a write must still find. */
export class TakenLocks {
  readonly #generations = new Map<string, number>()

  add(system: string, generation: number): void {
    this.#generations.set(system, generation)
  }

  /** Whether the lock of that system was taken and not given back; another may have taken it over. */
  has(system: string | undefined): boolean {
    return system !== undefined && this.#generations.has(system)
  }

  /** The lock is given back; one of the same system that was taken since stays. */
  remove(system: string, generation: number): void {
    if (this.#generations.get(system) === generation) this.#generations.delete(system)
  }

  /** A write has landed: the locks that it gave back are not held any more. */
  landed(changes: readonly LedgerChange[]): void {
    for (const change of changes) if (change.do === 'unlock') this.#generations.delete(change.system)
  }

  /** The systems whose lock a write has to prove: every one that was taken, and those it needs besides. */
  toProve(needed: Iterable<string>): ReadonlySet<string> {
    return new Set([...this.#generations.keys(), ...needed])
  }

  /** The lock as it is. Throws LockLost unless it is the very one that was taken. */
  prove(system: string, state: LockState | undefined): LockState {
    if (state?.held === true && state.generation === this.#generations.get(system)) return state
    throw new LockLost(
      `The lock of system "${system}" is not held by this run${state?.held === true ? ' any more: another run took it over' : ''}.`,
    )
  }
}

/** Systems whose lock the changes need. */
export function systemsOf(changes: readonly LedgerChange[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.do === 'record') return [...change.put, ...change.forget].map(({ system }) => system)
      if (change.do === 'reserve' || change.do === 'unreserve')
        return change.reservations.map(({ system }) => system)
      if (change.do === 'unlock') return [change.system]
      return change.do === 'see' ? [change.seen.system] : []
    }),
  )
}
