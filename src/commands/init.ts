/** `rolecall init`: a small repository that validates and plans as it stands. Writes new files only. */
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'

const examples = `Examples:
  rolecall init             write it here
  rolecall init access      write it into the folder "access"
  rolecall init --ci        with a workflow, and the ledger in git where its runners find it
`

export function registerInit(program: Command, border: Border): void {
  program
    .command('init')
    .description('write a small repository to start from; never overwrites a file')
    .addHelpText('before', examples)
    .argument('[folder]', 'where; here when left out')
    .option('--ci', 'with a workflow for GitHub Actions, and the ledger in git')
    .action(async (folder: string | undefined, { ci = false }: { readonly ci?: boolean }) => {
      await init(resolve(folder ?? '.'), ci ? 'ci' : 'local', border)
    })
}

/** Where rolecall will run. */
type Home = 'local' | 'ci'

/** Writes the repository into `root`; refuses where there already is one, and skips every other file that exists. */
async function init(root: string, home: Home, border: Border): Promise<void> {
  const cwd = process.cwd()
  const { repository, ignored } = await import('./template.ts')
  if (existsSync(join(root, 'rolecall.yaml'))) {
    throw new Fault(
      exit.fault,
      `There already is a rolecall.yaml in ${root}.`,
      'Nothing was written. See what it declares with rolecall validate.',
    )
  }
  const skipped: string[] = []
  for (const [file, text] of Object.entries(repository(handleOf(root), home === 'ci' ? 'git' : 'file'))) {
    const written = await writeNew(join(root, file), text)
    border.out(`${written ? 'wrote  ' : 'exists '} ${relative(cwd, join(root, file))}\n`)
    if (!written) skipped.push(file)
  }
  const { schema } = await import('./schema.ts')
  await schema({ workspace: true }, root, { ...border, err: () => undefined })
  border.out(`wrote   ${relative(cwd, join(root, '.rolecall/schema.json'))}\n`)
  if (skipped.includes('.gitignore')) border.out(`\nAdd to your .gitignore: ${ignored}\n`)
  border.out(next(relative(cwd, root), home))
}

/** Whether the file was written: one that exists is left as it is, also when it appears just now. */
async function writeNew(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** The folder's name as a handle. */
function handleOf(root: string): string {
  const handle = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return handle === '' ? 'access' : handle
}

function next(folder: string, home: Home): string {
  const where = folder === '' ? '' : `-C ${folder} `
  return `
Put your own people into access/people.yaml, and then:

  rolecall ${where}validate    check what is written; opens no connection
  rolecall ${where}plan        show what would change
  rolecall ${where}apply       carry it out
${home === 'ci' ? shared : ''}`
}

const shared = `
plan and apply need a clone whose remote "origin" all runners share, since the ledger is a ref of it. On GitHub, make an
environment "access" with required reviewers: the workflow applies only what they approve.
`
