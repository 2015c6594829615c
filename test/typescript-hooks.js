/**
 * What Node 20 asks when it loads a module: of ours, the types are blanked out, and everything stays in its place. That
 * is kept from run to run, by the digest of the text, for each process of the tests asks for the same hundreds of files.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import process from 'node:process'

const kept = new URL('../node_modules/.cache/rolecall-types/', import.meta.url)

/** The hook of `node:module`: address, context and the next hook in, the source out. */
export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url)
  if (protocol !== 'file:' || !pathname.endsWith('.ts') || pathname.includes('/node_modules/'))
    return next(url, context)
  const text = await readFile(new URL(pathname, 'file://'), 'utf8')
  return { format: 'module', shortCircuit: true, source: importingOnce(await withoutTypes(text)) }
}

/**
 * The text with each `import('./…')` remembered. Where there are hooks, every one of them asks their thread, also for what was
 * loaded long ago: half a millisecond, and a command has two dozen. What is imported is the same.
 */
function importingOnce(text) {
  const once = text.replace(/\bimport\(('\.[^']+')\)/g, '((importedOnce ??= {})[$1] ??= import($1))')
  return once === text ? text : `${once}\nvar importedOnce\n`
}

/** The text with its types blanked out. */
export async function withoutTypes(text) {
  const file = new URL(`${createHash('sha256').update(text).digest('hex')}.js`, kept)
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return known
  const { default: blankSpace } = await import('ts-blank-space')
  const plain = blankSpace(text)
  await mkdir(kept, { recursive: true })
  // several processes may make the same: none of them reads what another has written by half
  const beside = new URL(`${file.href}.${process.pid}`)
  await writeFile(beside, plain)
  await rename(beside, file)
  return plain
}
