/**
 * Why a system could not be read or written, where a person can do something about it. Commands show it as one
 * sentence and one way forward, without a stack, and end with exit code 4: what must be known could not be.
 */
export class ConnectorFault extends Error {
  override name = 'ConnectorFault'
  readonly code: ConnectorFaultCode
  /** What to do about it, one sentence. */
  readonly fix: string
  /** What it answered, where it was an answer of HTTP. */
  readonly status?: number

  /** `message`: one sentence that names the system and ends in a full stop. */
  constructor(code: ConnectorFaultCode, message: string, fix: string, options: FaultOptions = {}) {
    super(message, options)
    if (options.status !== undefined) this.status = options.status
    this.code = code
    this.fix = fix
  }
}

interface FaultOptions extends ErrorOptions {
  readonly status?: number
}

/**
 * `authentication` the system does not accept who we are; `unreachable` it gave no answer, or not in time;
 * `unreadable` it answered, and the answer cannot be trusted or understood.
 */
export type ConnectorFaultCode = 'authentication' | 'unreachable' | 'unreadable'
