/** Runs dependency-cruiser and fails when it saw nothing: a silent green is worse than a red. */
import { spawnSync } from 'node:child_process'

const run = spawnSync(
  'npx',
  ['--no-install', 'depcruise', 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
)
if (run.stdout === '') {
  console.error(run.stderr)
  process.exit(1)
}
const { summary, modules } = JSON.parse(run.stdout)
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`)
const ours = modules.filter((module) => module.source.startsWith('src/')).length
console.log(`${ours} modules cruised, ${summary.violations.length} violations of the import rules`)
process.exit(ours < 20 || summary.violations.length > 0 ? 1 : 0)
