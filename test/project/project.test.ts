import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const packageJson = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies' | 'engines' | 'bin',
  Record<string, string>
>
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<
    string,
    { hasInstallScript?: boolean; integrity?: string; link?: boolean; resolved?: string }
  >
}

it('D8: the top level is what the design card names', () => {
  for (const name of [
    'package.json',
    'tsconfig.json',
    'schemas',
    'src',
    'examples',
    'test',
    '.github',
    'README.md',
  ])
    expect(existsSync(join(root, name)), name).toBe(true)
})

it.each([
  ['yaml', 'src/manifest'],
  ['ajv', 'src/manifest'],
  ['fast-json-patch', 'src/plan'],
  ['simple-git', 'src/git'],
  ['pino', 'src/commands'],
  ['json-schema-to-typescript', 'scripts'],
  ['vitest', 'test/project'],
])('D7: %s is a dependency that %s imports', (name, folder) => {
  expect({ ...packageJson.dependencies, ...packageJson.devDependencies }).toHaveProperty([name])
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ts|js)$/.test(file),
  )
  const imports = new RegExp(`from '${name}(/[^']*)?'|import\\('${name}(/[^']*)?'\\)`)
  expect(files.some((file) => imports.test(read(join(folder, file))))).toBe(true)
})

it('no package in the tree has an install script, and each has an integrity', () => {
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '')
  expect(installed.length).toBeGreaterThan(50)
  expect(installed.filter(([, entry]) => entry.hasInstallScript === true).map(([path]) => path)).toEqual([])
  expect(installed.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([])
})

it('every action of the workflows is pinned by a full commit', () => {
  const uses = readdirSync(join(root, '.github/workflows')).flatMap(
    (name) => read(join('.github/workflows', name)).match(/uses: .*/g) ?? [],
  )
  expect(uses.length).toBeGreaterThan(0)
  for (const line of uses) expect(line).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

it('no event expression stands inside a shell step of a workflow', () => {
  for (const name of readdirSync(join(root, '.github/workflows')))
    expect(read(join('.github/workflows', name))).not.toMatch(/run:.*\$\{\{/)
})

it('the runner and its coverage are pinned to the same exact version', () => {
  expect(packageJson.devDependencies['vitest']).toMatch(/^\d+\.\d+\.\d+$/)
  expect(packageJson.devDependencies['@vitest/coverage-v8']).toBe(packageJson.devDependencies['vitest'])
})

it('the manifest types are as fresh as the schemas', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/generate.js', '--check'], { cwd: root, stdio: 'pipe' }),
  ).not.toThrow()
})
