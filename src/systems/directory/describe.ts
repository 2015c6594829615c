import {
  signInFields,
  type Description,
  type FieldDescription,
  type KindDescription,
  type LinkDescription,
} from '../../connector/describe.ts'
import type { JsonObject } from '../../model/json.ts'

/**
 * What generic code must know about a directory: its kinds, how each value is compared and written, who owns it,
 * and how a read is proven whole. Pure data, loaded by every command; nothing here opens a file.
 */
export const description: Description = {
  connector: 'directory',
  about:
    'The embedded directory: one SQLite file that holds the whole model. It needs no account and no server.',
  kinds: {
    role: kind('A named set of privileges.', {
      fields: {
        description: scalar('What the role is for.'),
        privileges: set('Names of what its holders may do.'),
        directoryGroups: set('Groups of an external directory whose members are given the role.'),
        sealed: seal('role'),
      },
      links: {
        implies: toMany(['role'], 'Roles whose power comes with this one.'),
      },
    }),
    project: kind('A container of resources.', {
      fields: {
        description: scalar('What the project is for.'),
        type: scalar('The sort of project.'),
      },
      links: {},
    }),
    scope: kind('A named part of the organisation that an account can be limited to.', {
      fields: {
        datacenters: set('Data centres the scope reaches; `all` is every one.'),
      },
      links: {
        enterprises: toMany(['project', 'all'], 'Enterprises the scope reaches.'),
      },
    }),
    group: kind('A set of accounts, with the settings that hold for those whose primary group it is.', {
      fields: {
        description: scalar('What the group is for.'),
        subnets: set('Address ranges the members are given addresses from.'),
        regions: set('Regions the members may connect through.'),
        internetAccess: scalar('What of the traffic to the internet goes through the network.'),
        connectAuth: scalar('How often a member signs in to connect.'),
        maxDevices: scalar('Devices a member may connect at most.', { value: 'number' }),
        locationContext: scalar('The rule on where a member may connect from.'),
        devicePosture: scalar('The rule on what device a member may connect with.'),
      },
      links: {
        parent: toOne(['group'], 'The group whose access the members of this one have too.'),
      },
    }),
    account: kind('One person or service in this directory.', {
      keyCaseInsensitive: true,
      fields: {
        username: scalar('The user name as it is spelled.', { caseInsensitive: true }),
        email: scalar('The address that notices go to.', { caseInsensitive: true }),
        givenName: scalar('First name.'),
        familyName: scalar('Last name.'),
        employment: scalar('How the person is employed.'),
        type: scalar('A person, a service, or a break-glass account.'),
        status: scalar('Whether the account can be used: `active` or `suspended`.'),
        labels: { about: 'Labels of the person.', write: 'write', shape: 'map' },
        sealed: seal('account'),
        ...signInFields,
      },
      links: {
        role: toOne(['role'], 'The one role that the account holds.'),
        primaryGroup: membership('one', 'The group whose settings hold for the account.'),
        groups: membership('set', 'The further groups it belongs to.'),
        manages: membership('set', 'Groups it manages; a manager is also a member.'),
        scope: {
          ...toOne(['scope'], 'The part of the organisation that its role reaches; without one, all of it.'),
          limits: true,
        },
      },
    }),
    policy: kind('Subjects that may reach resources.', {
      fields: {
        description: scalar('What the policy is for.'),
      },
      links: {
        subjects: toMany(['group', 'account', 'everyone', 'network', 'host'], 'Who may reach the resources.'),
        resources: toMany(
          ['group', 'project', 'application', 'ipService', 'network', 'host', 'repository', 'all'],
          'What the subjects may reach.',
        ),
      },
    }),
    grant: kind('One subject that holds one role on one resource.', {
      rename: false,
      fields: {},
      links: {
        subject: identity(['group', 'account', 'everyone', 'network', 'host'], 'Who holds the role.'),
        role: identity(['role'], 'The role that is held.'),
        resource: identity(
          ['group', 'project', 'application', 'ipService', 'network', 'host', 'repository', 'all'],
          'What the role is held on.',
        ),
      },
    }),
    mapping: kind('Rules that turn attributes of an identity provider into groups.', {
      fields: {
        mode: scalar('`single`: the first rule that matches decides; `multiple`: all that match count.'),
        fallback: scalar('The group of a person whom no rule matches, or `none`.'),
        rules: {
          about: 'The rules in the order they are tried.',
          write: 'write',
          shape: 'ordered',
          value: 'structure',
        },
      },
      links: {
        groups: toMany(['group'], 'Groups that the rules name.'),
      },
    }),
  },
  roles: ['Owner', 'Administrator', 'Member'],
  declaredRoles: true,
  accountRole: 'role',
  ownerRoles: ['Owner'],
  profiles: {
    flat: {
      about: 'Groups are teams: nobody has a primary one, and anybody may be in any number.',
      differs: { primaryGroups: false, maxSecondaryGroups: Infinity },
    },
  },
  suspend: 'native',
  primaryGroups: true,
  maxSecondaryGroups: 20,
  nestedGroups: true,
  accountKey: 'username',
  usable: {
    person: 'read',
    accepted: 'not applicable',
    enabled: 'read',
    lasts: 'not applicable',
    'whole-system': 'read',
    'can-log-in': 'not applicable',
    direct: 'read',
    distinct: 'not applicable',
  },
  batch: 500,
  callsPerSecond: 0,
  lagSeconds: 0,
  schemas: {
    system: closed(
      'Settings of an embedded directory.',
      {
        file: {
          type: 'string',
          minLength: 1,
          description:
            'The SQLite file, relative to the folder of rolecall.yaml and inside it: `.rolecall/directory.db`. The first apply creates it.',
        },
      },
      ['file'],
    ),
    group: closed(
      'Settings of a group in an embedded directory. They hold for members whose primary group it is.',
      {
        subnets: strings('Address ranges in CIDR form that members are given addresses from.'),
        regions: strings('Regions that members may connect through.'),
        internetAccess: {
          enum: ['split-tunnel-on', 'split-tunnel-off', 'restricted-internet'],
          description:
            'What goes through the network: only private traffic (`split-tunnel-on`), everything (`split-tunnel-off`), or nothing beyond private traffic at all (`restricted-internet`).',
        },
        connectAuth: {
          enum: ['no-auth', 'on-prior-auth', 'every-time'],
          description: 'How often a member signs in to connect.',
        },
        maxDevices: {
          type: 'integer',
          minimum: 1,
          maximum: 1000,
          description: 'Devices a member may connect at most.',
        },
        locationContext: name('The rule on where members may connect from; `none` is a value.'),
        devicePosture: name('The rule on what devices members may connect with; `none` is a value.'),
      },
    ),
    account: closed('Settings of an account in an embedded directory.', {
      scope: name(
        'The handle of a Scope that limits the role; an Owner with a scope does not count as an owner.',
      ),
      sealed: {
        type: 'boolean',
        description: 'An account that no plan may write. Only a person can set it, in the file itself.',
      },
    }),
    resourceTypes: ['application', 'ipService', 'network', 'host', 'repository'],
    subjectTypes: ['everyone', 'network', 'host'],
    projectTypes: ['openstack', 'interface', 'enterprise', 'legacy-server'],
  },
}

/** Read in one transaction of one file: what is not there is not there. */
function kind(
  about: string,
  rest: Pick<KindDescription, 'fields' | 'links'> & Partial<KindDescription>,
): KindDescription {
  return {
    about,
    keyCaseInsensitive: false,
    rename: true,
    writable: true,
    evidence: ['transaction'],
    irreversible: { delete: 'made again, it has another id' },
    ...rest,
  }
}

function scalar(about: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return { about, write: 'write', shape: 'scalar', ...more }
}

function set(about: string): FieldDescription {
  return { about, write: 'write', shape: 'set' }
}

function toOne(to: readonly string[], about: string): LinkDescription {
  return { about, write: 'write', shape: 'one', to, onRemove: 'restrict' }
}

function toMany(to: readonly string[], about: string): LinkDescription {
  return { ...toOne(to, about), shape: 'set' }
}

/** A membership goes along with its group; every other link keeps its target in place. */
function membership(shape: 'one' | 'set', about: string): LinkDescription {
  return { about, write: 'write', shape, to: ['group'], onRemove: 'cascade', membership: true }
}

/** The identity of a grant is what it links: another subject, role or resource is another grant. */
function identity(to: readonly string[], about: string): LinkDescription {
  return { ...toOne(to, about), write: 'create-only' }
}

/** A plan must not be able to lift the seal that protects from plans, so a person does it in the file itself. */
function seal(table: 'account' | 'role'): FieldDescription {
  return {
    about: `Whether no plan may write this ${table}.`,
    write: 'manual',
    shape: 'scalar',
    value: 'flag',
    steps: [
      'Open the file of the directory with an SQLite program.',
      `Set \`sealed\` of the ${table} {name} to {value} in the table \`${table}s\`.`,
    ],
  }
}

function closed(description: string, properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: 'object', description, properties, required, additionalProperties: false }
}

function strings(description: string): JsonObject {
  return { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true, description }
}

function name(description: string): JsonObject {
  return { type: 'string', minLength: 1, description }
}
