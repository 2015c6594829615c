/**
 * Handles from native names. Names from elsewhere hold capitals, slashes and whole sentences; a handle is what people
 * type. The same names in the same order always give the same handles.
 */

/** Gives each name a handle of its own; `taken` are handles that stand in the manifests already. */
export function handleMaker(taken: Iterable<string> = []): (name: string) => string {
  const used = new Set(taken)
  return (name) => {
    const handle = free(used, handleOf(name))
    used.add(handle)
    return handle
  }
}

/** Longest handle that the language allows, less what a number at its end needs. */
const longest = 120

/** The name in lower case, with a dash for every run of what a handle cannot hold. */
export function handleOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[-._]+$/g, '')
    .slice(0, longest)
  return plain === '' ? 'unnamed' : plain
}

function free(used: ReadonlySet<string>, handle: string): string {
  if (!used.has(handle)) return handle
  for (let number = 2; ; number += 1) {
    const numbered = `${handle}-${number}`
    if (!used.has(numbered)) return numbered
  }
}
