/**
 * `rolecall validate`: everything that can be said of the manifests without asking anybody. It opens no connection
 * and loads no client, no database and no git, so that it can run on every keystroke and in every pull request.
 */
import { Option, type Command } from 'commander'
import process from 'node:process'
import { ruleReading } from '../cel/open.ts'
import { findRoot, loadSources } from '../manifest/load.ts'
import { compare, locate } from '../manifest/locate.ts'
import { parseSources } from '../manifest/parse.ts'
import { readManifests } from '../manifest/read.ts'
import { validateDocuments } from '../manifest/validate.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import {
  countDiagnostics,
  diagnosticsGithub,
  diagnosticsJson,
  diagnosticsText,
} from '../render/diagnostics.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'

interface ValidateOptions {
  readonly output: 'text' | 'json' | 'github'
}

const examples = `Examples:
  rolecall validate                   check the manifests; opens no connection
  rolecall validate -o github         … and mark the lines in a pull request
  rolecall validate -o json           … for a program
`

export function registerValidate(program: Command, border: Border): void {
  program
    .command('validate')
    .description('check the manifests; opens no connection')
    .addHelpText('before', examples)
    .addOption(
      new Option('-o, --output <format>', 'how to show what is found')
        .choices(['text', 'json', 'github'])
        .default('text'),
    )
    .action(async (options: ValidateOptions) => {
      process.exitCode = await validate(options, process.cwd(), border)
    })
}

/** Writes all diagnostics to stdout, as they are the result. 1 where one is an error; warnings and hints are 0. */
async function validate(options: ValidateOptions, cwd: string, border: Border): Promise<ExitCode> {
  const root = await findRoot(cwd)
  if (root === undefined) {
    throw new Fault(exit.fault, 'There is no rolecall.yaml here or above.', 'Start one with rolecall init.')
  }
  const { files, diagnostics } = await check(root, border.now().toISOString().slice(0, 10))
  const errors = diagnostics.some(({ severity }) => severity === 'error')
  border.out(rendered[options.output](diagnostics, summary(errors, files, diagnostics)))
  return errors ? exit.fault : exit.done
}

type Renderer = (diagnostics: readonly Diagnostic[], summary: string) => string

const rendered: Readonly<Record<ValidateOptions['output'], Renderer>> = {
  text: (diagnostics, line) => {
    const blocks = diagnosticsText(diagnostics)
    return blocks === '' ? `${line}\n` : `${blocks}\n${line}\n`
  },
  json: (diagnostics) => diagnosticsJson(diagnostics),
  github: (diagnostics, line) => `${diagnosticsGithub(diagnostics)}${line}\n`,
}

function summary(errors: boolean, files: number, diagnostics: readonly Diagnostic[]): string {
  const where = `${files} ${files === 1 ? 'file' : 'files'}`
  const found = countDiagnostics(diagnostics)
  if (errors) return `invalid: ${found ?? ''} in ${where}`
  return found === undefined ? `valid: ${where}` : `valid: ${where}, with ${found}`
}

/**
 * Where a file could not be read at all, nobody knows what it declares, and every reference to it would look like
 * a mistake: then each document is judged by itself only.
 */
async function check(
  root: string,
  today: string,
): Promise<{ files: number; diagnostics: readonly Diagnostic[] }> {
  const { sources, diagnostics } = await loadSources(root)
  const files = new Set([
    ...sources.map(({ file }) => file),
    ...diagnostics.flatMap(({ span }) => span?.file ?? []),
  ]).size
  if (!diagnostics.some(({ severity }) => severity === 'error')) {
    const rules = await ruleReading(sources, descriptions)
    const read = readManifests(sources, { root, today, connectors: descriptions, ...rules })
    return { files, diagnostics: [...diagnostics, ...read.diagnostics].sort(compare) }
  }
  const parsed = parseSources(sources)
  const validated = validateDocuments(parsed.documents, descriptions)
  const located = locate([...parsed.problems, ...validated.problems])
  return { files, diagnostics: [...diagnostics, ...located].sort(compare) }
}
