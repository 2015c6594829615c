import type {
  Description,
  FieldDescription,
  KindDescription,
  LinkDescription,
} from '../../connector/describe.ts'
import type { JsonObject } from '../../model/json.ts'

/**
 * What generic code must know about a Keystone (Identity API v3) and about CloudVPS, which is one: its kinds, how each
 * value is compared and written, who owns it, and how a read is proven whole. Pure data; nothing here opens anything.
 */

/** How CloudVPS marks the one project that gives access to its interface. */
export const interfaceDescription = 'Main Customer Interface Project'

/** Its types of users, which are roles on that project: the first two own the account. */
export const userTypes = [
  'main-customer',
  'customer-admin',
  'customer-billing',
  'customer-tech',
  'customer-client',
] as const

/** What an account can be told by name of an option that is on; others are values, and left alone. */
export const userOptions = [
  'ignore_change_password_upon_first_use',
  'ignore_lockout_failure_attempts',
  'ignore_password_expiry',
  'ignore_user_inactivity',
  'lock_password',
  'multi_factor_auth_enabled',
] as const

const grantTargets = ['project', 'domain', 'projectsIn', 'projectsUnder', 'system', 'elsewhere']

const kinds: Description['kinds'] = {
  role: kind('A named right; what it allows is in the policy files of each service.', {
    fields: {
      description: scalar('What the role is for.'),
      immutable: flag('Whether it can neither be changed nor deleted until this is lifted.'),
    },
    links: {
      implies: { ...toMany(['role'], 'Roles that come with this one.'), onRemove: 'cascade' },
      domain: inDomain('The domain that the role is of; none for a role of the whole cloud.'),
    },
    irreversible: { delete: 'made again, it has another id, and who held it holds it no more' },
  }),
  project: kind('A project, which holds the resources of the other services; or a domain.', {
    fields: {
      description: scalar('What the project is for.'),
      type: { about: 'What it is: openstack, or domain.', write: 'create-only', shape: 'scalar' },
      enabled: flag('Whether anybody can work in it.'),
      tags: set('Its tags.'),
      immutable: flag('Whether it can neither be changed nor deleted until this is lifted.'),
    },
    links: {
      parent: {
        about: 'The project above it; none where it stands directly in its domain.',
        write: 'create-only',
        shape: 'one',
        to: ['project'],
        onRemove: 'restrict',
      },
      domain: inDomain('The domain it is in.'),
    },
    irreversible: { delete: 'servers, volumes and networks in it are left behind without a project' },
  }),
  group: kind('A set of users who hold what the group is given.', {
    fields: {
      description: scalar('What the group is for.'),
    },
    links: { domain: inDomain('The domain it is in.') },
    irreversible: { delete: 'made again, it has another id' },
  }),
  account: kind('A user.', {
    fields: {
      email: scalar('The address; Keystone does not use it itself.'),
      description: scalar('What the user is for.'),
      status: scalar('Whether the user can sign in: `active` or `suspended`.'),
      options: set('Names of the options that are on.'),
      passwordExpires: read('When the password ends; Keystone sets it.'),
    },
    links: {
      groups: {
        about: 'The groups it belongs to.',
        write: 'write',
        shape: 'set',
        to: ['group'],
        onRemove: 'cascade',
        membership: true,
      },
      defaultProject: toOne(['project'], 'The project it works in where it names none.'),
      domain: inDomain('The domain it is in.'),
    },
    irreversible: { delete: 'made again, it has another id and no password' },
  }),
  grant: kind('One user or group that holds one role on one project, domain or the system.', {
    rename: false,
    fields: {},
    links: {
      subject: identity(['group', 'account', 'foreign'], 'Who holds the role.'),
      role: identity(['role'], 'The role that is held.'),
      resource: identity(grantTargets, 'What the role is held on.'),
    },
    irreversible: {},
  }),
}

const schemas: Description['schemas'] = {
  system: closed('Settings of an OpenStack Keystone.', {
    cloud: text('The entry of clouds.yaml to sign in with, where the credentials name such a file.'),
    domain: text(
      'The domain whose users, groups and projects go by their bare names; `Default` unless said otherwise.',
    ),
    reads: {
      enum: ['cloud', 'domain'],
      description:
        'Whether the users, groups and projects of all domains are read, or those of `domain` alone. Unless said otherwise: the cloud, and in CloudVPS the domain.',
    },
    deleteProjects: {
      type: 'boolean',
      description:
        'Whether a plan may delete projects. Their servers, volumes and networks stay behind in the other services, without a project.',
    },
  }),
  group: closed('A group in an OpenStack Keystone has no settings.', {}),
  account: closed('Settings of a user in an OpenStack Keystone.', {
    userType: {
      enum: [...userTypes],
      description:
        'CloudVPS only: the type of the user, which decides what it may do in the customer interface.',
    },
    defaultProject: text('The handle of the project it works in where it names none.'),
    description: text('What the user is for.'),
    options: {
      type: 'array',
      items: { enum: [...userOptions] },
      uniqueItems: true,
      description: 'The options that are on; all others are off.',
    },
  }),
  role: closed('Settings of a role in an OpenStack Keystone.', {
    immutable: {
      type: 'boolean',
      description: 'Whether it can neither be changed nor deleted until this is lifted.',
    },
  }),
  project: closed('Settings of a project in an OpenStack Keystone.', {
    enabled: { type: 'boolean', description: 'Whether anybody can work in it.' },
    tags: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^,/]+$' },
      uniqueItems: true,
      description: 'Its tags, exactly.',
    },
    parent: text('The handle of the project above it. It is fixed when the project is made.'),
    immutable: {
      type: 'boolean',
      description: 'Whether it can neither be changed nor deleted until this is lifted.',
    },
  }),
  resourceTypes: ['domain', 'projectsIn', 'projectsUnder', 'system'],
  subjectTypes: [],
  projectTypes: ['openstack', 'domain'],
}

export const description: Description = {
  connector: 'openstack',
  about: 'OpenStack Keystone, the identity service of a cloud (API v3).',
  kinds,
  roles: ['admin', 'manager', 'member', 'reader', 'service'],
  declaredRoles: true,
  openRoles: true,
  ownerRoles: ['admin'],
  profiles: {
    cloudvps: {
      about:
        'CloudVPS: one project opens the customer interface, the role held there is the type of the user, and the cloud has no administrator among its customers.',
      differs: {
        about: 'CloudVPS, an OpenStack cloud with a customer interface.',
        kinds: {
          ...kinds,
          account: {
            ...required(kinds.account),
            links: {
              ...required(kinds.account).links,
              // one where all is well; what another tool gave besides is seen, and goes
              role: toMany(['role'], 'The type of the user: the role on the interface project.'),
            },
          },
        },
        roles: [...userTypes, 'admin', 'manager', 'member', 'reader', 'service'],
        accountRole: 'userType',
        ownerRoles: ['main-customer', 'customer-admin'],
        withoutPolicies: {
          interface:
            'What a user is there is its type: write `userType` on the account, and take the project out here.',
        },
        byHand: ['legacy-server'],
        schemas: { ...schemas, projectTypes: [...schemas.projectTypes, 'interface', 'legacy-server'] },
      },
    },
  },
  suspend: 'native',
  // bcrypt looks at 72 bytes of a password and ignores the rest
  newPassword: { min: 24, max: 72, symbols: '-_.' },
  accountsFromProvider: true,
  primaryGroups: false,
  maxSecondaryGroups: Infinity,
  nestedGroups: false,
  accountKey: 'username',
  usable: {
    person: 'not readable',
    accepted: 'not applicable',
    enabled: 'read',
    lasts: 'read',
    'whole-system': 'read',
    // whether there is a password at all, and whether it was locked after wrong ones, is not shown
    'can-log-in': 'not readable',
    direct: 'read',
    distinct: 'not applicable',
  },
  batch: 40,
  callsPerSecond: 0,
  lagSeconds: 0,
  environment: {
    authUrl: 'OS_AUTH_URL',
    username: 'OS_USERNAME',
    userId: 'OS_USER_ID',
    password: 'OS_PASSWORD',
    userDomainName: 'OS_USER_DOMAIN_NAME',
    userDomainId: 'OS_USER_DOMAIN_ID',
    projectName: 'OS_PROJECT_NAME',
    projectId: 'OS_PROJECT_ID',
    projectDomainName: 'OS_PROJECT_DOMAIN_NAME',
    projectDomainId: 'OS_PROJECT_DOMAIN_ID',
    domainName: 'OS_DOMAIN_NAME',
    domainId: 'OS_DOMAIN_ID',
    systemScope: 'OS_SYSTEM_SCOPE',
    applicationCredentialId: 'OS_APPLICATION_CREDENTIAL_ID',
    applicationCredentialName: 'OS_APPLICATION_CREDENTIAL_NAME',
    applicationCredentialSecret: 'OS_APPLICATION_CREDENTIAL_SECRET',
    cloud: 'OS_CLOUD',
    cloudsFile: 'OS_CLIENT_CONFIG_FILE',
  },
  schemas,
}

/** A list that Keystone cuts says `truncated`, and there is no way to get the rest. */
function kind(
  about: string,
  rest: Pick<KindDescription, 'fields' | 'links'> & Partial<KindDescription>,
): KindDescription {
  return {
    about,
    keyCaseInsensitive: false,
    rename: true,
    writable: true,
    evidence: ['last-page', 'uncapped-single', 'unfiltered-caller'],
    ...rest,
  }
}

function scalar(about: string): FieldDescription {
  return { about, write: 'write', shape: 'scalar' }
}

function flag(about: string): FieldDescription {
  return { about, write: 'write', shape: 'scalar', value: 'flag' }
}

function set(about: string): FieldDescription {
  return { about, write: 'write', shape: 'set' }
}

function read(about: string): FieldDescription {
  return { about, write: 'read', shape: 'scalar' }
}

function toOne(to: readonly string[], about: string): LinkDescription {
  return { about, write: 'write', shape: 'one', to, onRemove: 'restrict' }
}

function toMany(to: readonly string[], about: string): LinkDescription {
  return { ...toOne(to, about), shape: 'set' }
}

/** A domain stands among the projects, under a key of its own. */
function inDomain(about: string): LinkDescription {
  return { ...toOne(['project'], about), write: 'read' }
}

/** The identity of a grant is what it links: another subject, role or resource is another grant. */
function identity(to: readonly string[], about: string): LinkDescription {
  return { ...toOne(to, about), write: 'create-only' }
}

function closed(about: string, properties: JsonObject): JsonObject {
  return { type: 'object', description: about, properties, required: [], additionalProperties: false }
}

function text(about: string): JsonObject {
  return { type: 'string', minLength: 1, description: about }
}

function required(described: KindDescription | undefined): KindDescription {
  if (described === undefined) throw new Error('a kind is not described')
  return described
}
