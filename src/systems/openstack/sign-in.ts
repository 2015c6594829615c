/**
 * Who rolecall is to a Keystone: by the variables that OpenStack's own tools take (`OS_*`), by an entry of a
 * `clouds.yaml`, or by credentials that the System names one by one. A password or an application credential.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { Target } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import type { Json, JsonObject } from '../../model/json.ts'

/** Where the cloud is, and what is sent to get a token. */
interface SignIn {
  readonly endpoint: string
  readonly request: JsonObject
  /** What no message may show. */
  readonly secrets: readonly string[]
}

export function signInOf(target: Target): SignIn {
  const given = optionsOf(target)
  const endpoint = endpointOf(target, given['auth_url'])
  const { request, secret } = requestOf(target.system, given)
  return { endpoint, request, secrets: [secret] }
}

/** As `clouds.yaml` spells them: `auth_url`, `username`, `project_domain_name`, … */
type Options = Readonly<Record<string, string | undefined>>

function optionsOf(target: Target): Options {
  const written = Object.fromEntries(
    Object.entries(target.credentials).map(([name, value]) => [snake(name), value.reveal()]),
  )
  const { clouds, clouds_file: file, secure, cloud, ...own } = written
  const { settings, system, root } = target
  const entry = typeof settings['cloud'] === 'string' ? settings['cloud'] : cloud
  if (entry === undefined && clouds === undefined) return own
  const text = clouds ?? cloudsText(system, root, file)
  const found = cloudOf(system, text, entry)
  return { ...found, ...(secure === undefined ? {} : cloudOf(system, secure, entry, found)), ...own }
}

/** `userDomainName` → `user_domain_name`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Where OpenStack's tools look, but for the working directory: a pull request can write there. */
function cloudsText(system: string, root: string, file: string | undefined): string {
  const places =
    file === undefined
      ? [join(homedir(), '.config/openstack/clouds.yaml'), '/etc/openstack/clouds.yaml']
      : [resolve(root, file)]
  const found = places.find((place) => existsSync(place))
  if (found !== undefined) return readFileSync(found, 'utf8')
  throw new ConnectorFault(
    'authentication',
    `"${system}" signs in by an entry of clouds.yaml, and there is none at ${places.join(' or ')}.`,
    'Name the file: `credentials: {clouds: {file: PATH}}`.',
  )
}

function cloudOf(system: string, text: string, entry: string | undefined, known?: Options): Options {
  const clouds = objectOf(objectOf(parsed(system, text))['clouds'])
  const names = Object.keys(clouds)
  const name = entry ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined || clouds[name] === undefined) {
    if (known !== undefined) return known
    throw new ConnectorFault(
      'authentication',
      name === undefined
        ? `clouds.yaml has ${names.length} entries, and "${system}" does not say which.`
        : `clouds.yaml has no entry "${name}", which "${system}" signs in with.`,
      'Write `settings: {cloud: NAME}`, one of its entries.',
    )
  }
  const cloud = objectOf(clouds[name])
  if (cloud['verify'] === false || cloud['insecure'] === true)
    throw new ConnectorFault(
      'authentication',
      `The entry "${name}" of clouds.yaml switches the check of certificates off, and rolecall never does without it.`,
      'Take that line out; name a certificate of your own in NODE_EXTRA_CA_CERTS.',
    )
  const type = typeof cloud['auth_type'] === 'string' ? cloud['auth_type'] : undefined
  if (type !== undefined && !knownTypes.includes(type))
    throw new ConnectorFault(
      'authentication',
      `The entry "${name}" of clouds.yaml signs in by "${type}", which rolecall cannot.`,
      'Use a password or an application credential.',
    )
  const options = {
    ...objectOf(cloud['auth']),
    system_scope: cloud['system_scope'] ?? objectOf(cloud['auth'])['system_scope'],
  }
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}

const knownTypes: readonly string[] = ['password', 'v3password', 'v3applicationcredential']

function parsed(system: string, text: string): unknown {
  try {
    return parse(text)
  } catch {
    // The parser's message quotes the file, which holds a password.
    throw new ConnectorFault(
      'authentication',
      `The clouds.yaml of "${system}" is not YAML.`,
      'Correct the file; `openstack --os-cloud NAME token issue` shows where.',
    )
  }
}

function endpointOf({ endpoint, system }: Target, authUrl: string | undefined): string {
  if (endpoint !== undefined && authUrl !== undefined && originOf(endpoint) !== originOf(authUrl))
    throw new ConnectorFault(
      'authentication',
      `The endpoint of "${system}" is not where its credentials are for (${originOf(authUrl) ?? 'no address'}).`,
      'Nothing was sent. Make `spec.endpoint` and the address of the credentials the same.',
    )
  const written = endpoint ?? authUrl
  if (written !== undefined) return written.replace(/\/+$/, '').replace(/\/v3$/, '')
  throw new ConnectorFault(
    'authentication',
    `Nothing says where "${system}" is.`,
    'Set OS_AUTH_URL, or write `spec.endpoint` on the System.',
  )
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined
}

function requestOf(
  system: string,
  given: Options,
): { readonly request: JsonObject; readonly secret: string } {
  const secret = given['application_credential_secret']
  if (secret !== undefined) return { request: byApplicationCredential(given, secret), secret }
  const password = given['password']
  const user = userOf(given)
  if (password === undefined || user === undefined)
    throw new ConnectorFault(
      'authentication',
      `"${system}" has no ${password === undefined ? 'password' : 'user name'} to sign in with.`,
      'Set OS_USERNAME and OS_PASSWORD, or name an application credential or a clouds.yaml under `credentials`.',
    )
  const scope = scopeOf(given)
  const identity = { methods: ['password'], password: { user: { ...user, password } } }
  return { request: { auth: { identity, ...(scope === undefined ? {} : { scope }) } }, secret: password }
}

/** It belongs to a project of its own, and takes no scope. */
function byApplicationCredential(given: Options, secret: string): JsonObject {
  const id = given['application_credential_id']
  const which =
    id === undefined
      ? { name: given['application_credential_name'] ?? '', user: userOf(given) ?? {} }
      : { id }
  return {
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { ...which, secret },
      },
    },
  }
}

function userOf(given: Options): JsonObject | undefined {
  const { user_id: id, username: name } = given
  if (id !== undefined) return { id }
  return name === undefined ? undefined : { name, domain: domainOf(given, 'user') }
}

function scopeOf(given: Options): Json | undefined {
  if (given['system_scope'] === 'all') return { system: { all: true } }
  const { project_id: id, project_name: name, domain_id: domainId, domain_name: domainName } = given
  if (id !== undefined) return { project: { id } }
  if (name !== undefined) return { project: { name, domain: domainOf(given, 'project') } }
  if (domainId !== undefined) return { domain: { id: domainId } }
  return domainName === undefined ? undefined : { domain: { name: domainName } }
}

function domainOf(given: Options, of: 'user' | 'project'): JsonObject {
  const id = given[`${of}_domain_id`]
  const name = given[`${of}_domain_name`]
  if (id !== undefined) return { id }
  return name === undefined ? { id: given['default_domain'] ?? 'default' } : { name }
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
