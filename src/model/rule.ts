import type { Kind, Resource } from './resource.ts'

/** What a rule is asked about besides the changes of a kind: `account.power`. */
export const ruleActions = ['create', 'update', 'rename', 'delete', 'power'] as const
export type RuleAction = (typeof ruleActions)[number]

/** One change as a rule sees it: what it is, both sides of it, and whose it is. Sides that are not there are absent. */
export interface Subject {
  readonly action: RuleAction
  readonly kind: Kind
  /** The name it ends with; of something that is deleted, the name it had. */
  readonly key: string
  /** Of a rename, the name it had. */
  readonly from?: string
  readonly before?: Side
  readonly after?: Side
  /** The person behind an account, or behind the account that holds a grant. */
  readonly person?: SubjectPerson
  readonly system: SubjectSystem
  /** UTC day, `YYYY-MM-DD`. */
  readonly today: string
}

interface Side {
  readonly resource: Resource
  /** Of an account: what it can do over others. */
  readonly power?: string
}

interface SubjectPerson {
  readonly name: string
  readonly type: string
  readonly employment?: string
  readonly labels: Readonly<Record<string, string>>
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
}

interface SubjectSystem {
  readonly name: string
  readonly connector: string
  readonly stage: string
  readonly labels: Readonly<Record<string, string>>
}

/** What a rule says of one change; with a fault it says nothing, and that is never taken for a yes. */
export interface Verdict {
  readonly kept: boolean
  /** Why it could not be evaluated: the end of a sentence, without its full stop. */
  readonly fault?: string
  /** Steps of work that it took. */
  readonly spent: number
}

/** A checked rule. It works `most` steps and then gives up, so that no rule can hold up a plan. */
export type Rule = (subject: Subject, most: number) => Verdict

/** What is wrong with the text of a rule, and where in it: offsets in UTF-16 units. */
export interface RuleFault {
  readonly code: 'rule-syntax' | 'rule-unknown-name' | 'rule-type' | 'rule-pattern'
  readonly start: number
  readonly end: number
  /** One sentence. */
  readonly message: string
  readonly fix?: string
  /** For a name that is not known: those that are, and what they are called together. */
  readonly known?: { readonly name: string; readonly names: readonly string[]; readonly what: string }
}

/** Reads the text of a rule that is asked about one kind. All faults are given, or else the rule. */
export type RuleReader = (text: string, kind: Kind) => { faults: readonly RuleFault[]; rule?: Rule }
