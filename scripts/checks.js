/**
 * Compiles the check of every schema that the package comes with into dist/checks, so that no run loads Ajv for one. Part of
 * the build, on what it has just compiled: the schemas of a new connector are found through the registry.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import standalone from 'ajv/dist/standalone/index.js'
import { checkFile, compiler } from '../dist/manifest/checks.js'
import { laws } from '../dist/manifest/schemas.js'
import { descriptions } from '../dist/systems/registry.js'

const require = createRequire(import.meta.url)

for (const law of laws(descriptions)) {
  const ajv = compiler(law, { source: true, lines: true })
  const code = standalone.default(ajv, ajv.compile(law.schema))
  const file = checkFile(law)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, whole(code))
}

/** The code with the helpers of Ajv that it asks for written out: each is one function that needs nothing else. */
function whole(code) {
  return code.replace(/require\("(.+?)"\)\.default/g, (_, name) => {
    if (!/^ajv\/dist\/runtime\/(ucs2length|equal)$/.test(name)) throw new Error(`a check needs ${name}`)
    return `(${require(name).default.toString()})`
  })
}
