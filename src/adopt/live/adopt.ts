import type { RawDocument, Source } from '../../manifest/document.ts'
import { fileText } from '../text.ts'
import { newDocuments, type NewDocument } from './documents.ts'
import { editsOf, primariesOfSilent, type Edit } from './edits.ts'
import { adoptPeople } from './people.ts'
import { rewrite } from './rewrite.ts'
import { documentName, look, type AdoptInput, type LeftAlone, type Scene } from './scene.ts'

/**
 * Live state → manifests. What nobody declares gets documents, what is declared otherwise is changed where it is
 * written, and what is as declared is not touched. Pure: files in, files out.
 */
export interface Adopted {
  /** New texts of the files that change, by path relative to the root. */
  readonly files: ReadonlyMap<string, string>
  /** What each new document declares, by `Kind/handle`. */
  readonly created: ReadonlyMap<string, readonly string[]>
  readonly changed: number
  /** Live and in no manifest, because none can say it. */
  readonly left: readonly LeftAlone[]
  /** The handle of a link target of the system, once the files are written. */
  readonly handle: Scene['handle']
}

/** `access` is the folder of the manifests; `sources` are all files as they are. */
export function adopt(input: AdoptInput, sources: readonly Source[], access: string): Adopted {
  const scene = look(input)
  const people = adoptPeople(scene)
  const created = [...people.documents, ...newDocuments(scene)]
  const edits = [...editsOf(scene), ...people.edits, ...primariesOfSilent(scene)]
  const texts = new Map(sources.map(({ file, text: content }) => [file, content]))
  const files = new Map<string, string>()
  const changed = changeDocuments(input.documents, edits, texts, files)
  addDocuments(created, access, texts, files)
  return { files, created: aboutOf(created), changed, left: scene.left, handle: scene.handle }
}

function aboutOf(created: readonly NewDocument[]): ReadonlyMap<string, readonly string[]> {
  return new Map(created.map(({ document, about }) => [documentName(document), about]))
}

function changeDocuments(
  documents: readonly RawDocument[],
  edits: readonly Edit[],
  texts: ReadonlyMap<string, string>,
  files: Map<string, string>,
): number {
  const byDocument = new Map<string, Edit[]>()
  for (const edit of edits) byDocument.set(edit.document, [...(byDocument.get(edit.document) ?? []), edit])
  const byFile = new Map<string, Map<number, readonly Edit[]>>()
  for (const { source, index, value } of documents) {
    const own = byDocument.get(documentName(value))
    if (!own) continue
    const inFile = byFile.get(source.file) ?? new Map<number, readonly Edit[]>()
    byFile.set(source.file, inFile.set(index, own))
  }
  for (const [file, own] of byFile) files.set(file, rewrite(texts.get(file) ?? '', own))
  return [...byFile.values()].reduce((sum, own) => sum + own.size, 0)
}

/** New documents go behind what stands in their file already. */
function addDocuments(
  created: readonly NewDocument[],
  access: string,
  texts: ReadonlyMap<string, string>,
  files: Map<string, string>,
): void {
  const byFile = new Map<string, NewDocument[]>()
  for (const one of created) byFile.set(one.file, [...(byFile.get(one.file) ?? []), one])
  for (const [name, own] of byFile) {
    const file = `${access}/${name}`
    const old = files.get(file) ?? texts.get(file)
    const added = fileText(
      file,
      own.map(({ document }) => document),
    )
    files.set(file, old === undefined ? added : `${old.replace(/\n*$/, '\n')}---\n${added}`)
  }
}
