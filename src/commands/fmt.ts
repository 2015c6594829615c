/** `rolecall fmt`: one way to write the manifests, in every editor and every pull request. */
import type { Command } from 'commander'
import { join, relative, resolve } from 'node:path'
import process from 'node:process'
import writeFileAtomic from 'write-file-atomic'
import type { Source } from '../manifest/document.ts'
import { languageOf } from '../manifest/format-order.ts'
import { format } from '../manifest/format.ts'
import { loadSources } from '../manifest/load.ts'
import { locate } from '../manifest/locate.ts'
import { schemaFiles } from '../manifest/schemas.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { diagnosticsText } from '../render/diagnostics.ts'
import { terminal } from '../render/encode.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { rootOf } from './workspace.ts'

export interface FmtOptions {
  /** Only name the files that would change. */
  readonly check?: boolean
  /** Manifest files or folders, relative to `cwd`. Absent or empty: all manifests of the repository. */
  readonly paths?: readonly string[]
}

const examples = `Examples:
  rolecall fmt                        write every manifest the one way
  rolecall fmt access/people.yaml     … or just these files and folders
  rolecall fmt --check                name the files that would change, and end with 1 if there are any

Lists become one item a line, sorted where their order means nothing; keys follow the order of the schema.
Comments stay with what they speak of. A file that cannot be read as YAML is reported and left alone.
`

export function registerFmt(program: Command, border: Border): void {
  program
    .command('fmt [paths...]')
    .description('format manifests: one item a line, sorted, comments kept')
    .addHelpText('before', examples)
    .option('--check', 'change nothing; end with 1 when a file would change')
    .action(async (paths: string[], options: { check?: boolean }) => {
      process.exitCode = await fmt({ ...options, paths }, process.cwd(), border)
    })
}

/** Names each file that changes on stdout, and each that has a fault, with it, on stderr. */
export async function fmt(options: FmtOptions, cwd: string, border: Border): Promise<ExitCode> {
  const root = await rootOf(cwd)
  const loaded = await loadSources(root)
  const chosen = choose(loaded.sources, options.paths ?? [], root, cwd)
  const language = languageOf(schemaFiles(), descriptions)
  const faults: Diagnostic[] = loaded.diagnostics.filter(({ severity }) => severity === 'error')
  const changed: { readonly path: string; readonly text: string }[] = []
  for (const source of chosen) {
    const result = format(source, language)
    if ('problems' in result) faults.push(...locate(result.problems))
    else if (result.text !== source.text) changed.push({ path: join(root, source.file), text: result.text })
  }

  for (const { path, text } of changed) {
    if (options.check !== true) await writeFileAtomic(path, text)
    border.out(`${terminal(relative(cwd, path))}\n`)
  }
  border.err(diagnosticsText(faults))
  return faults.length > 0 || (options.check === true && changed.length > 0) ? exit.fault : exit.done
}

/** The manifests that the paths name. A path that names none is a mistake, not nothing to do. */
function choose(
  sources: readonly Source[],
  paths: readonly string[],
  root: string,
  cwd: string,
): readonly Source[] {
  if (paths.length === 0) return sources
  const chosen = new Set<Source>()
  for (const path of paths) {
    const wanted = relative(root, resolve(cwd, path))
    const named = sources.filter(
      ({ file }) => wanted === '' || file === wanted || file.startsWith(`${wanted}/`),
    )
    if (named.length === 0) {
      throw new Fault(
        exit.fault,
        `"${path}" is no manifest of this repository.`,
        'Manifests are rolecall.yaml and the *.yaml and *.yml files below its access folder.',
      )
    }
    for (const source of named) chosen.add(source)
  }
  return [...chosen]
}
