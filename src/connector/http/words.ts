/** What went wrong with a call, as people need it: what was asked, what came back, and the way forward. */
import { ConnectorFault, type ConnectorFaultCode } from '../fault.ts'
import type { NetworkFailure } from './transport.ts'

/** One call, as it is named to people: no query, no body. */
export interface Call {
  readonly system: string
  readonly host: string
  readonly method: string
  /** Encoded, so plain ASCII. */
  readonly path: string
}

/** Why a call did not succeed: a clause that follows the call's name, and what can be done. */
export interface Failure {
  readonly code: ConnectorFaultCode
  /** `"vpn" answered GET /users with 403`: without a full stop. */
  readonly message: string
  readonly fix: string
}

export function faultOf({ code, message, fix }: Failure, status?: number): ConnectorFault {
  return new ConnectorFault(code, `${message}.`, fix, status === undefined ? {} : { status })
}

/** `said`: what the system gave as a reason, already safe to show. */
export function statusFailure(call: Call, status: number, said: string | undefined): Failure {
  const { system, method, path } = call
  const reason = said === undefined || said === '' ? '' : `, ${JSON.stringify(said)}`
  const message = `"${system}" answered ${method} ${path} with ${status}${reason}`
  if (status === 401)
    return {
      code: 'authentication',
      message: `"${system}" does not accept the credentials (401 on ${method} ${path}${reason})`,
      fix: 'Check that they are the right ones for this endpoint, and neither expired nor revoked.',
    }
  if (status === 403)
    return {
      code: 'authentication',
      message: `"${system}" does not allow ${method} ${path} to these credentials (403${reason})`,
      fix: 'Give them the permission for it; what may not be read is never taken to be absent.',
    }
  if (status >= 300 && status < 400)
    return {
      code: 'unreadable',
      message: `"${system}" answered ${method} ${path} with a redirect (${status}), and redirects are not followed`,
      fix: 'If the API has moved, set `spec.endpoint` of the System to its new address.',
    }
  if (status === 404)
    return {
      code: 'unreadable',
      message,
      fix: 'Check `spec.endpoint` of the System, and which version of the API it has.',
    }
  if (status === 429)
    return {
      code: 'unreachable',
      message: `"${system}" still limits the rate of calls (429 on ${method} ${path}${reason})`,
      fix: 'Run again later: what was done is not done twice. Other programs with the same credentials share the limit.',
    }
  if (status >= 500)
    return {
      code: 'unreachable',
      message,
      fix: 'The fault is on its side. Run again later: what was done is not done twice.',
    }
  return {
    code: 'unreadable',
    message,
    fix: `Run \`rolecall doctor --system ${system}\`, and report it if it stays so.`,
  }
}

export function networkWords({ system, host }: Call, { sort, code }: NetworkFailure): Failure {
  switch (sort) {
    case 'blocked':
      return {
        code: 'unreachable',
        message: `The name ${host} of "${system}" leads to a link-local or metadata address, and nothing was sent`,
        fix: 'Check `spec.endpoint` of the System, and what answers for this name.',
      }
    case 'name':
      return {
        code: 'unreachable',
        message: `The name ${host} of "${system}" is not found (${code})`,
        fix: 'Check `spec.endpoint` of the System, and the name service of this machine.',
      }
    case 'connect':
      return {
        code: 'unreachable',
        message: `No connection to ${host} of "${system}" could be made (${code})`,
        fix: 'Check that it runs and that this machine may reach it; HTTPS_PROXY names a proxy where one is needed.',
      }
    case 'tls':
      return {
        code: 'unreachable',
        message: `The certificate of ${host} of "${system}" is not trusted (${code})`,
        fix: 'If an authority of your own signs it, name its file in NODE_EXTRA_CA_CERTS; checking cannot be switched off.',
      }
    case 'proxy':
      return {
        code: 'unreachable',
        message: `The proxy lets no connection through to ${host} of "${system}"`,
        fix: 'Check HTTPS_PROXY and NO_PROXY, and what the proxy allows.',
      }
    case 'lost':
      return {
        code: 'unreachable',
        message: `The connection to ${host} of "${system}" broke before its answer was whole (${code})`,
        fix: 'Run again: what was done is not done twice.',
      }
  }
}

export function timeoutWords({ system, method, path }: Call, milliseconds: number): Failure {
  return {
    code: 'unreachable',
    message: `"${system}" gave no answer to ${method} ${path} within ${milliseconds / 1000} s`,
    fix: 'Run again later: what was done is not done twice.',
  }
}

/** `what`: a clause such as `is not well-formed JSON`. */
export function bodyWords({ system, method, path }: Call, what: string): Failure {
  return {
    code: 'unreadable',
    message: `The answer of "${system}" to ${method} ${path} ${what}`,
    fix: 'Check `spec.endpoint` of the System: a proxy or a sign-in page may answer in its place.',
  }
}

export function tooLongWords({ system, method, path }: Call, status: number): Failure {
  return {
    code: 'unreachable',
    message: `"${system}" asks to wait longer than is waited for before ${method} ${path} is sent again (${status})`,
    fix: 'Run again later: what was done is not done twice.',
  }
}

export function stoppedWords({ system, method, path }: Call, why: 'interrupted' | 'deadline'): Failure {
  const cause = why === 'interrupted' ? 'the run was interrupted' : 'the time of the run is over'
  return {
    code: 'unreachable',
    message: `${method} ${path} of "${system}" was not sent: ${cause}`,
    fix: 'Run again: what was done is not done twice.',
  }
}
