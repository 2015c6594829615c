import type {
  Description,
  FieldDescription,
  KindDescription,
  LinkDescription,
} from '../../connector/describe.ts'
import type { JsonObject } from '../../model/json.ts'

const nothingMapped = { fallback: 'none', rules: [] }

/**
 * What generic code must know about an OpenVPN CloudConnexa account (API v1): its kinds, how each value is compared and
 * written, who owns it, and how a read is proven whole. Pure data, loaded by every command; nothing here opens a socket.
 */
export const description: Description = {
  connector: 'cloudconnexa',
  about: 'An OpenVPN CloudConnexa account, through its API v1.',
  kinds: {
    group: kind('A user group, with the settings that hold for those whose primary group it is.', {
      // What names it is read anew, and before one goes everything that could name it.
      calls: { create: 2, update: 5, rename: 6, delete: 25 },
      fields: {
        subnets: set('Address ranges the members are given addresses from.', {
          write: 'manual',
          steps: ['In the portal, give the user group "{name}" these subnets and no others: {value}.'],
        }),
        regions: set('Regions the members may connect through; `all` is every one, later ones included.', {
          native: 'region',
        }),
        internetAccess: scalar('What of the traffic to the internet goes through the network.'),
        gateways: set('Ids of the internet gateways that all traffic leaves through.'),
        tunnelBypass: set('Address ranges that are kept out of the tunnel.'),
        connectAuth: scalar('How often a member signs in to connect.'),
        maxDevices: scalar('Devices a member may connect at most.', { value: 'number' }),
        locationContext: scalar('The policy on where a member may connect from; `none` is no policy.', {
          native: 'locationContext',
        }),
        devicePosture: scalar('The policy on what device a member may connect with; `none` is no policy.', {
          native: 'devicePosture',
        }),
      },
      links: {},
    }),
    account: kind('One person who may connect.', {
      // The user name is fixed when the account is made.
      rename: false,
      fields: {
        username: scalar('The name to sign in with.', { write: 'create-only' }),
        email: scalar('The address that the invitation and notices go to.', { caseInsensitive: true }),
        givenName: scalar('First name.'),
        familyName: scalar('Last name.'),
        status: scalar('Whether the account can be used: `active` or `suspended`.'),
        state: scalar('The status in the words of CloudConnexa: an invited account is active, and waits.', {
          write: 'read',
        }),
        authentication: scalar('How the person signs in: with a password, or through an identity provider.', {
          write: 'create-only',
        }),
      },
      links: {
        role: toOne(['role'], 'The one role that the account holds.'),
        primaryGroup: membership('one', 'The group whose settings hold for the account.'),
        groups: membership('set', 'The secondary groups: they add access and change no settings.'),
      },
      irreversible: {
        create: 'an invitation goes out to a new account that has an address',
        delete: 'made again, it has another id, and its devices and profiles are gone',
      },
    }),
    policy: kind('An access group: sources that may reach destinations.', {
      fields: {
        description: scalar('What the policy is for.'),
        default: scalar('Whether it is the full-mesh access group that comes with the account.', {
          write: 'read',
          value: 'flag',
        }),
      },
      links: {
        subjects: {
          ...toMany(
            ['group', 'everyone', 'network', 'host', 'ipService', 'application'],
            'Who may reach the resources: groups, or what sits in networks and hosts.',
          ),
          native: true,
        },
        resources: {
          ...toMany(
            ['group', 'application', 'ipService', 'network', 'host', 'publishedService', 'everyone', 'all'],
            'What the subjects may reach; a group is all its people and their devices.',
          ),
          native: true,
        },
      },
    }),
    mapping: {
      about: 'The rules by which groups that an identity provider sends become user groups.',
      keyCaseInsensitive: false,
      rename: false,
      writable: false,
      fixed: { saml: nothingMapped, ldap: nothingMapped },
      evidence: ['uncapped-single'],
      fields: {
        mode: scalar('`single`: the first rule that matches decides; `multiple`: all that match count.', {
          write: 'manual',
          readable: false,
          steps: [
            'In the portal, set the user group mapping of {name} to {value}: `multiple` is the Enable button of its notice about multiple user group mapping.',
            'It takes effect for each person at the next sign-in.',
          ],
        }),
        fallback: scalar('The group of a person whom no rule matches, or `none`.', {
          write: 'manual',
          steps: ['In the portal, set the group of the {name} mapping for whom no rule matches to: {value}.'],
        }),
        rules: {
          about: 'The rules in the order they are tried.',
          write: 'manual',
          shape: 'ordered',
          value: 'structure',
          native: 'attribute',
          steps: [
            'In the portal, set the user group mapping rules of {name} to these and no others, in this processing order:',
            'Rule {number}: {item}.',
            'They take effect for each person at the next sign-in.',
          ],
        },
      },
      links: {
        // Told by the rules: no step of its own.
        groups: { ...toMany(['group'], 'Groups that the rules name.'), write: 'manual', steps: [] },
      },
    },
  },
  roles: ['Owner', 'Administrator', 'Member'],
  declaredRoles: false,
  // An administrator can do all that the owner can but billing, and the owner's own account: that is enough not to be locked out.
  ownerRoles: ['Owner', 'Administrator'],
  suspend: 'native',
  primaryGroups: true,
  maxSecondaryGroups: 20,
  nestedGroups: false,
  accountKey: 'username',
  accountRole: 'role',
  accountsFromProvider: true,
  usable: {
    person: 'not readable',
    accepted: 'read',
    enabled: 'read',
    lasts: 'not applicable',
    'whole-system': 'not applicable',
    'can-log-in': 'not readable',
    direct: 'not applicable',
    distinct: 'not readable',
  },
  batch: 1,
  // Writes begin at one in four seconds, until the headers of answers say otherwise.
  callsPerSecond: 0.25,
  // Nothing says that a read shows a write at once.
  lagSeconds: 2,
  schemas: {
    system: closed('Settings of a CloudConnexa account.', {
      topology: {
        enum: ['custom', 'full-mesh'],
        description:
          'What the topology is expected to be. Access policies have an effect under `custom` only; it is checked, and changed by nobody but a person.',
      },
      groupAttribute: {
        type: 'string',
        minLength: 1,
        description:
          'The name that mapping rules and people give the groups which the identity provider sends; `groups` unless it is said.',
      },
    }),
    group: closed(
      'Settings of a user group in CloudConnexa. They hold for members whose primary group it is.',
      {
        subnets: strings(
          'Address ranges in CIDR form that members are given addresses from. The API only reads them: a change is done by hand.',
        ),
        regions: strings(
          'Ids of the regions that members may connect through, as eu-central-1; `all` is every one, later ones included.',
        ),
        internetAccess: {
          enum: ['split-tunnel-on', 'split-tunnel-off', 'restricted-internet'],
          description:
            'What goes through the network: only private traffic (`split-tunnel-on`), everything (`split-tunnel-off`), or nothing beyond private traffic at all (`restricted-internet`).',
        },
        gateways: strings('Ids of the internet gateways that all traffic leaves through.'),
        tunnelBypass: strings('Address ranges in CIDR form that are kept out of the tunnel.'),
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
        locationContext: name('The location context that members are checked against; `none` is a value.'),
        devicePosture: name('The device posture that members are checked against; `none` is a value.'),
      },
    ),
    account: closed('Settings of an account in CloudConnexa: there are none.', {}),
    resourceTypes: ['application', 'ipService', 'network', 'host', 'publishedService', 'everyone'],
    subjectTypes: ['everyone', 'network', 'host', 'ipService', 'application'],
    projectTypes: [],
  },
}

/** Read page by page, with a total on each: all of it must add up, and the last page must be the last. */
function kind(
  about: string,
  rest: Pick<KindDescription, 'fields' | 'links'> & Partial<KindDescription>,
): KindDescription {
  return {
    about,
    keyCaseInsensitive: false,
    rename: true,
    writable: true,
    evidence: ['total', 'last-page'],
    // Read just before it is sent back whole, or removed.
    calls: { update: 2, rename: 2, delete: 2 },
    irreversible: { delete: 'made again, it has another id' },
    ...rest,
  }
}

function scalar(about: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return { about, write: 'write', shape: 'scalar', ...more }
}

function set(about: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return { about, write: 'write', shape: 'set', ...more }
}

function toOne(to: readonly string[], about: string): LinkDescription {
  return { about, write: 'write', shape: 'one', to, onRemove: 'restrict' }
}

function toMany(to: readonly string[], about: string): LinkDescription {
  return { ...toOne(to, about), shape: 'set' }
}

/** What becomes of the members of a group that goes is documented nowhere: it goes when nobody is left in it. */
function membership(shape: 'one' | 'set', about: string): LinkDescription {
  return { about, write: 'write', shape, to: ['group'], onRemove: 'restrict', membership: true }
}

function closed(description: string, properties: JsonObject): JsonObject {
  return { type: 'object', description, properties, required: [], additionalProperties: false }
}

function strings(description: string): JsonObject {
  return { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true, description }
}

function name(description: string): JsonObject {
  return { type: 'string', minLength: 1, description }
}
