/** What people do in the portal and at the door, which no API call can: accept, sign in, write mapping rules. */
import type { Store } from '../store.ts'
import type { Account, GroupMappings, User } from './wire.ts'
import { nextId } from './world.ts'

export interface Portal {
  /** The invitation is accepted; everybody's without a name. */
  accept(username?: string): void
  /**
   * A sign-in through the identity provider, with the groups that it sends: the user appears if there is none, and the
   * mapping decides the groups: by first match alone, or with every later match as a secondary group.
   */
  signIn(username: string, groups: readonly string[]): void
  /** Sets the rules of a provider, and whether all matches count. */
  map(provider: 'saml' | 'ldap', rules: GroupMappings, multiple?: boolean): void
  /** Anything else by hand. */
  change(by: (account: Account) => void): void
}

export function portal(store: Store<Account>): Portal {
  return {
    accept: (username) => {
      store.change((account) => {
        for (const user of account.users)
          if (user.status === 'INVITED' && (username === undefined || user.username === username))
            user.status = 'ACTIVE'
      })
    },
    signIn: (username, groups) => {
      store.change((account) => {
        signIn(account, username, groups)
      })
    },
    map: (provider, rules, multiple) => {
      store.change((account) => {
        account.mappings[provider] = rules
        account.mappings.multiple = multiple ?? account.mappings.multiple
      })
    },
    change: (by) => {
      store.change(by)
    },
  }
}

function signIn(account: Account, username: string, groups: readonly string[]): void {
  const { authentication, mappings } = account
  if (authentication === 'local') throw new Error('the account has local authentication')
  const { groupId, secondaryGroupIds } = mapped(mappings[authentication], mappings.multiple, groups)
  const known = account.users.find((user) => user.username === username)
  const primary = groupId ?? known?.groupId ?? account.userGroups.find(({ name }) => name === 'Default')?.id
  if (primary === undefined) throw new Error('no rule matches, and there is neither a fallback nor Default')
  const given = { groupId: primary, secondaryGroupIds }
  if (known !== undefined) {
    Object.assign(known, given)
    return
  }
  const user: User = {
    id: nextId(account),
    username,
    firstName: null,
    lastName: null,
    email: username.includes('@') ? username : null,
    ...given,
    status: 'ACTIVE',
    authType: authentication === 'saml' ? 'SAML' : 'LDAP',
    role: 'MEMBER',
  }
  account.users.push(user)
}

/** The lowest number comes first; at most twenty groups beside the first one. */
function mapped(
  { mappings, fallbackGroupId }: GroupMappings,
  multiple: boolean,
  groups: readonly string[],
): { groupId: string | undefined; secondaryGroupIds: string[] } {
  const matches = mappings
    .toSorted((one, other) => one.sortingOrder - other.sortingOrder)
    .filter(({ idpGroupNames }) => idpGroupNames.some((name) => groups.includes(name)))
    .map(({ groupId }) => groupId)
  const [first, ...later] = [...new Set(matches)]
  return {
    groupId: first ?? fallbackGroupId ?? undefined,
    secondaryGroupIds: multiple ? later.slice(0, 20) : [],
  }
}
