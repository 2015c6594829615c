/**
 * Lets a child process of a test run our TypeScript as it stands (`node --import`): Node 20 cannot, and the
 * build in `dist` may be another.
 */
const { readFile } = require('node:fs/promises')
const { register } = require('node:module')
const { fileURLToPath, pathToFileURL } = require('node:url')
const { isMainThread } = require('node:worker_threads')
const typescript = require('typescript')

if (isMainThread) register(pathToFileURL(__filename))

exports.load = async (url, context, nextLoad) => {
  if (!url.endsWith('.ts')) return nextLoad(url, context)
  const { outputText } = typescript.transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
  })
  return { format: 'module', source: outputText, shortCircuit: true }
}
