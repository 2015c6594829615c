/** The body of a request, field by field: each reading checks, and what is wrong is told by name of the field. */
import { Refusal } from './errors.ts'

/** A JSON object from outside. Fields that the API does not know are not looked at. */
export class Form {
  readonly #body: Readonly<Record<string, unknown>>

  private constructor(body: Readonly<Record<string, unknown>>) {
    this.#body = body
  }

  static of(body: unknown, field = 'body'): Form {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw Refusal.of(field, 'INVALID', `${field} must be an object`)
    return new Form(body as Record<string, unknown>)
  }

  static async from(request: { text(): Promise<string> }): Promise<Form> {
    const text = await request.text()
    try {
      return Form.of(JSON.parse(text))
    } catch (error) {
      throw error instanceof SyntaxError ? new Refusal(400, 'The body is not JSON') : error
    }
  }

  has(field: string): boolean {
    return this.#body[field] !== undefined && this.#body[field] !== null
  }

  raw(field: string): unknown {
    return this.#body[field]
  }

  /** Undefined where it is missing or null. */
  text(field: string, [least, most]: readonly [number, number] = [0, Infinity]): string | undefined {
    if (!this.has(field)) return undefined
    const value = this.#body[field]
    if (typeof value !== 'string') throw Refusal.of(field, 'INVALID', `${field} must be a text`)
    if (value.length < least || value.length > most)
      throw Refusal.of(field, 'SIZE', `${field} must have ${least} to ${most} characters`)
    return value
  }

  required(field: string, size: readonly [number, number]): string {
    const value = this.text(field, size)
    if (value === undefined) throw Refusal.of(field, 'REQUIRED', `${field} is required`)
    return value
  }

  choice<T extends string>(field: string, choices: readonly T[]): T | undefined {
    const value = this.text(field)
    if (value === undefined || (choices as readonly string[]).includes(value)) return value as T | undefined
    throw Refusal.of(field, 'INVALID', `${field} must be one of ${choices.join(', ')}`)
  }

  flag(field: string): boolean | undefined {
    if (!this.has(field)) return undefined
    const value = this.#body[field]
    if (typeof value !== 'boolean') throw Refusal.of(field, 'INVALID', `${field} must be true or false`)
    return value
  }

  whole(field: string, least: number): number | undefined {
    if (!this.has(field)) return undefined
    const value = this.#body[field]
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 31)
      return value
    throw Refusal.of(field, 'INVALID', `${field} must be a whole number of at least ${least}`)
  }

  texts(field: string): string[] | undefined {
    const list = this.list(field)
    if (list === undefined || list.every((item): item is string => typeof item === 'string')) return list
    throw Refusal.of(field, 'INVALID', `${field} must be a list of texts`)
  }

  list(field: string): unknown[] | undefined {
    if (!this.has(field)) return undefined
    const value: unknown = this.#body[field]
    if (!Array.isArray(value)) throw Refusal.of(field, 'INVALID', `${field} must be a list`)
    return value as unknown[]
  }
}
