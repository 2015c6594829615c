/** The import rules of the source layout. A run that cruises no module fails: see scripts/boundaries.ts. */

const pureFolders = '^src/(model|cel|plan|access|guard|render)/'
/** The machine, its words and its judgements: all of apply that decides, and nothing that does. */
const machine = 'apply/(machine|run|program|outcomes|barrier|report|summary|checker|landed|journal|inventory)'
const pureFiles = `^src/(connector/describe|${machine}|systems/[^/]+/(describe|rules|access|convert|floor))[.]ts$`

/** From `from`, nothing of ours outside `to`. */
const only = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...to] },
})

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^src/' },
      // an optional peer is a development dependency too, for the tests
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'pure-has-no-effects',
      severity: 'error',
      comment: 'of node: only crypto, for hashing',
      from: { path: [pureFolders, pureFiles] },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-libraries',
      severity: 'error',
      comment: 'the libraries that pure code may use',
      from: { path: [pureFolders, pureFiles] },
      to: {
        path: 'node_modules',
        pathNot:
          'node_modules/(fast-json-patch|canonicalize|picocolors|fastest-levenshtein|yaml|@marcbachmann/cel-js|re2js)/',
      },
    },
    only(
      'plan-layer',
      '^src/plan/',
      ['^src/model/', '^src/connector/(describe|contract)[.]ts$'],
      'plan sees models and what a connector is',
    ),
    only(
      'guard-layer',
      '^src/guard/',
      ['^src/model/', '^src/connector/(describe|contract)[.]ts$', '^src/plan/', '^src/access/'],
      '',
    ),
    only(
      'access-layer',
      '^src/access/',
      ['^src/model/', '^src/connector/(describe|contract)[.]ts$', '^src/plan/sets[.]ts$'],
      'access follows from states, whatever led to them',
    ),
    only('render-layer', '^src/render/', ['^src/model/', '^src/plan/', '^src/access/'], ''),
    only('cel-layer', '^src/cel/', ['^src/model/', '^src/connector/describe[.]ts$'], 'the language of rules'),
    {
      name: 'cel-in-one-place',
      severity: 'error',
      comment: 'slow to load, and safe only behind what bounds it',
      from: { pathNot: '^src/cel/' },
      to: { path: 'node_modules/(@marcbachmann/cel-js|re2js)/' },
    },
    only('connector-layer', '^src/connector/', ['^src/model/'], ''),
    only('manifest-layer', '^src/manifest/', ['^src/model/', '^src/connector/', '^src/systems/'], ''),
    only('sqlite-layer', '^src/sqlite/', [], 'how to read a file of SQLite, whatever is in it'),
    only('ledger-layer', '^src/ledger/', ['^src/model/', '^src/sqlite/', '^src/git/'], ''),
    only('git-layer', '^src/git/', ['^src/model/'], ''),
    only('sandbox-layer', '^src/sandbox/', [], 'a sandbox shares no code with what it tests'),
    only(
      'system-layer',
      '^src/systems/[^/]+/',
      ['^src/model/', '^src/connector/', '^src/sqlite/'],
      'systems do not know the planner',
    ),
    {
      name: 'systems-are-strangers',
      severity: 'error',
      comment: 'one connector does not import another',
      from: { path: '^src/systems/([^/]+)/' },
      to: { path: '^src/systems/([^/]+)/', pathNot: '^src/systems/$1/' },
    },
    {
      name: 'floor-is-independent',
      severity: 'error',
      comment:
        'the independent checker shares no code with rules, convert or the planner, not even through others',
      from: { path: ['^src/systems/[^/]+/floor[.]ts$', '^src/apply/checker[.]ts$'] },
      to: { path: ['/rules[.]ts$', '/convert[.]ts$', '^src/plan/', '^src/guard/'], reachable: true },
    },
    {
      name: 'machine-is-plain',
      severity: 'error',
      from: { path: `^src/${machine}[.]ts$` },
      to: {
        path: '^src/',
        pathNot: [
          `^src/${machine}[.]ts$`,
          '^src/model/',
          '^src/connector/(describe|contract|before)[.]ts$',
          '^src/plan/',
          '^src/ledger/ledger[.]ts$',
        ],
      },
    },
    {
      name: 'commands-on-top',
      severity: 'error',
      comment: 'nothing imports a command but the command line and other commands',
      from: { path: '^src/', pathNot: '^src/(commands/|cli[.]ts)' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'writer-only-in-apply',
      severity: 'error',
      comment: 'validate, plan, drift, adopt and access cannot reach the executor',
      from: {
        path: '^src/commands/(validate|plan|drift|adopt|reconcile|observe|doctor|access[a-z-]*)[.]ts$',
      },
      to: { path: '^src/apply/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
