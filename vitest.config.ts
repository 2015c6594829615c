import { defineConfig } from 'vitest/config'

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
  ...['fmt', 'golden', 'guard', 'invalid', 'ledger', 'lifecycle', 'manifest', 'openstack', 'ownership'],
  ...['plan', 'project', 'sandbox', 'scenarios', 'schemas', 'secrets', 'stopped'],
].map((folder) => `test/${folder}/**/*.test.ts`)
const others = ['test/services/**']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    // Much is made and little kept: with more room for what is young, a tenth less time goes into looking through it.
    execArgv: ['--max-semi-space-size=64'],
    globalSetup: 'test/memory.ts',
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
