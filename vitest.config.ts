import { defineConfig } from 'vitest/config'

/** Values in and values out: what these load is loaded once for all of them, and no test can disturb another. */
const pure = [
  ...['access', 'adopt', 'binding', 'cel', 'desired', 'fmt', 'golden', 'guard', 'invalid', 'manifest'],
  ...['plan', 'scenarios', 'schemas'],
].map((folder) => `test/${folder}/**/*.test.ts`)
const others = ['test/services/**']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    // Much is made and little kept: with more room for what is young, a tenth less time goes into looking through it.
    execArgv: ['--max-semi-space-size=64'],
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/manifest/generated/**'] },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      // Each file has a process of its own: it may change it, fill its memory or start others.
      {
        extends: true,
        test: {
          name: 'alone',
          globalSetup: 'test/memory.ts',
          include: ['test/**/*.test.ts'],
          exclude: [...others, ...pure],
        },
      },
    ],
  },
})
