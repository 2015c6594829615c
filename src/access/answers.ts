/** What the questions about access are answered with: plain lists, sorted, the same for every output. */
import type { Inherited } from '../connector/contract.ts'
import type { Power, Right } from '../model/access.ts'
import { splitTarget, type LinkTarget } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import type { Held } from './held.ts'
import type { Access, Holder } from './questions.ts'
import type { SignIns } from './sign-ins.ts'

/** One system in one state, with whose its accounts are. */
export interface Asked {
  readonly system: string
  readonly access: Access
  /** Every account that is there, by key. */
  readonly accounts: ReadonlyMap<string, AccountFacts>
}

export interface AccountFacts extends SignIns {
  /** Who is behind it by the manifests; absent for an account that nobody declares. */
  readonly person?: string
  readonly power: Power
}

/** One right that somebody has. */
export interface Line extends Right, SignIns {
  readonly system: string
  /** Absent for whoever no account stands for, and for an account that nobody declares. */
  readonly person?: string
  /** `account:ana`, `everyone:*`, `network:hq`. */
  readonly subject: LinkTarget
  readonly through: readonly LinkTarget[]
}

export interface WhoCan {
  readonly action: string
  readonly on: LinkTarget
  readonly lines: readonly Line[]
  /** Those whose power there nobody knows: it may be this one. */
  readonly perhaps: readonly Line[]
}

export function whoCan(asked: readonly Asked[], action: string, on: LinkTarget): WhoCan {
  const answers = asked.map((one) => ({ one, holders: one.access.whoCan(action, on) }))
  const lines = (pick: (holders: (typeof answers)[number]['holders']) => readonly Holder[]): Line[] =>
    answers.flatMap(({ one, holders }) =>
      pick(holders).map(({ subject, held }) => lineOf(one, subject, held)),
    )
  return {
    action,
    on,
    lines: lines(({ atLarge, accounts }) => [...atLarge, ...accounts]),
    perhaps: lines(({ perhaps }) => perhaps),
  }
}

/** What one account has. */
export interface AccountAccess extends SignIns {
  readonly system: string
  readonly account: string
  readonly power: Power
  readonly rights: readonly Held[]
  readonly inherits: readonly Inherited[]
}

export interface Explained {
  readonly user: string
  readonly accounts: readonly AccountAccess[]
}

/**
 * Everything a person can do, by the handle of the manifests; an account that nobody declares is its own person, by
 * its key. Nothing where no system knows anybody of the name.
 */
export function explain(asked: readonly Asked[], user: string): Explained {
  const accounts = asked.flatMap((one) =>
    accountsOf(one, user).map((account) => ({
      system: one.system,
      account,
      power: one.accounts.get(account)?.power ?? 'unknown',
      ...signInsIn(one.accounts.get(account)),
      rights: one.access.rightsOf(`account:${account}`),
      inherits: one.access.inherits(account),
    })),
  )
  return { user, accounts }
}

function accountsOf({ accounts }: Asked, user: string): string[] {
  const own = [...accounts].flatMap(([key, { person }]) => ((person ?? key) === user ? [key] : []))
  // A person of the manifests goes before a stranger's account that has the same name.
  return own.sort(byText)
}

/** Everybody whom `explain` can be asked about. */
export function usersOf(asked: readonly Asked[]): readonly string[] {
  const users = new Set(
    asked.flatMap(({ accounts }) => [...accounts].map(([key, { person }]) => person ?? key)),
  )
  return [...users].sort(byText)
}

/** Every right of everybody: what an access review goes through. Whom everyone includes is not listed for each person again. */
export function review(asked: readonly Asked[]): readonly Line[] {
  return asked.flatMap((one) => {
    const atLarge = one.access
      .atLarge()
      .flatMap((subject) => one.access.rightsOf(subject).map((held) => lineOf(one, subject, held)))
    const own = [...one.accounts.keys()].sort(byText).flatMap((account) => {
      const subject = `account:${account}`
      return one.access
        .rightsOf(subject)
        .filter(({ through }) => through[0] !== 'everyone:*')
        .map((held) => lineOf(one, subject, held))
    })
    return [...atLarge, ...own]
  })
}

function lineOf({ system, accounts }: Asked, subject: LinkTarget, { action, on, rank, through }: Held): Line {
  const { type, name } = splitTarget(subject)
  const account = type === 'account' ? accounts.get(name) : undefined
  const person = account?.person
  const signIns = signInsIn(account)
  return {
    system,
    ...(person === undefined ? {} : { person }),
    subject,
    action,
    on,
    rank,
    through,
    ...signIns,
  }
}

function signInsIn({ lastSignIn, signInsFrom }: SignIns = {}): SignIns {
  return {
    ...(lastSignIn === undefined ? {} : { lastSignIn }),
    ...(signInsFrom === undefined ? {} : { signInsFrom }),
  }
}
