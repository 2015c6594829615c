/**
 * What of the working tree is not committed. No other question makes git read files as it would commit them, and what it
 * then passes them through is a program: a filter that some configuration names. Those of the person's own
 * configuration run, as for every `git status`; those that this clone's configuration names do not.
 */
import { environment, git, type GitSetting } from './call.ts'
import { closed, type Repository } from './repository.ts'

/**
 * Files below the given paths (relative to the workspace) that differ from HEAD, untracked ones included; sorted. A
 * submodule is named as well: what it holds is in no commit of this repository.
 */
export async function uncommitted(repository: Repository, paths: readonly string[]): Promise<string[]> {
  const pathspecs = paths.map((path) => `:(top,literal)${repository.prefix}${path}`)
  const call = { directory: repository.root, silence: 60_000 }
  const listed = await git(['config', '--list', '--show-scope', '--name-only', '-z'], {
    ...call,
    env: environment(process.env, closed),
  })
  const ready = { ...call, env: environment(process.env, [...closed, ...withoutFilters(listed)]) }
  // A submodule has a configuration of its own: nothing looks into it.
  const shape = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=all']
  const changed = await git(['--no-optional-locks', 'status', ...shape, '--', ...pathspecs], ready)
  const tracked = await git(['ls-files', '--stage', '-z', '--', ...pathspecs], ready)
  const names = [
    ...entries(changed).map((entry) => entry.slice(3)),
    ...entries(tracked)
      .filter((entry) => entry.startsWith('160000'))
      .map((entry) => entry.slice(entry.indexOf('\t') + 1)),
  ]
  return [...new Set(names)].map((name) => name.slice(repository.prefix.length)).sort()
}

function entries(answer: string): string[] {
  return answer.split('\0').filter((entry) => entry !== '')
}

/** What takes away the filters that anything but the person's own configuration names. `listed` is scope, key, scope, … */
function withoutFilters(listed: string): GitSetting[] {
  const words = entries(listed)
  const filters = new Set(
    words.flatMap((key, index) => {
      const isOwn = ['system', 'global'].includes(words[index - 1] ?? '')
      const filter = index % 2 === 1 && !isOwn ? /^(filter\..*)\.[^.]*$/s.exec(key)?.[1] : undefined
      return filter === undefined ? [] : [filter]
    }),
  )
  return [...filters].flatMap((filter) => [
    { key: `${filter}.clean`, value: '' },
    { key: `${filter}.process`, value: '' },
    // without this, a filter that is not there is an error
    { key: `${filter}.required`, value: 'false' },
  ])
}
