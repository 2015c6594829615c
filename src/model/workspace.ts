import type { JsonObject } from './json.ts'
import type { DesiredGraph } from './desired.ts'
import type { FindingCode } from './finding.ts'
import type { Kind } from './resource.ts'
import type { Rule } from './rule.ts'
import type { Cause } from './span.ts'
import type { PlannedDocument, Stage } from './plan.ts'

/** Where a secret comes from. A manifest can name an environment variable or a file, never a program. */
export type SecretReference = { readonly env: string } | { readonly file: string }

/** A System document after defaults. */
export interface SystemConfig {
  readonly name: string
  /** Of the document, for rules of the team. */
  readonly labels?: Readonly<Record<string, string>>
  readonly connector: string
  /** A variety of the system that the connector knows. */
  readonly profile?: string
  readonly endpoint?: string
  readonly credentials: Readonly<Record<string, SecretReference>>
  readonly authentication: 'local' | 'saml' | 'ldap'
  readonly memberships: 'manifests' | 'identity-provider'
  /** The connector's own settings, already checked against its schema. */
  readonly settings: JsonObject
  readonly stage: Stage
  /** Kinds in which the undeclared is removed. */
  readonly exclusive: readonly Kind[]
  /** Patterns (`*` stands for any run of characters) of native names that are known and left alone, by kind. */
  readonly ignore: Readonly<Partial<Record<Kind, readonly string[]>>>
  readonly owners: {
    /** Account keys over there. Absent: anybody may be given an owner role. */
    readonly expected?: readonly string[]
    readonly anchors: readonly string[]
    /** Who is an anchor in the manifests at hand or was one just before the last merge, and is none by the protected ref. */
    readonly former?: readonly string[]
    readonly minimum: number
  }
  /** Account keys of rolecall itself: always kept, never counted as owners. */
  readonly automation: readonly string[]
  /** Last UTC day of the credentials, `YYYY-MM-DD`, as a person wrote it down: no system tells. */
  readonly expires?: string
  readonly limits: { readonly moreThan: number; readonly percent: number }
  /** Where each of these was written, by path (`owners.minimum`); what is missing here is built in. */
  readonly places: Readonly<Record<string, Cause>>
  readonly cause: Cause
}

/** A System as it is known without the documents of those whom it names. */
export type SystemAlone = Omit<SystemConfig, 'owners'>

export type LedgerConfig =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'git'; readonly ref: string; readonly remote: string }
  | { readonly type: 'postgres'; readonly url: SecretReference; readonly schema: string }

export interface Settings {
  readonly name: string
  readonly ledger: LedgerConfig
  readonly protectedRef?: string
  /** Days between suspension and removal of who has left. */
  readonly grace: number
  /** Days without a sign-in after which a privileged account is dormant, and where somebody set them. */
  readonly dormantAfter: { readonly days: number; readonly cause?: Cause }
  /** Why applies are stopped; absent when they are not. */
  readonly freeze?: string
  readonly access: string
}

/** A bounded, dated permission for one finding. */
export interface Acceptance {
  readonly name: string
  readonly finding: FindingCode
  readonly systems: readonly string[]
  /** Handles of the people it covers: named, or chosen by label. Absent: not limited to people. */
  readonly people?: readonly string[]
  /** The labels they were chosen by: who is not declared any more may have borne them. */
  readonly labels?: Readonly<Record<string, string>>
  readonly atMost?: number
  readonly ids?: { readonly was: string; readonly now: string }
  /** Of `guardrail`: which one. */
  readonly guardrail?: string
  readonly reason: string
  /** Last UTC day it holds, `YYYY-MM-DD`. */
  readonly until: string
  readonly cause: Cause
}

/** A team's own rule, in CEL. */
export interface Guardrail {
  readonly name: string
  readonly on: readonly string[]
  readonly severity: 'refuse' | 'warn'
  /** The text of the rule, and by kind what it became; without that it cannot be evaluated, and refuses. */
  readonly rule: string
  readonly rules: ReadonlyMap<Kind, Rule>
  /** Whether an Acceptance that names it may cover what it refuses. */
  readonly acceptable: boolean
  readonly message: string
  readonly cause: Cause
}

/** One human or service of the manifests, for findings, impact and guardrails. */
export interface Person {
  readonly name: string
  readonly type: 'person' | 'service' | 'break-glass'
  readonly employment?: 'employee' | 'contractor' | 'third-party'
  readonly labels: Readonly<Record<string, string>>
  /** What an identity provider sends of the person; absent where nobody wrote it down, and then it may be anything. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  /** Handles of the groups that the manifests put them into today, in any system, and of those above; sorted. */
  readonly groups?: readonly string[]
  /** The roles of their accounts, as `vpn/Owner`, sorted. */
  readonly roles?: readonly string[]
  readonly cause: Cause
}

/** What the manifests say, once nothing is left to be worked out. */
export interface Workspace {
  /** Absolute path; everything else is relative to it. */
  readonly root: string
  readonly settings: Settings
  readonly systems: ReadonlyMap<string, SystemConfig>
  readonly desired: ReadonlyMap<string, DesiredGraph>
  readonly people: ReadonlyMap<string, Person>
  readonly acceptances: readonly Acceptance[]
  readonly guardrails: readonly Guardrail[]
  /** Content digest of a document by `Kind/name`, computed when it is asked for: what an intent binds. */
  readonly document: (name: string) => PlannedDocument | undefined
}
