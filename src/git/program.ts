/** The git program is asked through simple-git. It is loaded when there is something to ask: most runs have no protected ref. */
import { createRequire } from 'node:module'
import type { SimpleGit, SimpleGitOptions } from 'simple-git'

export function program(options: Partial<SimpleGitOptions>): SimpleGit {
  const library = createRequire(import.meta.url)('simple-git') as typeof import('simple-git')
  return library.simpleGit(options)
}
