/**
 * The built program, loaded once for many command lines: what `dist/cli.js` runs, in the working directory and with the
 * environment of each. Between two of them the process is blocked in a read, so that nothing of one goes on in the next.
 *
 * argv: two named pipes, for questions and for answers; one line of JSON each.
 */
const { openSync, readSync, readdirSync, readlinkSync, writeSync } = require('node:fs')
const { join } = require('node:path')

const [questions, answers] = process.argv.slice(2)

void (async () => {
  const [from, to] = [openSync(questions, 'r'), openSync(answers, 'w')]
  const { run } = await import(join(__dirname, '../../dist/commands/program.js'))
  for (let line = readLine(from); line !== undefined; line = readLine(from)) {
    const { cwd, args, env } = JSON.parse(line)
    process.chdir(cwd)
    process.env = env
    process.exitCode = undefined
    const streams = { stdout: '', stderr: '' }
    const release = [hear('stdout', streams), hear('stderr', streams)]
    const code = await run(args)
    for (const each of release) each()
    await letGo()
    writeSync(to, `${JSON.stringify({ code, ...streams })}\n`)
  }
  process.exitCode = 0
})()

/**
 * A process that ends lets go of its databases: libsql does when what refers to one is collected. To look through all there
 * is takes as long as a small command, so that is done only where there is one.
 */
async function letGo() {
  if (!holdsDatabase()) return
  global.gc()
  await new Promise((resolve) => setImmediate(resolve))
}

/** True also where nobody says which files are open. */
function holdsDatabase() {
  try {
    return readdirSync('/proc/self/fd').some((file) => {
      try {
        return /\.db(-wal|-shm)?( |$)/.test(readlinkSync(`/proc/self/fd/${file}`))
      } catch {
        return false
      }
    })
  } catch {
    return true
  }
}

/** Keeps what is written to a stream, until it is released. */
function hear(name, streams) {
  const { write } = process[name]
  process[name].write = (chunk, encoding, done) => {
    streams[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const callback = typeof encoding === 'function' ? encoding : done
    if (callback !== undefined) queueMicrotask(() => callback())
    return true
  }
  return () => {
    process[name].write = write
  }
}

/** Undefined at the end: whoever asks is gone. */
function readLine(from) {
  const chunks = []
  const buffer = Buffer.alloc(65_536)
  for (;;) {
    const length = readSync(from, buffer)
    if (length === 0) return undefined
    chunks.push(Buffer.from(buffer.subarray(0, length)))
    if (buffer[length - 1] === 0x0a) return Buffer.concat(chunks).toString('utf8')
  }
}
