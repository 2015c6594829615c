/** How CloudConnexa is signed in to and how fast it may be called; the credentials are the two halves of an API key. */
import type { Secret, Target } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import type { Dialect } from '../../connector/http/dialect.ts'
import { path } from '../../connector/http/path.ts'
import type { Json } from '../../model/json.ts'
import { isObject, text, unreadable } from './native.ts'

export function dialectOf(target: Target): Dialect {
  const id = credential(target, 'clientId')
  const secret = credential(target, 'clientSecret')
  return {
    base: '/api/v1',
    // What is known of the limits before the first answer tells them.
    pace: { reads: 1, writes: 0.25 },
    authenticate: async ({ ask, learn, now }) => {
      learn(secret.reveal())
      // As a header: in the query, as the documents also have it, it would stand in the logs of proxies.
      const pair = Buffer.from(`${id.reveal()}:${secret.reveal()}`, 'utf8').toString('base64')
      learn(pair)
      const answer = await ask('POST', path`/oauth/token`, {
        headers: { authorization: `Basic ${pair}` },
        json: { grant_type: 'client_credentials', scope: 'default' },
      })
      const { token, seconds } = tokenIn(answer.body)
      learn(token)
      return {
        headers: { authorization: `Bearer ${token}` },
        ...(seconds === undefined ? {} : { expiresAt: new Date(now().getTime() + seconds * 1000) }),
      }
    },
    reason: (body) => (isObject(body) ? text(body, 'errorMessage') : undefined),
  }
}

function tokenIn(body: Json | undefined): { readonly token: string; readonly seconds: number | undefined } {
  const token = isObject(body) ? text(body, 'access_token') : undefined
  if (!isObject(body) || token === undefined || token === '')
    throw unreadable('The answer to the request for a token holds none.')
  const seconds = body['expires_in']
  return { token, seconds: typeof seconds === 'number' ? seconds : undefined }
}

function credential({ system, credentials }: Target, name: 'clientId' | 'clientSecret'): Secret {
  const found = credentials[name]
  if (found !== undefined) return found
  throw new ConnectorFault(
    'authentication',
    `The system "${system}" has no credential ${name}.`,
    `Write \`credentials: {clientId: {env: NAME}, clientSecret: {env: NAME}}\` on the System: both come with an API key of the portal.`,
  )
}
