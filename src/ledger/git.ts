/**
 * The ledger in git: a ref of the remote that all runners share, no service beside it. Compare-and-swap is a push that the
 * remote takes only on top of what was read; who was slower reads again, decides again and pushes again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { GitUnreachable, type Environment } from '../git/call.ts'
import { NoRemote } from '../git/outpost.ts'
import { jittered, NotText, openRegister, Replaced, type Register } from '../git/register.ts'
import { emptyLedger } from './empty.ts'
import { make } from './git-change.ts'
import { Damaged, Draft, Files } from './git-files.ts'
import { format, formatFile, lockFile, readme, readmeFile, runsLog, shapes } from './git-layout.ts'
import { append, pieces } from './git-log.ts'
import { openRead } from './git-read.ts'
import {
  LedgerUnreachable,
  type Ledger,
  type LedgerReader,
  type Lock,
  type LockHolder,
  type RunRecord,
} from './ledger.ts'
import { systemsOf, take, TakenLocks, type LedgerOptions, type LockState } from './lock.ts'

interface GitPlace {
  /** The workspace, inside a clone. */
  readonly root: string
  readonly remote: string
  readonly ref: string
  readonly env: Environment
  /** After so many milliseconds without a word from git the ledger is unreachable. */
  readonly silence?: number
}

/** A heartbeat that is younger says that its holder lives; one that would say it again is not worth a push. */
const fresh = 5000
/** So long a write tries to be the first; then others are writing without end, or something is wrong. */
const patience = 45_000

/** What a ledger needs of the register that it is kept in. */
export type LedgerRegister = Pick<Register, 'tip' | 'refresh' | 'read' | 'swap' | 'close'>

type Open = (place: Parameters<typeof openRegister>[0]) => Promise<LedgerRegister>

/** Opens or creates the ledger. Rejects with LedgerUnreachable. */
export function openGit(place: GitPlace, options: LedgerOptions, open: Open = openRegister): Promise<Ledger> {
  return inWords(place, async () => {
    const register = await open({ ...place, directory: place.root })
    try {
      return await opened(register, place, options)
    } catch (error) {
      await register.close()
      throw error
    }
  })
}

/** Opens the ledger for asking only; an empty one where there is none. It answers as it was at that moment. */
export function openGitReader(
  place: GitPlace,
  now: () => Date,
  open: Open = openRegister,
): Promise<LedgerReader> {
  return inWords(place, async () => {
    const register = await open({ ...place, directory: place.root })
    try {
      if (register.tip !== undefined) {
        const draft = new Draft(new Files(register))
        const createdAt = await madeAt(draft)
        const ask = <T>(work: (draft: Draft) => Promise<T>): Promise<T> => inWords(place, () => work(draft))
        return { created: false, createdAt, ...openRead(ask), close: () => register.close() }
      }
    } catch (error) {
      await register.close()
      throw error
    }
    await register.close()
    return emptyLedger(now())
  })
}

async function opened(register: LedgerRegister, place: GitPlace, options: LedgerOptions): Promise<Ledger> {
  const { now } = options
  const files = new Files(register)
  const taken = new TakenLocks()
  /** One after the other: a heartbeat and a write of the same process would only beat each other. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => inWords(place, work))
    last = turn.catch(() => undefined)
    return turn
  }

  /**
   * Lets `decide` change the files, as often as others were faster, until its changes land. An answer without a change is
   * only taken from what the remote has now, unless it is `settled`: it can be no other.
   */
  const swap = async <T>(
    summary: string,
    decide: (draft: Draft) => Promise<T>,
    settled = false,
  ): Promise<T> => {
    const since = performance.now()
    let looked = false
    for (let beaten = 0; ; beaten += 1) {
      const draft = new Draft(files)
      const answer = await decide(draft)
      if (draft.changes.size === 0) {
        if (looked || settled || !(await register.refresh())) return answer
        looked = true
        continue
      }
      if (await register.swap(draft.changes, summary, now())) {
        files.landed(draft.changes)
        return answer
      }
      looked = true
      if (performance.now() - since > patience)
        throw new GitUnreachable(
          `others wrote it ${beaten + 1} times meanwhile, and this write was never the first`,
        )
      await pause(jittered(beaten))
    }
  }

  const lockState = (draft: Draft, system: string): Promise<LockState | undefined> =>
    draft.value<LockState>(lockFile(system), shapes.lock)

  /** Proves the locks taken, and those needed. Each write also says that their holder lives. */
  const prove = async (draft: Draft, needed: Iterable<string>): Promise<void> => {
    const systems = taken.toProve(needed)
    await draft.load([...systems].map(lockFile))
    for (const system of systems) {
      const state = taken.prove(system, await lockState(draft, system))
      if (!isFresh(state.holder, now()))
        draft.put(lockFile(system), {
          ...state,
          holder: { ...state.holder, heartbeat: now().toISOString() },
        })
    }
  }

  const lockOf = (system: string, generation: number): Lock => ({
    system,
    generation,
    beat: () => inTurn(() => swap('heartbeat', (draft) => prove(draft, [system]), true)),
    release: () =>
      inTurn(async () => {
        taken.remove(system, generation)
        await swap('release', async (draft) => {
          const state = await lockState(draft, system)
          if (state?.held === true && state.generation === generation)
            draft.put(lockFile(system), { ...state, held: false })
        })
      }),
  })

  const created = await swap(
    'a new ledger',
    (draft) => {
      if (register.tip !== undefined) return Promise.resolve(false)
      draft.put(formatFile, { format, made: now().toISOString() })
      draft.putText(readmeFile, readme)
      return Promise.resolve(true)
    },
    true,
  )
  const createdAt = await madeAt(new Draft(files))

  return {
    created,
    createdAt,
    // Without the lock of a system nobody changes what it guards. Where another has taken the lock that this one holds, what is
    // known is old, and so is all that is decided by it: the next write finds the lock gone, and nothing lands.
    ...openRead((work, guardedBy) =>
      inTurn(async () => {
        if (!taken.has(guardedBy)) await register.refresh()
        return work(new Draft(files))
      }),
    ),

    lock: (system, candidate) =>
      inTurn(async () => {
        const answer = await swap('lock', async (draft) => {
          await prove(draft, [])
          const next = take(await lockState(draft, system), candidate, options)
          if (!('heldBy' in next)) draft.put(lockFile(system), next)
          return next
        })
        if ('heldBy' in answer) return answer
        taken.add(system, answer.generation)
        return lockOf(system, answer.generation)
      }),

    begin: (record, changes = []) =>
      inTurn(() =>
        swap('begin', async (draft) => {
          await prove(draft, systemsOf(changes))
          for await (const runs of pieces<RunRecord>((work) => work(draft), runsLog, shapes.run)) {
            if (!runs.some(({ digest }) => digest === record.digest)) continue
            draft.changes.clear()
            return false
          }
          await append<RunRecord>(draft, runsLog, shapes.run, () => [record])
          await make(draft, changes, now().toISOString())
          return true
        }),
      ),

    write: (changes) =>
      inTurn(async () => {
        await swap([...new Set(changes.map(({ do: what }) => what))].join(', '), async (draft) => {
          await prove(draft, systemsOf(changes))
          await make(draft, changes, now().toISOString())
        })
        taken.landed(changes)
      }),

    close: () => inTurn(() => register.close()),
  }
}

/** When it was made. Throws Damaged or LedgerUnreachable for what is no ledger that we can use. */
async function madeAt(draft: Draft): Promise<string> {
  const head = await draft.value<{ format: string; made: string }>(formatFile, shapes.format)
  if (head === undefined) throw new Damaged(`there is no ${formatFile}, so this is no ledger of rolecall`)
  if (head.format !== format)
    throw new LedgerUnreachable(
      `The ledger in git has the format ${JSON.stringify(head.format)}, and this version of rolecall knows "${format}"; use a newer rolecall.`,
    )
  return head.made
}

function isFresh(holder: LockHolder, now: Date): boolean {
  return Math.abs(now.getTime() - Date.parse(holder.heartbeat)) < fresh
}

/** Puts what is wrong with the place into words; any other error is a bug of ours and keeps its stack. */
async function inWords<T>({ ref, remote }: GitPlace, work: () => Promise<T>): Promise<T> {
  const place = `The ledger in git (${ref} of ${remote})`
  try {
    return await work()
  } catch (error) {
    const words = wordsOf(error, place)
    throw words === undefined ? error : new LedgerUnreachable(words, { cause: error })
  }
}

function wordsOf(error: unknown, place: string): string | undefined {
  if (error instanceof NoRemote) return `${place} has no place: ${error.message}. ${error.fix}`
  if (error instanceof GitUnreachable) return `${place} cannot be reached: ${error.message}.`
  if (error instanceof Replaced)
    return `${place} was set back or replaced while it was open: ${error.message}. Nothing is written on top of that; see who did it, and run again.`
  if (error instanceof Damaged || error instanceof NotText)
    return `${place} is damaged: ${error.message}. Set the ref to a commit before the damage, or delete it: then a new one is built from git and the live systems.`
  return undefined
}
