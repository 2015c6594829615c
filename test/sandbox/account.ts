/** A sandbox and a caller of its API that knows nothing but HTTP: no code of the connector. */
import { afterEach } from 'vitest'
import {
  startCloudConnexa,
  type CloudConnexaSandbox,
  type SandboxOptions,
} from '../../src/sandbox/cloudconnexa/index.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body as JSON, or as the text it is. */
  readonly body: unknown
}

export interface Caller {
  readonly sandbox: CloudConnexaSandbox
  /** One call with a token; a body that is a text is sent as text/plain. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>
}

const open: CloudConnexaSandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

/** With limits off and a fresh token, unless the options say otherwise. */
export async function caller(options: SandboxOptions = {}): Promise<Caller> {
  const sandbox = await startCloudConnexa({ limits: 'off', ...options })
  open.push(sandbox)
  const token = await tokenOf(sandbox)
  return { sandbox, call: (method, path, body) => call(sandbox, token, method, path, body) }
}

/** The way of the vendor's own client: Basic, and a JSON body. */
export async function tokenOf({
  address,
  credentials,
}: Pick<CloudConnexaSandbox, 'address' | 'credentials'>): Promise<string> {
  const pair = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')
  const answer = await fetch(`${address}/api/v1/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${pair}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', scope: 'default' }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return token
}

async function call(
  { address }: CloudConnexaSandbox,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const text = typeof body === 'string'
  const answer = await fetch(`${address}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': text ? 'text/plain' : 'application/json',
    },
    ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
  })
  const content = await answer.text()
  const json = answer.headers.get('content-type')?.includes('json') === true
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(content) : content }
}
