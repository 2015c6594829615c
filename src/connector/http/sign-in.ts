/** The usual ways to sign in. What only one system does is in its connector. */
import * as oauth from 'oauth4webapi'
import type { Secret } from '../contract.ts'
import { ConnectorFault } from '../fault.ts'
import type { Authenticate } from './credential.ts'
import type { Path } from './path.ts'

/** OAuth 2 client credentials. `how`: as a header (Basic) or in the body; some servers get the encoding of Basic wrong. */
export function clientCredentials(client: {
  readonly system: string
  readonly token: Path
  readonly id: Secret
  readonly secret: Secret
  readonly how: 'basic' | 'post'
  readonly scope?: string
}): Authenticate {
  return async ({ fetch, endpoint, learn, now }) => {
    const secret = client.secret.reveal()
    learn(secret)
    const server = {
      issuer: endpoint.origin,
      token_endpoint: `${endpoint.origin}${endpoint.base}${client.token}`,
    }
    const me = { client_id: client.id.reveal() }
    const way = client.how === 'basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
    const scope = client.scope === undefined ? {} : { scope: client.scope }
    const response = await oauth.clientCredentialsGrantRequest(server, me, way, scope, {
      [oauth.customFetch]: (url, init) => fetch(url, init),
      // Plain http has been let through for this machine's own addresses only, by the endpoint.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the mark is a warning to those who do not check
      [oauth.allowInsecureRequests]: true,
    })
    const answer = await oauth
      .processClientCredentialsResponse(server, me, response)
      .catch((error: unknown) => {
        throw refused(client.system, error)
      })
    learn(answer.access_token)
    const lasts = answer.expires_in
    return {
      headers: { authorization: `Bearer ${answer.access_token}` },
      ...(lasts === undefined ? {} : { expiresAt: new Date(now().getTime() + lasts * 1000) }),
    }
  }
}

/** Name and password with every call. */
export function basic(name: Secret, password: Secret): Authenticate {
  return ({ learn }) => {
    learn(password.reveal())
    const pair = Buffer.from(`${name.reveal()}:${password.reveal()}`, 'utf8').toString('base64')
    return Promise.resolve({ headers: { authorization: `Basic ${pair}` } })
  }
}

function refused(system: string, error: unknown): unknown {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError)
    return new ConnectorFault(
      'authentication',
      `"${system}" gives no token for these credentials (${error.status}).`,
      'Check that they are the right ones for this endpoint, and neither expired nor revoked.',
    )
  if (error instanceof oauth.OperationProcessingError)
    return new ConnectorFault(
      'unreadable',
      `The answer of "${system}" to the request for a token is not one of OAuth 2.`,
      'Check `spec.endpoint` of the System: a proxy or a sign-in page may answer in its place.',
    )
  return error
}
