/**
 * The tables of a directory. Things refer to each other by name, so that a person with the sqlite3 program can
 * read and mend them, and a rename cascades; `id` is what a thing stays when it is renamed, and is never reused.
 *
 * A check is named by the sentence that a person reads when it fails. The file keeps what an organisation may not
 * lose by a slip: memberships go along with an account or a group, everything else that is referred to stays.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE roles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A role has a name" CHECK (name <> ''),
  description TEXT,
  privileges TEXT NOT NULL DEFAULT '[]' CONSTRAINT "Privileges are a list" CHECK (json_type(privileges) = 'array'),
  directory_groups TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "Directory groups are a list" CHECK (json_type(directory_groups) = 'array'),
  sealed INTEGER NOT NULL DEFAULT 0 CONSTRAINT "Sealed is 0 or 1" CHECK (sealed IN (0, 1))
) STRICT;
INSERT INTO roles (name) VALUES ('Owner'), ('Administrator'), ('Member');

CREATE TABLE role_implies (
  role TEXT NOT NULL REFERENCES roles (name) ON UPDATE CASCADE ON DELETE CASCADE
    CONSTRAINT "A built-in role implies nothing" CHECK (role NOT IN ('Owner', 'Administrator', 'Member')),
  implies TEXT NOT NULL REFERENCES roles (name) ON UPDATE CASCADE ON DELETE RESTRICT
    CONSTRAINT "No role implies Owner" CHECK (implies <> 'Owner'),
  PRIMARY KEY (role, implies),
  CONSTRAINT "A role does not imply itself" CHECK (role <> implies)
) STRICT, WITHOUT ROWID;
CREATE INDEX role_implied ON role_implies (implies);

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A project has a name" CHECK (name <> ''),
  description TEXT,
  type TEXT
) STRICT;

CREATE TABLE scopes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A scope has a name" CHECK (name <> ''),
  datacenters TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "Data centres are a list" CHECK (json_type(datacenters) = 'array')
) STRICT;

CREATE TABLE scope_enterprises (
  scope TEXT NOT NULL REFERENCES scopes (name) ON UPDATE CASCADE ON DELETE CASCADE,
  project TEXT REFERENCES projects (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  native TEXT,
  UNIQUE (scope, project),
  UNIQUE (scope, native),
  CONSTRAINT "An enterprise is a project or a native name" CHECK ((project IS NULL) <> (native IS NULL))
) STRICT;
CREATE INDEX scope_enterprises_project ON scope_enterprises (project);

CREATE TABLE groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A group has a name" CHECK (name <> ''),
  description TEXT,
  parent TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  subnets TEXT NOT NULL DEFAULT '[]' CONSTRAINT "Subnets are a list" CHECK (json_type(subnets) = 'array'),
  regions TEXT NOT NULL DEFAULT '[]' CONSTRAINT "Regions are a list" CHECK (json_type(regions) = 'array'),
  internet_access TEXT,
  connect_auth TEXT,
  max_devices INTEGER CONSTRAINT "A group allows at least one device" CHECK (max_devices > 0),
  location_context TEXT,
  device_posture TEXT,
  CONSTRAINT "A group is not its own parent" CHECK (parent <> name)
) STRICT;
CREATE INDEX groups_parent ON groups (parent);

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_name TEXT NOT NULL UNIQUE COLLATE NOCASE CONSTRAINT "An account has a user name" CHECK (user_name <> ''),
  email TEXT COLLATE NOCASE,
  given_name TEXT,
  family_name TEXT,
  employment TEXT,
  type TEXT NOT NULL DEFAULT 'person'
    CONSTRAINT "An account is a person, a service or break-glass" CHECK (type IN ('person', 'service', 'break-glass')),
  status TEXT NOT NULL DEFAULT 'active'
    CONSTRAINT "An account is active or suspended" CHECK (status IN ('active', 'suspended')),
  labels TEXT CONSTRAINT "Labels are a map" CHECK (json_type(labels) = 'object'),
  sealed INTEGER NOT NULL DEFAULT 0 CONSTRAINT "Sealed is 0 or 1" CHECK (sealed IN (0, 1)),
  role TEXT REFERENCES roles (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  scope TEXT REFERENCES scopes (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  primary_group TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE SET NULL
) STRICT;
CREATE INDEX accounts_role ON accounts (role);
CREATE INDEX accounts_scope ON accounts (scope);
CREATE INDEX accounts_primary_group ON accounts (primary_group);

CREATE TABLE memberships (
  account TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (user_name) ON UPDATE CASCADE ON DELETE CASCADE,
  in_group TEXT NOT NULL REFERENCES groups (name) ON UPDATE CASCADE ON DELETE CASCADE,
  PRIMARY KEY (account, in_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_in_group ON memberships (in_group);

CREATE TABLE managers (
  account TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (user_name) ON UPDATE CASCADE ON DELETE CASCADE,
  of_group TEXT NOT NULL REFERENCES groups (name) ON UPDATE CASCADE ON DELETE CASCADE,
  PRIMARY KEY (account, of_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX managers_of_group ON managers (of_group);

CREATE TABLE policies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A policy has a name" CHECK (name <> ''),
  description TEXT
) STRICT;

CREATE TABLE policy_subjects (
  policy TEXT NOT NULL REFERENCES policies (name) ON UPDATE CASCADE ON DELETE CASCADE,
  "group" TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  account TEXT COLLATE NOCASE REFERENCES accounts (user_name) ON UPDATE CASCADE ON DELETE RESTRICT,
  native TEXT,
  UNIQUE (policy, "group"),
  UNIQUE (policy, account),
  UNIQUE (policy, native),
  CONSTRAINT "A subject is a group, an account or a native name"
    CHECK (("group" IS NOT NULL) + (account IS NOT NULL) + (native IS NOT NULL) = 1)
) STRICT;
CREATE INDEX policy_subjects_group ON policy_subjects ("group");
CREATE INDEX policy_subjects_account ON policy_subjects (account);

CREATE TABLE policy_resources (
  policy TEXT NOT NULL REFERENCES policies (name) ON UPDATE CASCADE ON DELETE CASCADE,
  "group" TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  project TEXT REFERENCES projects (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  native TEXT,
  UNIQUE (policy, "group"),
  UNIQUE (policy, project),
  UNIQUE (policy, native),
  CONSTRAINT "A resource is a group, a project or a native name"
    CHECK (("group" IS NOT NULL) + (project IS NOT NULL) + (native IS NOT NULL) = 1)
) STRICT;
CREATE INDEX policy_resources_group ON policy_resources ("group");
CREATE INDEX policy_resources_project ON policy_resources (project);

CREATE TABLE grants (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_group TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  subject_account TEXT COLLATE NOCASE REFERENCES accounts (user_name) ON UPDATE CASCADE ON DELETE RESTRICT,
  subject_native TEXT,
  role TEXT NOT NULL REFERENCES roles (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  resource_group TEXT REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  resource_project TEXT REFERENCES projects (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  resource_native TEXT,
  name TEXT UNIQUE GENERATED ALWAYS AS (
    coalesce('group:' || subject_group, 'account:' || lower(subject_account), subject_native)
    || ' ' || role || ' '
    || coalesce('group:' || resource_group, 'project:' || resource_project, resource_native)
  ) STORED,
  CONSTRAINT "A subject is a group, an account or a native name"
    CHECK ((subject_group IS NOT NULL) + (subject_account IS NOT NULL) + (subject_native IS NOT NULL) = 1),
  CONSTRAINT "A resource is a group, a project or a native name"
    CHECK ((resource_group IS NOT NULL) + (resource_project IS NOT NULL) + (resource_native IS NOT NULL) = 1)
) STRICT;
CREATE INDEX grants_subject_group ON grants (subject_group);
CREATE INDEX grants_subject_account ON grants (subject_account);
CREATE INDEX grants_role ON grants (role);
CREATE INDEX grants_resource_group ON grants (resource_group);
CREATE INDEX grants_resource_project ON grants (resource_project);

CREATE TABLE mappings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CONSTRAINT "A mapping has a name" CHECK (name <> ''),
  mode TEXT,
  fallback TEXT,
  rules TEXT NOT NULL DEFAULT '[]' CONSTRAINT "Rules are a list" CHECK (json_type(rules) = 'array')
) STRICT;

CREATE TABLE mapping_groups (
  mapping TEXT NOT NULL REFERENCES mappings (name) ON UPDATE CASCADE ON DELETE CASCADE,
  in_group TEXT NOT NULL REFERENCES groups (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  PRIMARY KEY (mapping, in_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX mapping_groups_in_group ON mapping_groups (in_group);
`,
  // Of what is in a file already nobody knows when it was made, and no sign-in was recorded: all of that stays empty.
  `
ALTER TABLE accounts ADD COLUMN created_at TEXT ${moment('created_at', 'An account was made at a moment')};
ALTER TABLE accounts ADD COLUMN last_sign_in TEXT ${moment('last_sign_in', 'A sign-in is a moment')};

CREATE TABLE sign_in_record (
  id INTEGER PRIMARY KEY CONSTRAINT "Sign-ins are recorded from one moment on" CHECK (id = 1),
  since TEXT NOT NULL ${moment('since', 'Sign-ins are recorded from a moment on')}
) STRICT;
`,
]

/** Moments compare as texts, so there is one way to write them. */
function moment(column: string, says: string): string {
  const form = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*Z'
  const isMoment = `${column} IS NULL OR (${column} GLOB '${form}' AND unixepoch(${column}) IS NOT NULL)`
  return `CONSTRAINT "${says} in UTC, as 2026-11-22T08:30:00Z" CHECK (${isMoment})`
}

/** The version of the schema that this program writes, kept in `PRAGMA user_version`. */
export const schemaVersion = migrations.length

/** "role" in ASCII, kept in `PRAGMA application_id`: tells a directory from any other SQLite file. */
export const applicationId = 0x726f6c65
