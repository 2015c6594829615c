import { availableParallelism } from 'node:os'
import process from 'node:process'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { brief } from './test/brief.ts'
import './test/typescript.js'

const loading = new URL('./test/typescript.js', import.meta.url).href

/** Tests that leave their process as they found it: what they load is loaded once for all of them. */
const tidy = [
  ...[
    'access',
    'adopt',
    'apply',
    'binding',
    'cel',
    'cli',
    'cloudconnexa',
    'contract',
    'desired',
    'directory',
  ],
  ...['fmt', 'golden', 'guard', 'invalid', 'manifest', 'openstack'],
  ...['plan', 'project', 'sandbox', 'scenarios', 'schemas', 'secrets', 'stopped'],
].map((folder) => `test/${folder}/**/*.test.ts`)
// To start a process, the one that starts it is copied: 1 ms where it has 50 MB, 24 ms where it has 800. What is left out
// here starts git again and again.
tidy.push(
  'test/explorer/plain-ledger.test.ts',
  'test/ledger/{git-{change,files,log,swap},lock,postgres*,register,shape,sqlite,torn,verify}.test.ts',
  'test/lifecycle/!(due).test.ts',
  'test/http/!(tls|endpoint).test.ts',
  'test/page/*.test.ts',
)
const others = ['test/services/**']

/** Small files that take long. */
const long = /test\/(explorer|kill|race|disk|contract|ownership)\/|\/(signal|process|lockout|due)\.test/

/**
 * Nothing that takes long is left for the end, when one processor has nothing else to do; and what shares a process
 * comes in a row, since vitest ends one as soon as something else is next.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification): number =>
      (project.name === 'tidy' ? 2 : 0) + (long.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

const isMeasured = process.argv.some((argument) => argument.startsWith('--coverage'))

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // some of them only wait: for a lock to be given up, for a process to end
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    execArgv: [...brief, '--import', loading],
    // Our modules are Node's own: those of vitest look up what is imported at each use. Only they can tell what was covered.
    experimental: { viteModuleRunner: isMeasured, nodeLoader: false },
    globalSetup: ['test/memory.ts', 'test/typescript-ready.js'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/skipped.ts'],
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/manifest/generated/**'] },
    projects: [
      { extends: true, test: { name: 'tidy', include: tidy, isolate: false } },
      // Each file has a process of its own: it may change it, fill its memory or start others.
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...others, ...tidy] },
      },
    ],
  },
})
