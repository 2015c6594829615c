/** The schemas of the manifests for editors: as published, one file for a pipe, or closed around this repository. */
import type { Command } from 'commander'
import { mkdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { bundle } from '../manifest/bundle.ts'
import { loadSources } from '../manifest/load.ts'
import { suggest } from '../manifest/nearest.ts'
import { parseSources } from '../manifest/parse.ts'
import { manifestFile, manifestKinds, schemaFile, schemaFiles } from '../manifest/schemas.ts'
import { namesOf } from '../manifest/workspace-names.ts'
import { workspaceSchema } from '../manifest/workspace-schema.ts'
import type { JsonObject } from '../model/json.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import { rootOf } from './workspace.ts'

interface SchemaOptions {
  /** One kind of manifest, as people write it: `User`. Absent: all of them. */
  readonly kind?: string
  /** The schema of the repository that `cwd` is in. */
  readonly workspace?: boolean
  /** A folder for the published schemas, or a file for one schema; relative to `cwd`. */
  readonly out?: string
}

const help = `Examples:
  rolecall schema --workspace         write .rolecall/schema.json: this repository's systems, handles and settings
  rolecall schema User                print the schema of one kind
  rolecall schema --out schemas       write the published schemas into a folder

An editor with the YAML language server uses a schema that a document names in its first line:
  # yaml-language-server: $schema=../.rolecall/schema.json
In a file of several documents each one needs that line; a setting of the editor does without:
  "yaml.schemas": { ".rolecall/schema.json": ["rolecall.yaml", "access/**/*.yaml"] }
`

export function registerSchema(program: Command, border: Border): void {
  program
    .command('schema [kind]')
    .description('print or write the JSON Schemas of the manifests, for editors')
    .option('--workspace', 'a schema of this repository: its systems, handles and connector settings')
    .option('--out <path>', 'write there: a folder for all kinds, a file for one schema')
    .addHelpText('before', help)
    .action(async (kind: string | undefined, options: Omit<SchemaOptions, 'kind'>) => {
      await schema({ ...options, ...(kind === undefined ? {} : { kind }) }, process.cwd(), border)
    })
}

/** Prints or writes what the options ask for. Where it writes, stderr says what was written. */
export async function schema(options: SchemaOptions, cwd: string, border: Border): Promise<void> {
  const { kind, workspace, out } = options
  if (workspace === true) {
    if (kind !== undefined)
      throw new Fault(
        exit.fault,
        'A schema of the repository is one of all kinds.',
        'Leave out the kind, or --workspace.',
      )
    await writeWorkspace(out, cwd, border)
  } else if (kind !== undefined) {
    const text = show(bundle(schemaFiles(), schemaFile(kindOf(kind))))
    if (out === undefined) border.out(text)
    else await write(resolve(cwd, out), text, cwd, border)
  } else if (out === undefined) {
    border.out(show(bundle(schemaFiles(), manifestFile)))
  } else {
    for (const [file, content] of Object.entries(schemaFiles())) {
      await write(resolve(cwd, out, file), show(content), cwd, border)
    }
  }
}

async function writeWorkspace(out: string | undefined, cwd: string, border: Border): Promise<void> {
  const root = await rootOf(cwd)
  const { sources, diagnostics } = await loadSources(root)
  const { documents, problems } = parseSources(sources)
  const unread = new Set([
    ...diagnostics.flatMap(({ span }) => span?.file ?? []),
    ...problems.map(({ source }) => source.file),
  ])
  if (unread.size > 0) {
    border.err(
      `Names in what could not be read are missing (${[...unread].sort().join(', ')}): see rolecall validate.\n`,
    )
  }
  const target = out === undefined ? join(root, '.rolecall', 'schema.json') : resolve(cwd, out)
  await write(target, show(workspaceSchema(schemaFiles(), namesOf(documents), descriptions)), cwd, border)
}

function kindOf(name: string): (typeof manifestKinds)[number] {
  const kind = manifestKinds.find((known) => known.toLowerCase() === name.toLowerCase())
  if (kind !== undefined) return kind
  throw new Fault(exit.fault, `There is no kind "${name}".`, suggest(name, manifestKinds, 'kinds'))
}

async function write(path: string, text: string, cwd: string, border: Border): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  await writeFileAtomic(path, text)
  border.err(`wrote ${relative(cwd, path)}\n`)
}

function show(schema: JsonObject): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
