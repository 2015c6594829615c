/**
 * The objects of the API in its own words, and the border where an answer becomes one of them: an object that lacks
 * what everything hangs on (an id, a name) is no object of ours to guess at.
 */
import { ConnectorFault } from '../../connector/fault.ts'
import type { Json, JsonObject } from '../../model/json.ts'

/** All that one read of an account gives. */
export interface Account {
  readonly users: readonly JsonObject[]
  readonly groups: readonly JsonObject[]
  readonly accessGroups: readonly JsonObject[]
  /** Absent where the account does not have the feature. */
  readonly locationContexts?: readonly JsonObject[]
  readonly devicePostures?: readonly JsonObject[]
  readonly networks: readonly JsonObject[]
  readonly hosts: readonly JsonObject[]
  readonly applications: readonly JsonObject[]
  readonly ipServices: readonly JsonObject[]
  /** Absent where nothing of the kind is set up. */
  readonly saml?: JsonObject
  readonly ldap?: JsonObject
}

export function text(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** What an object cannot be without. */
export function required(object: JsonObject, name: string, what: string): string {
  const value = text(object, name)
  if (value !== undefined && value !== '') return value
  throw unreadable(`The answer holds a ${what} without "${name}".`)
}

export function texts(object: JsonObject, name: string): readonly string[] {
  return list(object[name]).filter((item) => typeof item === 'string')
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return list(value).filter(isObject)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

export function unreadable(message: string): ConnectorFault {
  return new ConnectorFault(
    'unreadable',
    message,
    'Look at it in the portal of the account; a version of the API that rolecall does not know may answer so.',
  )
}
