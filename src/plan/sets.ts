import { asciiLower, type FieldDescription } from '../connector/describe.ts'
import type { Json } from '../model/json.ts'
import { canonical } from './digest.ts'

/** Orders texts by code unit: the same on every machine, whatever its language. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The name of a member of a set: a text is its own, anything else is known by its canonical form. */
export function memberName(member: Json): string {
  return typeof member === 'string' ? member : canonical(member)
}

/**
 * What leaves and what joins a set, each sorted. `same` gives the form in which two spellings are one member;
 * the spelling that is kept is the one of the side it comes from.
 */
export function setDifference<Member extends Json>(
  before: readonly Member[],
  after: readonly Member[],
  same: (member: Member) => string = memberName,
): { readonly goes: readonly Member[]; readonly comes: readonly Member[] } {
  if (before.length === after.length && before.every((member, index) => member === after[index]))
    return nothing
  const was = new Map(before.map((member) => [same(member), member]))
  const willBe = new Map(after.map((member) => [same(member), member]))
  return {
    goes: sorted([...was].filter(([key]) => !willBe.has(key)).map(([, member]) => member)),
    comes: sorted([...willBe].filter(([key]) => !was.has(key)).map(([, member]) => member)),
  }
}

/** The set without `goes` and with `comes`, sorted. */
export function setApply<Member extends Json>(
  set: readonly Member[],
  goes: readonly Member[],
  comes: readonly Member[],
  same: (member: Member) => string = memberName,
): readonly Member[] {
  const members = new Map(set.map((member) => [same(member), member]))
  for (const member of goes) members.delete(same(member))
  for (const member of comes) members.set(same(member), member)
  return sorted([...members.values()])
}

/** The form in which two spellings of a member of this field are the same one. */
export function spelling(field: FieldDescription | undefined): (member: Json) => string {
  return field?.caseInsensitive === true ? (member) => asciiLower(memberName(member)) : memberName
}

/** A value as a list; no value is an empty one. */
export function list(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

const nothing = { goes: [], comes: [] }

function sorted<Member extends Json>(members: Member[]): readonly Member[] {
  return members.length < 2 ? members : members.sort((a, b) => byText(memberName(a), memberName(b)))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
