/**
 * A script of the tests as Node starts it: TypeScript, which Node 20 cannot read, in one file together with all that it
 * imports of ours, as it stands now (the build in `dist` may be another). Of a child that is killed after some hundred
 * milliseconds, loading a hundred files would be most of the work.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { afterAll } from 'vitest'

/** Below node_modules, so that packages are found from there. */
const kept = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))

/** The path of what `script` has become, until the tests of this file are over. */
export async function bundled(script: URL): Promise<string> {
  mkdirSync(kept, { recursive: true })
  const folder = mkdtempSync(join(kept, 'rolecall-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  await build({
    input: { script: fileURLToPath(script) },
    platform: 'node',
    external: /^[^./]/,
    output: { dir: folder, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    logLevel: 'warn',
  })
  return join(folder, 'script.mjs')
}
