import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/services/**', '.stryker/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/manifest/generated/**'] },
  },
})
