/** Generated from schemas/ by `npm run generate`: change those and run it again. */

/**
 * A document as it stands in a file, before defaults.
 */
export type WrittenManifest =
  | WrittenSettings
  | WrittenSystem
  | WrittenUser
  | WrittenGroup
  | WrittenRole
  | WrittenProject
  | WrittenScope
  | WrittenAccessPolicy
  | WrittenGroupMapping
  | WrittenAcceptance
  | WrittenGuardrail
/**
 * A group that the person belongs to: its handle, or a map that adds dates and a reason, as {group: oncall, until: 2027-01-31}.
 */
export type WrittenPersonMembership =
  | string
  | {
      /**
       * The handle of the group.
       */
      group: string
      /**
       * The first day of the membership, YYYY-MM-DD in UTC.
       */
      from?: string
      /**
       * The last day of the membership, YYYY-MM-DD in UTC. It is removed on the next day.
       */
      until?: string
      /**
       * Why the person is in the group.
       */
      reason?: string
    }
/**
 * The account in the system of this name: none for no account there whatever the groups say, or what differs from the defaults. The connector's own keys stand beside the ones listed here and are checked by it.
 */
export type WrittenAccount =
  | 'none'
  | {
      /**
       * The handle of the system, for a second account there: then the key above is a name of your own.
       */
      system?: string
      /**
       * The e-mail address of this account, where it is not the person's.
       */
      email?: string
      /**
       * The user name over there, where it is not the handle.
       */
      username?: string
      /**
       * The role of the account: the handle of a Role, or a role that the system brings along.
       */
      role?: string
      /**
       * active or suspended, for this account alone. The person's own status goes before it.
       */
      status?: 'active' | 'suspended'
      /**
       * The first day of the account, YYYY-MM-DD in UTC. It is not created before.
       */
      from?: string
      /**
       * The last day of the account, YYYY-MM-DD in UTC. It is suspended on the next day, and removed after the grace.
       */
      until?: string
      /**
       * Who vouches for the sign-in of this account, where it is not what the system says: local, saml or ldap.
       */
      authentication?: 'local' | 'saml' | 'ldap'
      /**
       * The secondary groups of this account, in place of the person's. Written, it is exact.
       */
      groups?: WrittenPersonMembership[]
      /**
       * The handle of the primary group of this account, in place of the person's.
       */
      primaryGroup?: string
      [k: string]: unknown
    }
/**
 * A person in the group: the handle of the User, or a map that adds dates and a reason, as {user: chen, until: 2027-01-31}.
 */
export type WrittenGroupMembership =
  | string
  | {
      /**
       * The handle of the person.
       */
      user: string
      /**
       * The first day of the membership, YYYY-MM-DD in UTC.
       */
      from?: string
      /**
       * The last day of the membership, YYYY-MM-DD in UTC. It is removed on the next day.
       */
      until?: string
      /**
       * Why the person is in the group.
       */
      reason?: string
    }

/**
 * What holds for the whole repository. There is one such document, in rolecall.yaml.
 */
export interface WrittenSettings {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Settings: what holds for the whole repository.
   */
  kind: 'Settings'
  metadata: WrittenDocumentMetadata
  spec: WrittenSettingsSpec
}
/**
 * The name of the document, and labels.
 */
export interface WrittenDocumentMetadata {
  /**
   * The handle of this document, unique among the documents of its kind. Others refer to it by this name.
   */
  name: string
  /**
   * Your own keys and values, to choose people in an Acceptance, to ask for in a Guardrail or to filter a report by. They change no access.
   */
  labels?: {
    /**
     * The value of the label.
     */
    [k: string]: string
  }
}
/**
 * What holds for the whole repository.
 */
export interface WrittenSettingsSpec {
  /**
   * The folder of the manifests, relative to rolecall.yaml.
   */
  access?: string
  /**
   * Where rolecall keeps what it applied, its lock and its log. Exactly one of file, git and postgres; without it the file .rolecall/ledger.db.
   */
  ledger?: {
    /**
     * A SQLite file, relative to rolecall.yaml: for one machine.
     */
    file?: string
    /**
     * A ref of this repository's remote: for several machines, with no service beside git.
     */
    git?: {
      /**
       * The full name of the ref that holds the ledger.
       */
      ref: string
      /**
       * The name of the remote, as `git remote` lists it. Its address stands in the configuration of the clone, never here.
       */
      remote?: string
    }
    /**
     * A PostgreSQL database: for several repositories or many runners.
     */
    postgres?: {
      url: WrittenSecretReference
      /**
       * The schema of the database that holds the ledger, and nothing else. Give each repository one of its own.
       */
      schema?: string
    }
  }
  /**
   * The protected branch, for example origin/main. With it, System, Settings, Guardrail and Acceptance documents count only as they stand there, so that no pull request relaxes its own rules.
   */
  protectedRef?: string
  /**
   * Days between the last day of somebody who left and the removal of the accounts, which are suspended meanwhile.
   */
  grace?: number
  /**
   * Days without a sign-in after which an account that owns or administers a system is told as dormant, in systems that show the last sign-in.
   */
  dormantAfter?: number
  /**
   * Stops every apply, and says why; plan and drift go on. Remove the line to go on applying.
   */
  freeze?: string
  /**
   * Who has to approve a plan before it is applied.
   */
  approvals?: {
    /**
     * How many different people have to approve, the author of the change not counted.
     */
    minimum: number
    /**
     * The people whose approval counts, by handle. Without it, everybody's does.
     *
     * @minItems 1
     *
     * Items: The handle of a User.
     */
    from?: string[]
  }
}
/**
 * Where a secret comes from: an environment variable or a file, never the secret itself. Exactly one of env and file.
 */
export interface WrittenSecretReference {
  /**
   * The name of the environment variable that holds the secret.
   */
  env?: string
  /**
   * The path of the file that holds the secret, relative to the folder of rolecall.yaml unless it is absolute. One line end at its end is dropped.
   */
  file?: string
}
/**
 * A live system that rolecall manages: how it is reached, how much of it is managed, and who has to stay its owner.
 */
export interface WrittenSystem {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * System: a live system that rolecall manages.
   */
  kind: 'System'
  metadata: WrittenDocumentMetadata
  spec: WrittenSystemSpec
}
/**
 * How the system is reached, how much of it is managed, and who has to stay its owner.
 */
export interface WrittenSystemSpec {
  /**
   * The sort of system, for example directory. It decides which roles, settings and account keys there are.
   */
  connector: string
  /**
   * The version of the system, where its catalogue of privileges depends on it. A string: "5.10" is not 5.1.
   */
  version?: string
  /**
   * A known variety of the system with rules of its own, where the connector has any.
   */
  profile?: string
  /**
   * The address of the system's interface, as https://acme.api.example. Plain http is for a literal loopback address only.
   */
  endpoint?: string
  /**
   * What rolecall signs in with, by the names that the connector asks for. Each is a reference to an environment variable or a file; a secret itself never stands here.
   */
  credentials?: {
    /**
     * The last day on which the credentials are valid, YYYY-MM-DD, so that doctor warns in time.
     */
    expires?: string
    [k: string]: WrittenSecretReference | string | undefined
  }
  /**
   * Who creates accounts and vouches for sign-ins: local, rolecall and the system; saml or ldap, an identity provider at the first sign-in. An account may say otherwise.
   */
  authentication?: 'local' | 'saml' | 'ldap'
  /**
   * Who decides the groups of people: manifests, rolecall writes them; identity-provider, they are expectations that are reported and never written.
   */
  memberships?: 'manifests' | 'identity-provider'
  /**
   * The connector's own settings. Which keys there are, the connector says, and it refuses all others: `rolecall schema --workspace` shows them in the editor.
   */
  settings?: {
    [k: string]: unknown
  }
  /**
   * How far rolecall goes here, to adopt a live system step by step: report writes nothing, additions only adds, full also changes and removes.
   */
  stage?: 'report' | 'additions' | 'full'
  /**
   * Collections in which everything that no manifest declares is removed. Elsewhere the undeclared is reported and left alone.
   *
   * Items: The name of a collection.
   */
  exclusive?: ('accounts' | 'groups' | 'roles' | 'projects' | 'scopes' | 'policies' | 'grants' | 'mappings')[]
  /**
   * What is known in the live system and left alone, by collection: it is neither compared nor removed, and never counts as an owner.
   */
  ignore?: {
    /**
     * Accounts that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    accounts?: string[]
    /**
     * Groups that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    groups?: string[]
    /**
     * Roles that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    roles?: string[]
    /**
     * Projects that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    projects?: string[]
    /**
     * Scopes that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    scopes?: string[]
    /**
     * Policies that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    policies?: string[]
    /**
     * Grants that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    grants?: string[]
    /**
     * Group mappings that are left alone, by native name.
     *
     * Items: A native name, in which * stands for any run of characters.
     */
    mappings?: string[]
  }
  /**
   * What holds in this system where a document says nothing.
   */
  defaults?: {
    account?: WrittenAccountValues
  }
  /**
   * The handle of the group into which an account is put to stop it, in a system that cannot disable accounts.
   */
  suspendTo?: string
  /**
   * Codes of warnings about this system that are known and not to be shown again. A refusal cannot be tolerated.
   *
   * Items: The code of a warning, as it is printed.
   */
  tolerate?: string[]
  /**
   * Who owns the system: who may, who always must, and how many at least. No plan leaves a system without a usable owner, whatever stands here.
   */
  owners?: {
    /**
     * The only people who may hold an owner role here, by handle. Anybody else who is given one is an error.
     *
     * Items: The handle of a User.
     */
    expected?: string[]
    /**
     * Owners whom no plan ever lowers, by handle. An anchor leaves in two merged changes: first this line, then the right itself.
     *
     * Items: The handle of a User.
     */
    anchors?: string[]
    /**
     * How many usable owners there are to be. A plan that takes from the owners and ends below this number is refused.
     */
    minimum?: number
  }
  /**
   * Accounts that rolecall itself signs in with, by native name. They are always kept, and never count as owners.
   *
   * Items: The native name of an account.
   */
  automation?: string[]
  /**
   * Where administrators and rolecall sit, for the check that no whitelist locks them out.
   */
  networks?: {
    /**
     * Networks from which administrators and rolecall sign in.
     *
     * Items: An address or a network in CIDR notation, as 203.0.113.0/24.
     */
    trusted?: string[]
  }
  /**
   * How much one plan may take away before an Acceptance is needed.
   */
  limits?: {
    /**
     * Removals in one collection above which a plan is refused: the larger of both numbers counts. Without it 10 and 10 percent.
     */
    removals?: {
      /**
       * So many removals are always within the limit.
       */
      moreThan?: number
      /**
       * So many percent of a collection are within the limit.
       */
      percent?: number
    }
  }
}
/**
 * Values that accounts have unless the person's own say otherwise. Beside role and authentication, the keys are those that the system's connector knows for an account.
 */
export interface WrittenAccountValues {
  /**
   * The role of accounts that say nothing else. It is the handle of a Role, or a role that the system brings along.
   */
  role?: string
  /**
   * Who vouches for the sign-in of accounts that say nothing else: local, saml or ldap.
   */
  authentication?: 'local' | 'saml' | 'ldap'
  [k: string]: unknown
}
/**
 * One person or service, with its groups and accounts in all systems.
 */
export interface WrittenUser {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * User: one person or service, in all systems.
   */
  kind: 'User'
  metadata: WrittenPersonMetadata
  spec: WrittenUserSpec
}
/**
 * The name of the person or service, former names, and labels.
 */
export interface WrittenPersonMetadata {
  /**
   * The handle of this person, unique among all users. Groups and policies refer to it, and it is the user name in a system that nothing else is said of.
   */
  name: string
  /**
   * Your own keys and values, to choose people in an Acceptance, to ask for in a Guardrail or to filter a report by. They change no access.
   */
  labels?: {
    /**
     * The value of the label.
     */
    [k: string]: string
  }
  /**
   * Former names of this document. A thing that is live under one of them is renamed, in one update; without this line it would be removed and created anew.
   *
   * Items: A former name: a handle, or the former native name.
   */
  previously?: string[]
}
/**
 * Who this is, and which groups and accounts there are.
 */
export interface WrittenUserSpec {
  /**
   * person, the default; service, a program, which needs owner and purpose and never counts as an owner; break-glass, an account for emergencies, which does count.
   */
  type?: 'person' | 'service' | 'break-glass'
  /**
   * The e-mail address. Systems that know accounts by it require it.
   */
  email?: string
  /**
   * Former addresses. An account that is live under one of them is renamed, in one update; without this line it would be removed and created anew.
   *
   * Items: A former e-mail address.
   */
  previousEmails?: string[]
  /**
   * The given name, carried to systems that have one.
   */
  givenName?: string
  /**
   * The family name, carried to systems that have one.
   */
  familyName?: string
  /**
   * How the person is bound to you: employee, contractor, or third-party, which needs a sponsor. A contractor without until is a warning.
   */
  employment?: 'employee' | 'contractor' | 'third-party'
  /**
   * The handle of the person who answers for a third party.
   */
  sponsor?: string
  /**
   * The handle of the person who answers for a service.
   */
  owner?: string
  /**
   * What a service is for, in a sentence.
   */
  purpose?: string
  /**
   * active, the default; suspended; left, which needs until, the last day: suspended at once, removed after the grace; compromised: suspended in every system before anything else.
   */
  status?: 'active' | 'suspended' | 'left' | 'compromised'
  /**
   * The person's first day, YYYY-MM-DD in UTC. Accounts are not created before it.
   */
  from?: string
  /**
   * The person's last day, YYYY-MM-DD in UTC. Accounts are suspended on the next day, and removed after the grace.
   */
  until?: string
  /**
   * What the identity provider sends for this person, by attribute, to simulate group mappings. Without it that is unknown.
   */
  attributes?: {
    /**
     * The values of the attribute.
     *
     * Items: A value of the attribute, as the identity provider sends it.
     */
    [k: string]: string[]
  }
  /**
   * The person's groups: a plain list, or primary and secondary apart where a system tells them apart. Written, it is exact; left out, memberships are not managed from here.
   */
  groups?:
    | WrittenPersonMembership[]
    | {
        /**
         * The handle of the primary group: the one that governs the settings of the person where a system has primaries.
         */
        primary?: string
        /**
         * The further groups, which add access and change no settings.
         */
        secondary?: WrittenPersonMembership[]
      }
  /**
   * The person's accounts, by system. An account exists only where this names it, or where a group of the person says account.
   */
  accounts?: {
    [k: string]: WrittenAccount
  }
}
/**
 * A group of people, with its settings in each system it exists in.
 */
export interface WrittenGroup {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Group: a group of people.
   */
  kind: 'Group'
  metadata: WrittenResourceMetadata
  spec: WrittenGroupSpec
}
/**
 * The name of the document, former names, labels, and whether the thing is to be gone.
 */
export interface WrittenResourceMetadata {
  /**
   * The handle of this document, unique among the documents of its kind. Others refer to it by this name, and it is the native name unless spec.name says otherwise.
   */
  name: string
  /**
   * Your own keys and values, to choose people in an Acceptance, to ask for in a Guardrail or to filter a report by. They change no access.
   */
  labels?: {
    /**
     * The value of the label.
     */
    [k: string]: string
  }
  /**
   * Former names of this document. A thing that is live under one of them is renamed, in one update; without this line it would be removed and created anew.
   *
   * Items: A former name: a handle, or the former native name.
   */
  previously?: string[]
  /**
   * absent: this is to be gone from its systems, whether rolecall once made it or not. Leave the key out for a thing that is to be there.
   */
  state?: 'absent'
}
/**
 * Who is in the group, and what it is in each system.
 */
export interface WrittenGroupSpec {
  /**
   * The native name of the group, where it is not the handle.
   */
  name?: string
  /**
   * What the group is for, carried to systems that have a description.
   */
  description?: string
  /**
   * The handle of the group this one is part of: its members have the access of the parent too. An error where a system of both cannot nest groups.
   */
  parent?: string
  /**
   * The people of the group who do not name it themselves. A pair of person and group is written once, here or on the person. Written, memberships are exact; left out, undeclared ones are left alone.
   */
  members?: WrittenGroupMembership[]
  /**
   * Who reviews the group, and is its maintainer where a system has such a role. A manager is also a member.
   */
  managers?: WrittenGroupMembership[]
  /**
   * The systems in which the group exists, each with the group's settings there; {} for a system without any.
   */
  systems?: {
    [k: string]: WrittenGroupSystem
  }
}
/**
 * The group in the system of this name. The connector's own settings stand beside the keys listed here and are checked by it. A setting that is left out is not managed; an empty list means none.
 */
export interface WrittenGroupSystem {
  /**
   * The native name of the group in this system, where it is neither the handle nor spec.name.
   */
  name?: string
  account?: WrittenAccountValues
  /**
   * The handle of another system of this group whose settings hold here too; what stands beside this key goes before them.
   */
  sameAs?: string
  /**
   * The name of a ready-made set of settings of the connector; what stands beside this key goes before it.
   */
  preset?: string
  [k: string]: unknown
}
/**
 * A role of one system, with its privileges.
 */
export interface WrittenRole {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Role: a role of one system.
   */
  kind: 'Role'
  metadata: WrittenResourceMetadata
  spec: WrittenRoleSpec
}
/**
 * What the role may do, and where.
 */
export interface WrittenRoleSpec {
  /**
   * The system this belongs to, by the handle of its System document.
   */
  system: string
  /**
   * The native name of the role, where it is not the handle.
   */
  name?: string
  /**
   * What the role is for, carried to systems that have a description.
   */
  description?: string
  /**
   * Settings of the role that only its system knows: the connector says which there are, and refuses all others.
   */
  settings?: {
    [k: string]: unknown
  }
  /**
   * Where the role can be given: global, everywhere, or {enterprise: NAME}, in one enterprise only.
   */
  availability?:
    | 'global'
    | {
        /**
         * The handle of the Project that stands for the enterprise.
         */
        enterprise: string
      }
  /**
   * A role whose privileges this one starts from; privileges then says what is added and removed.
   */
  cloneOf?: string
  /**
   * The privileges of the role by the system's own names: a list, which is exact, or add and remove, relative to cloneOf. Left out, they are not managed.
   */
  privileges?:
    | string[]
    | {
        /**
         * Privileges that the role has beyond those of cloneOf.
         *
         * Items: A privilege, by the system's own name.
         */
        add?: string[]
        /**
         * Privileges of cloneOf that the role does not have.
         *
         * Items: A privilege, by the system's own name.
         */
        remove?: string[]
      }
  /**
   * Roles whose rights this one includes.
   *
   * Items: A role: the handle of a Role, or a role that the system brings along.
   */
  implies?: string[]
  /**
   * Groups of the directory (LDAP, Active Directory, OpenID) whose people the system gives this role. A distinguished name is one quoted string.
   *
   * Items: A group of the directory, as "cn=resellers,ou=groups,dc=provider,dc=example", in quotes.
   */
  directoryGroups?: string[]
}
/**
 * A container of resources in one system: a project, an enterprise, a server.
 */
export interface WrittenProject {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Project: a container of resources in one system.
   */
  kind: 'Project'
  metadata: WrittenResourceMetadata
  spec: WrittenProjectSpec
}
/**
 * Which system the container is in, and what sort it is.
 */
export interface WrittenProjectSpec {
  /**
   * The system this belongs to, by the handle of its System document.
   */
  system: string
  /**
   * The sort of container, where the system has several: the connector says which there are, for example openstack, interface, enterprise or legacy-server.
   */
  type?: string
  /**
   * The native name of the container, where it is not the handle.
   */
  name?: string
  /**
   * What the container is for, carried to systems that have a description.
   */
  description?: string
  /**
   * Settings of the container that only its system knows: the connector says which there are, and refuses all others.
   */
  settings?: {
    [k: string]: unknown
  }
}
/**
 * A named set of enterprises and data centres of one system, to which the right of an account can be limited.
 */
export interface WrittenScope {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Scope: a named set of enterprises and data centres.
   */
  kind: 'Scope'
  metadata: WrittenResourceMetadata
  spec: WrittenScopeSpec
}
/**
 * Which enterprises and data centres the scope takes in.
 */
export interface WrittenScopeSpec {
  /**
   * The system this belongs to, by the handle of its System document.
   */
  system: string
  /**
   * The native name of the scope, where it is not the handle.
   */
  name?: string
  /**
   * What the scope is for, carried to systems that have a description.
   */
  description?: string
  /**
   * The enterprises of the scope: all, or a list of the handles of their Project documents. Left out, they are not managed.
   */
  enterprises?: 'all' | string[]
  /**
   * The data centres of the scope: all, or a list of native names. Left out, they are not managed.
   */
  datacenters?: 'all' | string[]
}
/**
 * Who may reach what, or, with roles, who holds which roles on what.
 */
export interface WrittenAccessPolicy {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * AccessPolicy: subjects may reach resources, or hold roles on them.
   */
  kind: 'AccessPolicy'
  metadata: WrittenResourceMetadata
  spec: WrittenAccessPolicySpec
}
/**
 * The subjects, the resources they may reach and, where the system grants roles, the roles they hold on them.
 */
export interface WrittenAccessPolicySpec {
  /**
   * The systems this holds for, by the handles of their System documents. At least one.
   *
   * @minItems 1
   *
   * Items: The handle of a System.
   */
  systems: string[]
  /**
   * The native name of the policy, where it is not the handle. A policy with roles becomes grants and has none.
   */
  name?: string
  /**
   * What the policy is for, carried to systems that have a description.
   */
  description?: string
  /**
   * Who is meant. Written, it is exact; left out, the subjects are not managed.
   */
  subjects?: WrittenSubject[]
  /**
   * The roles that each subject holds on each resource. Without this key, the policy says who may reach what.
   *
   * @minItems 1
   *
   * Items: A role: the handle of a Role, or a role that the system brings along.
   */
  roles?: string[]
  /**
   * What may be reached, or what the roles are held on. Written, it is exact; left out, the resources are not managed.
   */
  resources?: WrittenResource[]
  /**
   * The first day of the policy, YYYY-MM-DD in UTC.
   */
  from?: string
  /**
   * The last day of the policy, YYYY-MM-DD in UTC. It is removed on the next day.
   */
  until?: string
  /**
   * Why the policy exists.
   */
  reason?: string
}
/**
 * Exactly one of group, user, everyone, network, host, ipService and application, with dates and a reason where they matter, as {group: finance, until: 2027-01-31}.
 */
export interface WrittenSubject {
  /**
   * The handle of a group: all its members.
   */
  group?: string
  /**
   * The handle of a person.
   */
  user?: string
  /**
   * true: everybody who has an account in the system.
   */
  everyone?: true
  /**
   * The native name of a network, which speaks for whatever is in it.
   */
  network?: string
  /**
   * The native name of a host.
   */
  host?: string
  /**
   * The native name of an IP service, as network/service, that may itself reach something.
   */
  ipService?: string
  /**
   * The native name of an application, as host/application, that may itself reach something.
   */
  application?: string
  /**
   * The first day on which the policy holds for this subject, YYYY-MM-DD in UTC.
   */
  from?: string
  /**
   * The last day on which the policy holds for this subject, YYYY-MM-DD in UTC. The subject is removed on the next day.
   */
  until?: string
  /**
   * Why this subject.
   */
  reason?: string
}
/**
 * Exactly one thing by type and name, as {application: fra1/payroll}. The connector says which types a system has.
 */
export interface WrittenResource {
  /**
   * true: everything in the system, what comes later included.
   */
  all?: true
  /**
   * The handle of a group: all its people and their devices.
   */
  group?: string
  /**
   * The handle of a Project.
   */
  project?: string
  /**
   * The native name of an application, as network/application; a bare name must be unique.
   */
  application?: string
  /**
   * The native name of an IP service, as network/service; a bare name must be unique.
   */
  ipService?: string
  /**
   * The native name of a network.
   */
  network?: string
  /**
   * The native name of a host.
   */
  host?: string
  /**
   * The id of an application that another organisation shares.
   */
  publishedService?: string
  /**
   * true: all people with an account in the system, and their devices.
   */
  everyone?: true
  /**
   * The native name of a repository.
   */
  repository?: string
  /**
   * The native name of a domain: the domain itself, and not the projects in it.
   */
  domain?: string
  /**
   * The native name of a domain: all projects in it, what comes later included.
   */
  projectsIn?: string
  /**
   * The native name of a project: all projects below it, what comes later included, and not itself.
   */
  projectsUnder?: string
  /**
   * all: the whole system, in a cloud that has roles on it.
   */
  system?: 'all'
}
/**
 * How attributes of the identity provider become groups when somebody signs in.
 */
export interface WrittenGroupMapping {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * GroupMapping: how attributes of the identity provider become groups.
   */
  kind: 'GroupMapping'
  metadata: WrittenResourceMetadata
  spec: WrittenGroupMappingSpec
}
/**
 * The rules, in the order in which they are tried.
 */
export interface WrittenGroupMappingSpec {
  /**
   * The systems this holds for, by the handles of their System documents. At least one.
   *
   * @minItems 1
   *
   * Items: The handle of a System.
   */
  systems: string[]
  /**
   * The native name of the mapping, where it is not the handle.
   */
  name?: string
  /**
   * single: the first rule that matches gives the only group. multiple: the first gives the primary group, later ones give secondary groups, at most twenty.
   */
  mode?: 'single' | 'multiple'
  /**
   * The handle of the group for people whom no rule matches, or none.
   */
  fallback?: string
  /**
   * The rules in the order in which they are tried, first match first. The order means something: it is never sorted.
   *
   * Items: One rule: people for whom the attribute has one of the values are in the group.
   */
  rules?: {
    /**
     * The name of the attribute, as the identity provider sends it.
     */
    attribute: string
    /**
     * The values that match; one of them is enough.
     *
     * @minItems 1
     *
     * Items: A value of the attribute.
     */
    in: string[]
    /**
     * The handle of the group that the rule gives.
     */
    group: string
  }[]
}
/**
 * A bounded and dated permission for one finding that would otherwise refuse a plan. There is none for a lockout.
 */
export interface WrittenAcceptance {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Acceptance: a bounded and dated permission for one finding.
   */
  kind: 'Acceptance'
  metadata: WrittenDocumentMetadata
  spec: WrittenAcceptanceSpec
}
/**
 * Which finding is accepted, how far, why and until when.
 */
export interface WrittenAcceptanceSpec {
  /**
   * The code of the finding. Only these can be accepted: last-owner and the other findings that guard against a lockout never can.
   */
  finding:
    | 'owners-below-minimum'
    | 'sharp-drop'
    | 'identity-changed'
    | 'removal-limit'
    | 'access-widened'
    | 'guardrail'
  /**
   * The systems this holds for, by the handles of their System documents. At least one.
   *
   * @minItems 1
   *
   * Items: The handle of a System.
   */
  systems: string[]
  /**
   * The people it covers, chosen by their labels as they stand on the protected branch. Use this or names.
   */
  people?: {
    /**
     * Labels that a person must all have to be covered.
     */
    labels: {
      /**
       * The value of the label.
       */
      [k: string]: string
    }
  }
  /**
   * The people it covers, by handle. Use this or people.
   *
   * @minItems 1
   *
   * Items: The handle of a User, also of one who has been taken out.
   */
  names?: string[]
  /**
   * How many are covered at most, over all runs together. People are counted, and what follows from their leaving is covered with them.
   */
  atMost?: number
  /**
   * For guardrail: the handle of the Guardrail, which must say that it is acceptable.
   */
  guardrail?: string
  /**
   * For identity-changed: the native id that was known, and the one that is there now.
   */
  ids?: {
    /**
     * The native id that was known.
     */
    was: string
    /**
     * The native id that is there now.
     */
    now: string
  }
  /**
   * Why this is right, for whoever reviews it and for the log.
   */
  reason: string
  /**
   * The last day of the permission, YYYY-MM-DD in UTC.
   */
  until: string
}
/**
 * A rule of your own that every plan has to keep, written in CEL.
 */
export interface WrittenGuardrail {
  /**
   * The version of the manifest language. It is always rolecall/v1.
   */
  apiVersion: 'rolecall/v1'
  /**
   * Guardrail: a rule of your own that every plan has to keep.
   */
  kind: 'Guardrail'
  metadata: WrittenDocumentMetadata
  spec: WrittenGuardrailSpec
}
/**
 * What the rule looks at, what it demands, and what it says when it is broken.
 */
export interface WrittenGuardrailSpec {
  /**
   * What the rule is asked about: a kind and an action, as account.create, or account.power, any change of what an account can do over others, whatever causes it. The rule must fit each of them.
   *
   * @minItems 1
   *
   * Items: A kind of resource and an action on it, as group.delete, or account.power.
   */
  on: (
    | 'account.power'
    | 'account.create'
    | 'account.update'
    | 'account.rename'
    | 'account.delete'
    | 'group.create'
    | 'group.update'
    | 'group.rename'
    | 'group.delete'
    | 'role.create'
    | 'role.update'
    | 'role.rename'
    | 'role.delete'
    | 'project.create'
    | 'project.update'
    | 'project.rename'
    | 'project.delete'
    | 'scope.create'
    | 'scope.update'
    | 'scope.rename'
    | 'scope.delete'
    | 'policy.create'
    | 'policy.update'
    | 'policy.rename'
    | 'policy.delete'
    | 'grant.create'
    | 'grant.update'
    | 'grant.rename'
    | 'grant.delete'
    | 'mapping.create'
    | 'mapping.update'
    | 'mapping.rename'
    | 'mapping.delete'
  )[]
  /**
   * refuse: a plan that breaks the rule is not applied. warn: it is shown, and the plan goes on.
   */
  severity: 'refuse' | 'warn'
  /**
   * A CEL expression that is true when all is well, over change, before, after, person, system and today; docs/guardrails.md lists their names. Where it cannot be evaluated the plan is refused, whatever the severity.
   */
  rule: string
  /**
   * Whether an Acceptance that names this Guardrail may cover what it refuses; false unless said otherwise. What could not be evaluated is never covered.
   */
  acceptable?: boolean
  /**
   * What a person reads when the rule is broken, in one sentence.
   */
  message: string
}
