/** How the API says no: ErrorResponse with a list of ErrorDetails for each thing that is wrong. */

interface ErrorDetails {
  readonly errorCode: string
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
}

const statusErrors: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  406: 'NOT_ACCEPTABLE',
  409: 'CONFLICT',
  500: 'INTERNAL_SERVER_ERROR',
}

/** Ends a call with an error body. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  readonly details: Readonly<Record<string, readonly ErrorDetails[]>>

  constructor(status: number, message: string, details: Refusal['details'] = {}) {
    super(message)
    this.status = status
    this.details = details
  }

  /** One field is wrong. */
  static of(field: string, errorCode: string, message: string, status = 400): Refusal {
    return new Refusal(status, message, { [field]: [{ errorCode, message, params: {} }] })
  }

  response(): Response {
    const { status, message, details } = this
    return Response.json(
      { errorDetails: details, errorMessage: message, statusError: statusErrors[status] ?? 'ERROR' },
      { status },
    )
  }
}

export function notFound(what: string, id: string): Refusal {
  return new Refusal(404, `${what} ${id} not found`)
}
