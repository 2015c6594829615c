/**
 * Prints the requirement table with the tests that carry each id. An id is carried by the name of a test or of the
 * group around it: `it('M4: the twenty-first …')`, `it('C4, C8: …')`. Skipped tests do not count.
 * With --strict, an id without a test is a failure; so is a test that carries an id the table does not know.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const rows = [...readFileSync('docs/requirements.md', 'utf8').matchAll(/^\| ([A-Z]\d+) \| (.+?) \|/gm)].map(
  ([, id, fact]) => ({ id, fact }),
)
const known = new Set(rows.map(({ id }) => id))
/** Other letters number other lists (threats, scenarios): only these are requirements. */
const letters = new Set(rows.map(({ id }) => id[0]))
const carried = new Map()
const strangers = []

for (const file of testFiles('test')) {
  const text = readFileSync(file, 'utf8')
  for (const [, ids, sentence] of text.matchAll(
    /\b(?:it|test|describe)(?:\.each\([^)]*\)|\.skipIf\([^)]*\))?\(\s*['"`]((?:[A-Z]\d+)(?:, [A-Z]\d+)*): ([^'"`\n]+)/g,
  )) {
    for (const id of ids.split(', ')) {
      if (letters.has(id[0]) && !known.has(id)) strangers.push(`${file}: ${id}`)
      carried.set(id, [...(carried.get(id) ?? []), `${file}: ${sentence}`])
    }
  }
}

for (const { id, fact } of rows) {
  const tests = carried.get(id)
  console.log(`${id.padEnd(4)} ${tests ? 'tested' : 'open  '}  ${fact}`)
  for (const test of tests ?? []) console.log(`             ${test}`)
}
const open = rows.filter(({ id }) => !carried.has(id))
console.log(
  `\n${rows.length - open.length} of ${rows.length} requirements have a test; ${open.length} are open.`,
)
for (const stranger of strangers) console.error(`no such requirement: ${stranger}`)
if (strangers.length > 0 || (process.argv.includes('--strict') && open.length > 0)) process.exit(1)

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort()
}
