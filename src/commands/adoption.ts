/** What an adoption did and what it left, for people. Pure. */
import type { Adopted } from '../adopt/live/adopt.ts'
import type { Change } from '../model/change.ts'
import { refKey } from '../model/resource.ts'
import { terminal } from '../render/encode.ts'

interface Adoption {
  readonly system: string
  readonly adopted: Adopted
  /** Files that were written. */
  readonly files: readonly string[]
  /** What still differs, compared with what was written. */
  readonly left: readonly Change[]
}

export function adoptionSummary({ system, adopted, files, left }: Adoption): string {
  const missing = left.filter(({ action }) => action === 'create')
  const other = left.filter(({ action }) => action !== 'create' && action !== 'keep')
  const lines = [
    files.length === 0
      ? `${system}: everything live is in the manifests already.`
      : `${system}: ${count(adopted.created.size, 'new document')}, ${count(adopted.changed, 'changed one')}, in ${count(files.length, 'file')}.`,
    ...folded([...files].sort().map((file) => terminal(file))),
    ...section(
      'Live, and in no manifest:',
      adopted.left.map(({ ref, because }) => `${terminal(refKey(ref))} ${terminal(because)}`),
    ),
    ...section(
      'Declared, and not live: the next plan creates it; delete the document to go by what is live.',
      missing.map(({ ref }) => terminal(refKey(ref))),
    ),
    ...section(
      'Still different: manifests have no word for what is live there.',
      other.map(({ action, ref }) => `${action} ${terminal(refKey(ref))}`),
    ),
    '',
    `See what is left to do with rolecall plan --system ${system}.`,
  ]
  return `${lines.join('\n')}\n`
}

/** Files shown one by one. */
const shown = 20

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...folded(lines)]
}

function folded(lines: readonly string[]): readonly string[] {
  const rest = lines.length - shown
  return [...lines.slice(0, shown), ...(rest > 0 ? [`… and ${rest} more`] : [])].map((line) => `  ${line}`)
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`
}
