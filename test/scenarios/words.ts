/** Small systems in words: `ana: 'Owner admins'` is an account with its role and a group. The same words say what is there and what is wished. */
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { truthOf, type Truth } from '../explorer/plain-system.ts'

/**
 * Accounts: the role first, then whatever else holds. `suspended`, `eligible`, `dormant` are states, `service` and
 * `break-glass` sorts of account; `invited`, `by-provider` and `ends=DAY` are what the system shows of the right;
 * `scope=`, `mail=` and `person=` speak for themselves; any other word is a group. Who is not named is not there.
 */
export type Accounts = Readonly<Record<string, string>>

export interface SystemWords {
  readonly accounts: Accounts
  /** `Owner`: the group carries the role. `in=admins`: its members are members of that one too. `id=7`: its native id. */
  readonly groups?: Readonly<Record<string, string>>
  /** Mappings of an identity provider, and the groups that they fill. */
  readonly mappings?: Readonly<Record<string, readonly string[]>>
}

/** States that a system shows and nobody wishes. */
const shown = ['eligible', 'dormant']
const states = ['suspended', ...shown]
const sorts = ['service', 'break-glass']

export function truthIn(system: string, words: SystemWords): Truth {
  return truthOf(system, thingsIn(system, words, 'live'))
}

export function inventoryIn(system: string, words: SystemWords): InventoryEntry[] {
  return thingsIn(system, words, 'live').map(({ ref, id = '' }) => ({
    ...{ ...ref, id, handle: ref.key, wish: 'as before', run: 'earlier' },
  }))
}

export function wishesIn(system: string, words: SystemWords): DesiredGraph {
  const wishes = Object.fromEntries(kinds.map((kind) => [kind, new Map<string, Wish>()])) as Record<
    Kind,
    Map<string, Wish>
  >
  for (const { ref, fields, links } of thingsIn(system, words, 'wished')) {
    const said = ref.kind === 'account' ? (words.accounts[ref.key] ?? '').split(' ') : []
    const until = valueOf(said, 'ends')
    const documents: Partial<Record<Kind, string>> = { account: 'User', group: 'Group', scope: 'Scope' }
    wishes[ref.kind].set(ref.key, {
      ...{ ref, fields, links, state: 'present', handle: ref.key, previousKeys: [] },
      cause: {
        file: 'access/all.yaml',
        line: 1,
        document: `${documents[ref.kind] ?? 'GroupMapping'}/${ref.key}`,
      },
      ...(ref.kind === 'account' ? { person: valueOf(said, 'person') ?? ref.key, exactGroups: true } : {}),
      ...(until === undefined ? {} : { until }),
      ...(said.includes('compromised') ? { compromised: true } : {}),
    })
  }
  return { system, wishes, comparesGrants: false }
}

function thingsIn(system: string, words: SystemWords, as: 'live' | 'wished'): Resource[] {
  const scopes = new Set(
    Object.values(words.accounts).flatMap((said) => valueOf(said.split(' '), 'scope') ?? []),
  )
  return [
    ...Array.from(scopes, (key) => thing(system, 'scope', key, {}, {})),
    ...Object.entries(words.groups ?? {}).map(([key, said]) => {
      const all = said.split(' ')
      const parent = valueOf(all, 'in')
      const links = {
        role: all.includes('Owner') ? ['role:Owner'] : [],
        parent: parent === undefined ? [] : [`group:${parent}`],
      }
      return thing(system, 'group', key, {}, links, valueOf(all, 'id'))
    }),
    ...Object.entries(words.mappings ?? {}).map(([key, groups]) =>
      thing(system, 'mapping', key, {}, { groups: groups.map((group) => `group:${group}`) }),
    ),
    ...Object.entries(words.accounts).map(([key, said]) => accountOf(system, key, said.split(' '), as)),
  ]
}

function accountOf(
  system: string,
  key: string,
  [role = 'Member', ...rest]: readonly string[],
  as: 'live' | 'wished',
): Resource {
  const scope = valueOf(rest, 'scope')
  const ends = valueOf(rest, 'ends')
  const isStopped = rest.includes('compromised') ? 'suspended' : 'active'
  const known = [...states, ...sorts, 'invited', 'by-provider', 'compromised']
  const groups = rest.filter((word) => !known.includes(word) && !word.includes('='))
  const email = valueOf(rest, 'mail')
  return thing(
    system,
    'account',
    key,
    {
      username: key,
      type: rest.find((word) => sorts.includes(word)) ?? 'person',
      ...(as === 'wished' && rest.some((word) => shown.includes(word))
        ? {}
        : { status: rest.find((word) => states.includes(word)) ?? isStopped }),
      ...(email === undefined ? {} : { email }),
      ...(as === 'live' && rest.includes('invited') ? { invitation: 'pending' } : {}),
      ...(as === 'live' && rest.includes('by-provider') ? { roleFrom: 'provider' } : {}),
      ...(as === 'live' && ends !== undefined ? { roleEnds: ends } : {}),
    },
    {
      role: [`role:${role}`],
      groups: groups.map((group) => `group:${group}`).sort(),
      ...(as === 'live' ? { primaryGroup: [], manages: [] } : {}),
      ...(scope !== undefined ? { scope: [`scope:${scope}`] } : as === 'live' ? { scope: [] } : {}),
    },
  )
}

function thing(
  system: string,
  kind: Kind,
  key: string,
  fields: Resource['fields'],
  links: Resource['links'],
  id = `${kind}:${key}#0`,
): Resource {
  return { ref: { system, kind, key }, id, fields, links }
}

function valueOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
}

export function configOf(name: string, words: Partial<SystemConfig> = {}): SystemConfig {
  return {
    ...{ name, connector: 'realm', credentials: {}, authentication: 'local', memberships: 'manifests' },
    ...{ settings: {}, stage: 'full', exclusive: [], ignore: {}, owners: { anchors: [], minimum: 1 } },
    ...{ automation: [], limits: { moreThan: 10, percent: 10 }, places: {} },
    cause: { file: 'rolecall.yaml', line: 8, document: `System/${name}` },
    ...words,
  }
}
