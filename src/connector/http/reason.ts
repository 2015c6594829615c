/** Why a system says no, in its own words. */
import type { Json, JsonObject } from '../../model/json.ts'

/** The usual places: `error.message` (Keystone), `errorMessage`, `message`, `error_description` (OAuth 2), `error`. */
export function reasonIn(body: Json): string | undefined {
  if (!isObject(body)) return undefined
  const { error, errorMessage, message, error_description: description } = body
  const inner = isObject(error) ? error['message'] : error
  return [inner, errorMessage, message, description].find(
    (one): one is string => typeof one === 'string' && one !== '',
  )
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
