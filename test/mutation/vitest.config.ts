import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes least goes first, for most mutants fall to it: values, then machines, then files. */
const order = [
  /^guard.(?!custom)/,
  /^guard/,
  /^(plan|binding)/,
  /^apply.(?!apply|recovery)/,
  /^ledger/,
  /^apply.recovery/,
  /^apply/,
  /^services/,
]

class QuickFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      order.findIndex((some) => some.test(moduleId.split('/test/')[1] ?? ''))
    return Promise.resolve([...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1)))
  }
}

/** Files with all their mutants in, each behind a switch: written by scripts/mutation.js. */
const switched = JSON.parse(readFileSync('.mutation/switched.json', 'utf8')) as Record<string, string>

/** Where a server is, for what needs one. */
const postgres = process.env['ROLECALL_MUTATION_POSTGRES']

/**
 * The tests that mutants have to fall to: examples, without processes or a built `dist`. Whatever only a property or a
 * slower test notices, an example is written for, which says what it is.
 */
export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      transform: (_, id) => switched[relative(process.cwd(), id.replace(/\?.*$/, ''))],
    },
  ],
  resolve: { alias: { 'fast-check': resolve(import.meta.dirname, 'few.ts') } },
  test: {
    include: [
      'test/{guard,plan,apply}/*.test.ts',
      'test/binding/founded.test.ts',
      ...(postgres === undefined ? [] : ['test/services/postgres/{ledger,schema}.test.ts']),
      'test/ledger/{git-change,git-files,git-log,git-swap,lock,postgres,postgres-changes,register,shape,sqlite,verify}.test.ts',
    ],
    exclude: [
      'test/**/{property,inverse-property,lockout,rest,total}.test.ts',
      'test/plan/directory.test.ts',
      'test/apply/{crash,expect,interrupt}.test.ts',
    ],
    ...(postgres === undefined ? {} : { provide: { postgres: { url: postgres } } }),
    setupFiles: ['test/mutation/slow.ts'],
    runner: 'test/mutation/runner.ts',
    // a mutant that keeps all that it makes is soon over
    execArgv: ['--max-old-space-size=1500'],
    isolate: false,
    maxWorkers: 1,
    sequence: { sequencer: QuickFirst },
    testTimeout: 600_000,
    // a mutant may leave a promise behind that nobody waits for
    dangerouslyIgnoreUnhandledErrors: true,
  },
})
