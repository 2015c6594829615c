/**
 * What a line of a ledger must look like before it is believed: whoever can write where it is kept can write anything
 * there. Each part says of a value whether it has the shape.
 */
export type Shape = (value: unknown) => boolean

export const text: Shape = (value) => typeof value === 'string'
export const flag: Shape = (value) => typeof value === 'boolean'
export const count: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0
/** RFC 3339; what cannot be compared must not be taken for old. */
export const time: Shape = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
export const anything: Shape = () => true
export const object: Shape = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

export function oneOf(words: readonly string[]): Shape {
  return (value) => words.includes(value as string)
}

/** An object with these keys and no other; the ones that `may` names can be missing. */
export function exactly(
  must: Readonly<Record<string, Shape>>,
  may: Readonly<Record<string, Shape>> = {},
): Shape {
  const all = new Map([...Object.entries(must), ...Object.entries(may)])
  const needed = Object.keys(must)
  return (value) =>
    object(value) &&
    needed.every((key) => Object.hasOwn(value as object, key)) &&
    Object.entries(value as object).every(([key, part]) => all.get(key)?.(part) === true)
}

/** An object that has any of the keys, each with the same shape. */
export function each(key: Shape, part: Shape): Shape {
  return (value) =>
    object(value) && Object.entries(value as object).every(([name, one]) => key(name) && part(one))
}
