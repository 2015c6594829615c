/** A repository with a change on a branch beside main, as a pull request is. */
import { execFileSync } from 'node:child_process'
import { edit, put, quickstart } from './rolecall.ts'

export const git = (root: string, ...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
    cwd: root,
    stdio: 'ignore',
  })

/** The quickstart on a branch beside main, with main as the protected ref. */
export function branch(): string {
  const root = quickstart()
  edit(root, 'rolecall.yaml', 'spec:\n  ledger:', 'spec:\n  protectedRef: main\n  ledger:')
  put(root, '.gitignore', '.rolecall/\nplan.json\n')
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'first')
  git(root, 'checkout', '-q', '-b', 'change')
  return root
}
