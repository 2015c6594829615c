/**
 * Preloaded into the command: whatever could leave the process is written down (and refused), and at the end also
 * which packages were loaded.
 */
const { appendFileSync } = require('node:fs')
const Module = require('node:module')

const report = process.env.WATCH_REPORT
const note = (what) => appendFileSync(report, `${what}\n`)

const forbid = (object, name, label) => {
  object[name] = () => {
    note(label)
    throw new Error(`${label} was called`)
  }
}

forbid(require('node:net').Socket.prototype, 'connect', 'net.connect')
forbid(require('node:net').Server.prototype, 'listen', 'net.listen')
forbid(require('node:dgram'), 'createSocket', 'dgram')
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6'])
  forbid(require('node:dns'), name, `dns.${name}`)
for (const name of ['lookup', 'resolve']) forbid(require('node:dns').promises, name, `dns.promises.${name}`)
for (const name of ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync']) {
  forbid(require('node:child_process'), name, `child_process.${name}`)
}
for (const name of ['http', 'https']) {
  forbid(require(`node:${name}`), 'request', `${name}.request`)
  forbid(require(`node:${name}`), 'get', `${name}.get`)
}
globalThis.fetch = () => {
  note('fetch')
  throw new Error('fetch was called')
}
Module.syncBuiltinESMExports()

process.on('exit', () => {
  const packages = Object.keys(Module._cache).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  )
  for (const name of [...new Set(packages)].sort()) if (name !== undefined) note(`package ${name}`)
})
