/**
 * The built program, loaded once for many command lines: what `dist/cli.js` runs, in the working directory and with the
 * environment of each. Between two of them the process is blocked in a read, so that nothing of one goes on in the next.
 *
 * argv: two named pipes, for questions and for answers; one line of JSON each. A shell, which does not speak JSON, asks with
 * a line that names a folder: the question is in its file `question`, each word of it ended by a NUL, and what was
 * said is left there in one file a piece, in its order (`000.stdout`, `001.stderr`, …); the answer is the exit code.
 */
const {
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} = require('node:fs')
const { join } = require('node:path')

const [questions, answers] = process.argv.slice(2)

void (async () => {
  const [from, to] = [openSync(questions, 'r'), openSync(answers, 'w')]
  const { run } = await import(join(__dirname, '../../dist/commands/program.js'))
  for (let line = readLine(from); line !== undefined; line = readLine(from)) {
    const isShell = !line.startsWith('{')
    const { cwd, args, env } = isShell ? askedIn(line.trim()) : JSON.parse(line)
    process.chdir(cwd)
    process.env = env
    process.exitCode = undefined
    const said = []
    const release = [hear('stdout', said), hear('stderr', said)]
    const code = await run(args)
    for (const each of release) each()
    await letGo()
    if (isShell) leaveIn(line.trim(), said)
    const all = (stream) => said.map((one) => (one.stream === stream ? one.text : '')).join('')
    writeSync(
      to,
      isShell ? `${code}\n` : `${JSON.stringify({ code, stdout: all('stdout'), stderr: all('stderr') })}\n`,
    )
  }
  process.exitCode = 0
})()

function askedIn(folder) {
  const [cwd, count, ...words] = readFileSync(join(folder, 'question'), 'utf8').split('\0').slice(0, -1)
  const variables = words.slice(Number(count)).map((one) => /^([^=]*)=(.*)$/s.exec(one).slice(1))
  return { cwd, args: words.slice(0, Number(count)), env: Object.fromEntries(variables) }
}

function leaveIn(folder, said) {
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  for (const [index, { stream, text }] of said.entries())
    writeFileSync(join(folder, `${String(index).padStart(3, '0')}.${stream}`), text)
}

/**
 * A process that ends lets go of its databases: libsql does when what refers to one is collected. To look through all there
 * is takes as long as a small command, so that is done only where it can be seen: of one that was merely read there are no
 * files beside it, and no locks.
 */
async function letGo() {
  // what came with the command is mostly young, and to look through that alone takes a fifth of the time
  for (const type of ['minor', 'major']) {
    if (!holdsFilesOfDatabase()) return
    global.gc({ type })
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** True also where nobody says which files are open. */
function holdsFilesOfDatabase() {
  try {
    return readdirSync('/proc/self/fd').some((file) => {
      try {
        return /\.db-(wal|shm)( |$)/.test(readlinkSync(`/proc/self/fd/${file}`))
      } catch {
        return false
      }
    })
  } catch {
    return true
  }
}

/** Keeps what is written to a stream, in one piece with what it wrote just before, until it is released. */
function hear(stream, said) {
  const { write } = process[stream]
  process[stream].write = (chunk, encoding, done) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const last = said.at(-1)
    if (last?.stream === stream) last.text += text
    else said.push({ stream, text })
    const callback = typeof encoding === 'function' ? encoding : done
    if (callback !== undefined) queueMicrotask(() => callback())
    return true
  }
  return () => {
    process[stream].write = write
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
