/** What Keystone answers with, as far as rolecall reads it. Everything else in an answer stays unread. */
export interface NativeDomain {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly description?: string | null
  readonly tags?: readonly string[]
}

export interface NativeProject {
  readonly id: string
  readonly name: string
  readonly domain_id: string | null
  readonly parent_id?: string | null
  readonly enabled: boolean
  readonly description?: string | null
  readonly tags?: readonly string[]
  readonly options?: NativeOptions
}

export interface NativeRole {
  readonly id: string
  readonly name: string
  readonly domain_id: string | null
  readonly description?: string | null
  readonly options?: NativeOptions
}

export interface NativeUser {
  readonly id: string
  readonly name: string
  readonly domain_id: string
  readonly enabled: boolean
  readonly email?: string | null
  readonly description?: string | null
  readonly default_project_id?: string | null
  readonly password_expires_at?: string | null
  readonly options?: NativeOptions
}

export interface NativeGroup {
  readonly id: string
  readonly name: string
  readonly domain_id: string
  readonly description?: string | null
}

export interface NativeAssignment {
  readonly role: { readonly id: string }
  readonly user?: { readonly id: string }
  readonly group?: { readonly id: string }
  readonly scope: {
    readonly project?: { readonly id: string }
    readonly domain?: { readonly id: string }
    readonly system?: { readonly all: boolean }
    readonly 'OS-INHERIT:inherited_to'?: string
  }
}

export interface NativeInference {
  readonly prior_role: { readonly id: string }
  readonly implies: readonly { readonly id: string }[]
}

type NativeOptions = Readonly<Record<string, unknown>>
