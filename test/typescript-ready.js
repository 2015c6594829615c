/**
 * Blanks out the types of all our modules before the first worker starts: several would ask for the same at once, and each
 * would do it for itself. Nothing to do where Node reads TypeScript, and little where it was done before.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { withoutTypes } from './typescript-hooks.js'

let isDone = false

export default async function setup() {
  // each project asks
  if (isDone || process.features.typescript) return
  isDone = true
  for (const folder of ['src', 'test'])
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts')) await withoutTypes(readFileSync(join(folder, file), 'utf8'))
}
