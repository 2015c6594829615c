/**
 * Writes the types of the manifests from their schemas, so that the code and the published schemas cannot differ.
 * With --check, writes nothing and fails when the file in the tree is not what the schemas give.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { compile } from 'json-schema-to-typescript'
import prettier from 'prettier'

const target = 'src/manifest/generated/types.ts'
const text = await generate()

if (!process.argv.includes('--check')) {
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
} else if (text !== present()) {
  console.error(`${target} is not what the schemas give: run npm run generate`)
  process.exit(1)
}

async function generate() {
  const types = await compile(bundle(), 'WrittenManifest', {
    additionalProperties: false,
    bannerComment: '/** Generated from schemas/ by `npm run generate`: change those and run it again. */',
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
  })
  return prettier.format(types, { ...(await prettier.resolveConfig(target)), parser: 'typescript' })
}

/** One schema with a definition for each kind and each shared object, named as its type is to be called. */
function bundle() {
  const common = read('common')
  const kinds = read('manifest').allOf.map((branch) => branch.then.$ref)
  const definitions = named(common.$defs)
  for (const file of kinds) {
    const { $id: _id, $schema: _schema, $defs, ...schema } = read(file.replace('.schema.json', ''))
    const name = `Written${schema.properties.kind.const}`
    Object.assign(definitions, named($defs ?? {}), {
      [name]: {
        ...schema,
        properties: { ...schema.properties, spec: { $ref: `#/definitions/${name}Spec` } },
      },
      [`${name}Spec`]: schema.properties.spec,
    })
  }
  const written = kinds.map(
    (file) => `Written${read(file.replace('.schema.json', '')).properties.kind.const}`,
  )
  return {
    description: 'A document as it stands in a file, before defaults.',
    oneOf: written.map((name) => ({ $ref: `#/definitions/${name}` })),
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, schema]) => [name, plain(schema, definitions)]),
    ),
  }
}

function named(definitions) {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [typeName(`#/$defs/${name}`), schema]),
  )
}

/**
 * The schema without what says nothing to a type. References to scalars are written out, so that a handle is a
 * string; references to objects stay, and a described one loses its own sentence to the type's. A string or a
 * structure whose string can only be one word (`none`, `all`) is that word in the type.
 */
function plain(schema, definitions) {
  if (Array.isArray(schema)) return schema.map((item) => plain(item, definitions))
  if (typeof schema !== 'object' || schema === null) return schema
  if (schema.$ref !== undefined) {
    const name = typeName(schema.$ref)
    const { $ref: _ref, ...beside } = schema
    const meant = definitions[name]
    return structured(meant)
      ? { $ref: `#/definitions/${name}` }
      : plain({ ...meant, ...beside, description: beside.description ?? meant.description }, definitions)
  }
  const word = /^\^([a-z]+)\$$/.exec(schema.pattern ?? '')
  if (word !== null && Array.isArray(schema.type)) {
    const { pattern: _pattern, type, description, ...other } = schema
    const structure = { ...other, type: type.find((each) => each !== 'string') }
    return { description, anyOf: [{ const: word[1] }, plain(structure, definitions)] }
  }
  const { oneOf: _oneOf, propertyNames: _names, default: _default, examples: _examples, ...kept } = schema
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, plain(value, definitions)]))
}

/** Lists are written out like scalars: `string[]` says more than a name for it. */
function structured(schema) {
  return schema.properties !== undefined
}

/** `common.schema.json#/$defs/secretReference` → `WrittenSecretReference`. */
function typeName(ref) {
  const name = ref.slice(ref.lastIndexOf('/') + 1)
  return ref.startsWith('#/definitions/') ? name : `Written${name[0].toUpperCase()}${name.slice(1)}`
}

function read(name) {
  return JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'))
}

function present() {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return undefined
  }
}
