/**
 * Where a system is. Credentials belong to this one origin: what would send them elsewhere, a redirect, a link to the
 * next page, an endpoint that is not what it looks like, is refused here.
 */
import { ConnectorFault } from '../fault.ts'
import { isBlocked, isLoopback } from './address.ts'

/** An origin and the path below which the API lives, without a slash at its end. */
export interface Endpoint {
  readonly system: string
  readonly origin: string
  readonly base: string
  readonly host: string
  /** Plain http, to this machine only. */
  readonly plain: boolean
}

/** `base`: what the API puts between the endpoint and its paths, such as `/api/v1`. */
export function endpointOf(system: string, written: string | undefined, base = ''): Endpoint {
  const fault = (what: string, fix: string): ConnectorFault =>
    new ConnectorFault('unreachable', `The endpoint of "${system}" ${what}.`, fix)
  if (written === undefined)
    throw fault('is not set', 'Set `spec.endpoint` of the System to the https address of its API.')
  const url = parse(written)
  if (url === undefined)
    throw fault('is not an address', 'Write it as https://host or https://host:port/path.')
  if (url.username !== '' || url.password !== '')
    throw fault('holds a user name or a password', 'Name credentials under `spec.credentials`.')
  if (url.search !== '' || url.hash !== '')
    throw fault('has a query or a fragment', 'Write the address without it.')
  const loopback = isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw fault(
      'is not https',
      'Write https://…; plain http goes to an address of this machine only, such as http://127.0.0.1:8080.',
    )
  if (isBlocked(url.hostname))
    throw fault(
      `leads to ${url.hostname}, a link-local or metadata address`,
      'Name the host of the API; nothing is ever sent to such an address.',
    )
  return {
    system,
    origin: url.origin,
    base: `${url.pathname.replace(/\/+$/, '')}${base}`,
    host: url.host,
    plain: url.protocol === 'http:',
  }
}

/** The address of a link that an answer gives, if it leads to the same origin and stays below the same path. */
export function followed({ system, origin, base }: Endpoint, link: string, from: URL): URL {
  const url = parse(link, from)
  if (
    url?.origin !== origin ||
    !url.pathname.startsWith(`${base}/`) ||
    url.username !== '' ||
    url.password !== ''
  )
    throw new ConnectorFault(
      'unreadable',
      `"${system}" names a next page that is not below ${origin}${base}.`,
      'Nothing was sent there. If the API has moved, set `spec.endpoint` of the System to its new address.',
    )
  return url
}

function parse(text: string, base?: URL): URL | undefined {
  // A control character or a backslash is dropped or turned by the parser: what is checked should be what is written.
  if (/[\u0000-\u0020\\\u007f]/.test(text)) return undefined
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined
}
