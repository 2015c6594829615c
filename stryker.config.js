/**
 * Mutation tests of what stands between a plan and a lock-out: each condition, operator and word is broken in turn,
 * and some quick test has to fail. `npm run test:mutation` judges the survivors; see scripts/mutation.js.
 */
export default {
  mutate: [
    'src/guard/*.ts',
    'src/apply/{barrier,checker,landed,machine,outcomes,owners,program,recovery}.ts',
    'src/ledger/*.ts',
    // A git remote and a server take seconds a test: their suites race and kill real processes instead.
    '!src/ledger/{git,postgres}*.ts',
    'src/plan/{lasting,lowers,owners,ownership}.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // What runs once when a module is loaded would need all tests afresh for each mutant.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  ignorePatterns: ['dist', 'docs', 'bench', 'coverage', 'examples', '.stryker'],
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: '.stryker/report.json' },
  concurrency: 2,
  timeoutMS: 10_000,
  timeoutFactor: 4,
  dryRunTimeoutMinutes: 30,
}
