/**
 * Lets a child process of a test run our TypeScript as it stands (`node --import`): Node 20 cannot, and the
 * build in `dist` may be another. What was translated once is kept by its content, so that the next child, of the
 * hundreds that are killed, starts quickly.
 */
const { createHash } = require('node:crypto')
const { mkdir, readFile, rename, writeFile } = require('node:fs/promises')
const { register } = require('node:module')
const { dirname, join } = require('node:path')
const { fileURLToPath, pathToFileURL } = require('node:url')
const { isMainThread } = require('node:worker_threads')
const { version } = require('typescript/package.json')

const kept = join(dirname(require.resolve('typescript/package.json')), '../.cache/rolecall-tests')

if (isMainThread) register(pathToFileURL(__filename))

exports.load = async (url, context, nextLoad) => {
  if (!url.endsWith('.ts')) return nextLoad(url, context)
  const text = await readFile(fileURLToPath(url), 'utf8')
  const file = join(kept, `${createHash('sha256').update(version).update(text).digest('hex')}.js`)
  const source = await readFile(file, 'utf8').catch(() => translate(text, file))
  return { format: 'module', source, shortCircuit: true }
}

async function translate(text, file) {
  const typescript = require('typescript')
  const { outputText } = typescript.transpileModule(text, {
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
  })
  await mkdir(kept, { recursive: true })
  const own = `${file}.${process.pid}`
  await writeFile(own, outputText)
  await rename(own, file)
  return outputText
}
