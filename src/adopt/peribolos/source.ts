import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { organisation, SourceFault, type Organisation, type SourceFile, type Tree } from './organisation.ts'

/**
 * Reads a peribolos configuration from disk in either of its forms: a folder for each organisation with `org.yaml`
 * and any number of files with `teams` below it, or one file with all organisations under `orgs`.
 */

/** The organisations by name, sorted. Throws SourceFault for what is not such a configuration. */
export function readPeribolos(path: string): readonly Organisation[] {
  const place = resolve(path)
  const kind = statSync(place, { throwIfNoEntry: false })
  if (kind === undefined) throw new SourceFault(`There is no "${path}".`)
  const found = kind.isDirectory() ? fromFolder(place) : fromFile(place)
  if (found.length === 0)
    throw new SourceFault(`"${path}" holds no organisation: no folder in it has an org.yaml.`)
  return found
}

function fromFolder(folder: string): Organisation[] {
  const names = existsSync(join(folder, 'org.yaml'))
    ? [folder]
    : readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
        .filter((inner) => existsSync(join(inner, 'org.yaml')))
  return names.map((inner) => {
    const main = readYaml(inner, 'org.yaml')
    const others = yamlFiles(inner).filter((file) => file !== 'org.yaml')
    return organisation(
      basename(inner),
      main,
      others.map((file) => readYaml(inner, file)),
    )
  })
}

function fromFile(file: string): Organisation[] {
  const { content } = readYaml(resolve(file, '..'), basename(file))
  const orgs = content instanceof Map ? (content as ReadonlyMap<string, Tree>).get('orgs') : undefined
  if (!(orgs instanceof Map)) throw new SourceFault(`"${file}" has no organisations under orgs.`)
  return [...(orgs as ReadonlyMap<string, Tree>)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => organisation(name, { file: 'org.yaml', content: inner }, []))
}

/** Every YAML file below, sorted, with forward slashes. */
function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/** In the failsafe schema every scalar is text: the login 1e3 stays what it is. */
function readYaml(folder: string, file: string): SourceFile {
  try {
    const content: unknown = parse(readFileSync(join(folder, file), 'utf8'), {
      schema: 'failsafe',
      mapAsMap: true,
    })
    return { file, content: content as Tree }
  } catch (error) {
    if (error instanceof YAMLParseError) throw new SourceFault(`${join(folder, file)}: ${error.message}`)
    throw error
  }
}
