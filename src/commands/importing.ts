/** `rolecall adopt --from peribolos`: another tool's configuration as a new repository. Writes new files only. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { importManifests, type Imported } from '../adopt/peribolos/manifests.ts'
import { SourceFault, type Organisation } from '../adopt/peribolos/organisation.ts'
import { readPeribolos } from '../adopt/peribolos/source.ts'
import { importSummary } from '../adopt/peribolos/summary.ts'
import { suggest } from '../manifest/nearest.ts'
import { terminal } from '../render/encode.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import { schema } from './schema.ts'
import { repository } from './template.ts'

interface ImportOptions {
  /** The folder or file of the configuration. */
  readonly from: string
  /** The folder of the new repository. */
  readonly out: string
  /** Only this organisation; with one alone, the name of its system. */
  readonly system?: string
}

/** Reads the configuration, writes the repository, and says what was counted and what is not carried. */
export async function importPeribolos(options: ImportOptions, cwd: string, border: Border): Promise<void> {
  const root = resolve(cwd, options.out)
  isNew(root)
  const organisations = chosen(read(resolve(cwd, options.from)), options.system)
  const imported = importManifests(organisations, basename(root))
  const files = new Map([...surroundings(basename(root)), ...imported.files])
  for (const [file, text] of files) await write(join(root, file), text)
  await schema({ workspace: true }, root, { ...border, err: () => undefined })
  border.out(`${importSummary(organisations, imported, terminal).join('\n')}\n`)
  border.out(closing(relative(cwd, root), files.size, imported))
}

function read(path: string): readonly Organisation[] {
  try {
    return readPeribolos(path)
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error
    throw new Fault(exit.fault, terminal(error.message), 'Nothing was written.')
  }
}

function chosen(organisations: readonly Organisation[], name: string | undefined): readonly Organisation[] {
  if (name === undefined) return organisations
  const [first, ...others] = organisations
  if (first !== undefined && others.length === 0) return [{ ...first, name }]
  const found = organisations.filter((organisation) => organisation.name === name)
  if (found.length > 0) return found
  const names = organisations.map((organisation) => organisation.name)
  throw new Fault(exit.fault, `There is no organisation "${name}".`, suggest(name, names, 'organisations'))
}

function isNew(root: string): void {
  const found = ['rolecall.yaml', 'access'].find((name) => existsSync(join(root, name)))
  if (found === undefined) return
  throw new Fault(
    exit.fault,
    `There already is "${found}" in ${root}, and an import only writes a new repository.`,
    'Nothing was written. Name another folder with --out, and take over what you want from there.',
  )
}

/** What a new repository has beside its manifests, as `rolecall init` writes it. */
function surroundings(name: string): [string, string][] {
  const kept = ['.gitignore', '.vscode/settings.json', '.vscode/extensions.json']
  return Object.entries(repository(name, 'file')).filter(([file]) => kept.includes(file))
}

/** A file that is there already, such as a .gitignore, is left as it is. */
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
}

function closing(folder: string, files: number, { systems }: Imported): string {
  const where = folder === '' ? '' : `-C ${folder} `
  const targets = systems.length === 1 ? 'The directory is' : 'The directories are'
  return `
Wrote ${files} files${folder === '' ? '' : ` below ${folder}`}. ${targets} empty, so the first plan creates everything:

  rolecall ${where}validate
  rolecall ${where}plan
  rolecall ${where}apply
`
}
