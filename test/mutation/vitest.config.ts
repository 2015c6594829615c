import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Properties come last: most mutants fall to an example, which is quicker. */
class ExamplesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      ['lockout', 'property', 'total'].findIndex((name) => moduleId.includes(name)) + 1
    return Promise.resolve([...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1)))
  }
}

/**
 * The tests that mutants have to fall to: quick, and without processes or a built `dist`. Whatever only a slower test
 * notices, a quick one is written for.
 */
export default defineConfig({
  resolve: { alias: { 'fast-check': resolve(import.meta.dirname, 'few.ts') } },
  test: {
    include: ['test/{guard,plan,apply}/*.test.ts', 'test/ledger/{lock,shape,sqlite,verify}.test.ts'],
    exclude: ['test/plan/directory.test.ts', 'test/apply/{crash,expect,property}.test.ts'],
    setupFiles: ['test/mutation/slow.ts'],
    isolate: false,
    sequence: { sequencer: ExamplesFirst },
    testTimeout: 60_000,
  },
})
