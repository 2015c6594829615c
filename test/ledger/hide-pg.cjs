/** Lets a process believe that the package `pg` is not installed (`node --import`). */
const { register } = require('node:module')
const { pathToFileURL } = require('node:url')
const { isMainThread } = require('node:worker_threads')

if (isMainThread) register(pathToFileURL(__filename))

exports.resolve = async (specifier, context, nextResolve) => {
  if (specifier !== 'pg') return nextResolve(specifier, context)
  throw Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' })
}
