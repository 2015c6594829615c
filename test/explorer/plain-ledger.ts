/**
 * A ledger over plain values: what the explorer forks. It decides nothing itself: who may take a lock and what a write
 * has to prove is the code of the real ledgers, and the shared suite runs over this one too.
 */
import { sealAfter } from '../../src/ledger/audit.ts'
import { emptyLedger } from '../../src/ledger/empty.ts'
import { systemsOf, take, TakenLocks, type LedgerOptions, type LockState } from '../../src/ledger/lock.ts'
import {
  LedgerUnreachable,
  type AuditRecord,
  type InventoryEntry,
  type JournalRecord,
  type LastSeen,
  type Ledger,
  type LedgerChange,
  type LedgerReader,
  type Lock,
  type Reservation,
  type RunRecord,
} from '../../src/ledger/ledger.ts'

/** Where the values are kept, by name. A value is never changed in place. */
export interface Store {
  get(name: string): unknown
  set(name: string, value: unknown): void
}

/** What a ledger forgets when its process ends: the locks that it took. */
export type Generations = Record<string, number>

export interface PlainLedger extends Ledger {
  lockOf(system: string, generation: number): Lock
}

interface Made {
  readonly at: string
}

/** `taken` is written to, so that it can be put away with the run that took the locks. */
export function plainLedger(store: Store, options: LedgerOptions, taken: Generations = {}): PlainLedger {
  const { now } = options
  const at = (): string => now().toISOString()
  const made = usable(store).get('made') as Made | undefined
  if (made === undefined) store.set('made', { at: at() } satisfies Made)

  const lockState = (system: string): LockState | undefined =>
    store.get(`lock ${system}`) as LockState | undefined
  const prove = (needed: Iterable<string>): void => {
    const locks = new TakenLocks()
    for (const [system, generation] of Object.entries(taken)) locks.add(system, generation)
    for (const system of locks.toProve(needed)) locks.prove(system, lockState(system))
  }
  /** All or nothing: what is written shows when the whole of it could be made. */
  const write = <T>(changes: readonly LedgerChange[], work: (draft: Store) => T): Promise<T> =>
    soon(() => {
      usable(store)
      prove(systemsOf(changes))
      const draft = draftOf(store)
      const answer = work(draft)
      draft.keep()
      forget(taken, changes)
      return answer
    })

  const makeAll = (draft: Store, changes: readonly LedgerChange[]): void => {
    const when = at()
    for (const change of changes) make(draft, change, when)
  }

  const ledger: PlainLedger = {
    ...reading(store),
    created: made === undefined,
    createdAt: made?.at ?? at(),

    lockOf: (system, generation) => ({
      system,
      generation,
      beat: () =>
        soon(() => {
          prove([system])
          const state = lockState(system)
          if (state) store.set(`lock ${system}`, { ...state, holder: { ...state.holder, heartbeat: at() } })
        }),
      release: () =>
        soon(() => {
          if (taken[system] === generation) Reflect.deleteProperty(taken, system)
          const state = lockState(system)
          if (state?.generation === generation) store.set(`lock ${system}`, { ...state, held: false })
        }),
    }),

    lock: (system, holder) =>
      soon(() => {
        prove([])
        const answer = take(lockState(system), holder, options)
        if ('heldBy' in answer) return answer
        store.set(`lock ${system}`, answer)
        taken[system] = answer.generation
        return ledger.lockOf(system, answer.generation)
      }),

    begin: (record, changes = []) =>
      write(changes, (draft) => {
        const runs = (draft.get('runs') ?? []) as readonly RunRecord[]
        if (runs.some(({ digest }) => digest === record.digest)) return false
        draft.set('runs', [...runs, record])
        makeAll(draft, changes)
        return true
      }),
    write: (changes) =>
      write(changes, (draft) => {
        makeAll(draft, changes)
      }),
    close: () => Promise.resolve(),
  }
  return ledger
}

export function plainReader(store: Store, now: () => Date): LedgerReader {
  const made = usable(store).get('made') as Made | undefined
  if (made === undefined) return emptyLedger(now())
  return { ...reading(store), created: false, createdAt: made.at, close: () => Promise.resolve() }
}

function reading(store: Store): Omit<LedgerReader, 'created' | 'createdAt' | 'close'> {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is kept there
  const all = <T>(name: string): readonly T[] => (usable(store).get(name) ?? []) as readonly T[]
  return {
    inventory: (system) => soon(() => all<InventoryEntry>(`inventory ${system}`)),
    lastSeen: (system) => soon(() => store.get(`seen ${system}`) as LastSeen | undefined),
    runs: (limit, { state, intent } = {}) =>
      soon(() =>
        all<RunRecord>('runs')
          .filter((run) => (state ?? run.state) === run.state && (intent ?? run.intent) === run.intent)
          .reverse()
          .slice(0, limit),
      ),
    readJournal: (run) => soon(() => all<JournalRecord>(`journal ${run}`)),
    reservations: (system) => soon(() => all<Reservation>(`reservations ${system}`)),
    spent: (acceptance) =>
      soon(() =>
        Object.values((store.get(`spent ${acceptance}`) ?? {}) as Record<string, number>).reduce(
          (sum, amount) => sum + amount,
          0,
        ),
      ),
    auditRecords: async function* () {
      yield* await soon(() => all<AuditRecord>('audit'))
    },
  }
}

function make(store: Store, change: LedgerChange, at: string): void {
  const edit = <T>(name: string, change: (old: readonly T[]) => readonly T[]): void => {
    store.set(name, change((store.get(name) ?? []) as readonly T[]))
  }
  switch (change.do) {
    case 'record': {
      const gone = new Map<string, Place[]>()
      for (const place of [...change.put, ...change.forget])
        gone.set(place.key, [...(gone.get(place.key) ?? []), place])
      const isGone = (entry: Place): boolean =>
        gone.get(entry.key)?.some((place) => isAt(place, entry)) ?? false
      for (const system of systemsOf([change]))
        edit<InventoryEntry>(`inventory ${system}`, (old) =>
          [
            ...old.filter((entry) => !isGone(entry)),
            ...change.put.filter((entry) => entry.system === system),
          ].sort(byPlace),
        )
      return
    }
    case 'journal':
      edit<JournalRecord>(`journal ${change.run}`, (old) => [
        ...old,
        ...change.records.map((record, index) => ({
          ...{ run: change.run, sequence: old.length + index + 1, at, record },
        })),
      ])
      return
    case 'reserve':
    case 'unreserve':
      for (const system of systemsOf([change])) {
        const named = new Set(change.reservations.map(reservationOf))
        edit<Reservation>(`reservations ${system}`, (old) =>
          [
            ...old.filter((one) => !named.has(reservationOf(one))),
            ...(change.do === 'reserve' ? change.reservations.filter((one) => one.system === system) : []),
          ].sort((a, b) => (reservationOf(a) < reservationOf(b) ? -1 : 1)),
        )
      }
      return
    case 'spend': {
      const spent = (store.get(`spent ${change.acceptance}`) ?? {}) as Record<string, number>
      const amount = Math.max(0, (spent[change.run] ?? 0) + change.amount)
      store.set(`spent ${change.acceptance}`, { ...spent, [change.run]: amount })
      return
    }
    case 'finish':
      edit<RunRecord>('runs', (old) =>
        old.map((run) => (run.run === change.run ? { ...run, state: change.state, finishedAt: at } : run)),
      )
      return
    case 'see':
      store.set(`seen ${change.seen.system}`, change.seen)
      return
    case 'audit':
      edit<AuditRecord>('audit', (old) => [...old, sealAfter(old.at(-1), at, change)])
      return
    case 'unlock':
      store.set(`lock ${change.system}`, {
        ...(store.get(`lock ${change.system}`) as LockState),
        held: false,
      })
  }
}

/** The locks that these changes gave back. */
export function forget(taken: Generations, changes: readonly LedgerChange[]): void {
  for (const change of changes) if (change.do === 'unlock') Reflect.deleteProperty(taken, change.system)
}

type Place = Pick<InventoryEntry, 'system' | 'kind' | 'key'>

function isAt(a: Place, b: Place): boolean {
  return a.key === b.key && a.kind === b.kind && a.system === b.system
}

function byPlace(a: Place, b: Place): number {
  const [one, other] = a.kind === b.kind ? [a.key, b.key] : [a.kind, b.kind]
  return one < other ? -1 : 1
}

function reservationOf({ system, account, run }: Pick<Reservation, 'system' | 'account' | 'run'>): string {
  return `${system}\n${account}\n${run}`
}

/** `ruined` in the store stands for a place that cannot be used any more. */
function usable(store: Store): Store {
  if (store.get('ruined') === true) throw new LedgerUnreachable('The ledger cannot be read.')
  return store
}

function draftOf(store: Store): Store & { keep(): void } {
  const written = new Map<string, unknown>()
  return {
    get: (name) => (written.has(name) ? written.get(name) : store.get(name)),
    set: (name, value) => void written.set(name, value),
    keep: () => {
      for (const [name, value] of written) store.set(name, value)
    },
  }
}

function soon<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}
