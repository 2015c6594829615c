/** The answer of `git cat-file --batch`: many objects from one process. */

export interface BatchObject {
  readonly id: string
  readonly type: string
  readonly bytes: Uint8Array
}

/**
 * Takes the answer apart, in the order of the request: `<id> <type> <size>\n<content>\n` for an object, and
 * `<name> missing\n` (undefined here) for one that is not there. Undefined as a whole when it was cut short.
 */
export function parseBatch(answer: Uint8Array, count: number): (BatchObject | undefined)[] | undefined {
  const newline = 10
  const objects: (BatchObject | undefined)[] = []
  let at = 0
  while (objects.length < count) {
    const end = answer.indexOf(newline, at)
    if (end < 0) return undefined
    const header = Buffer.from(answer.subarray(at, end)).toString('utf8')
    const [, id = '', type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? []
    at = end + 1
    if (type === undefined) {
      objects.push(undefined)
      continue
    }
    const bytes = answer.subarray(at, at + Number(size))
    if (bytes.length < Number(size)) return undefined
    objects.push({ id, type, bytes })
    at += bytes.length + 1
  }
  return objects
}

/** The names in a tree: `<mode> <name>\0<id>` for each, with an id of so many bytes. */
export function namesIn(tree: Uint8Array, idBytes: number): ReadonlySet<string> {
  const names = new Set<string>()
  for (let at = 0; at < tree.length;) {
    const end = tree.indexOf(0, at)
    const entry = Buffer.from(tree.subarray(at, end < 0 ? undefined : end)).toString('utf8')
    names.add(entry.slice(entry.indexOf(' ') + 1))
    at = end < 0 ? tree.length : end + 1 + idBytes
  }
  return names
}
