/** The tests that need a server beside rolecall, or much time: `npm run test:services`. Each service is started once, privately. */
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/services/**/*.test.ts'],
    globalSetup: [resolve(import.meta.dirname, 'setup.ts')],
    // lists what was skipped, with the reason in its name
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
})
