/** Loaded before the program: sends it the signal SIGNAL, from itself, at the moment at which it writes SIGNAL_AT to stderr. */
const { SIGNAL, SIGNAL_AT } = process.env
const write = process.stderr.write.bind(process.stderr)
let isSent = false

process.stderr.write = (text, ...rest) => {
  if (!isSent && SIGNAL_AT !== undefined && String(text).includes(SIGNAL_AT)) {
    isSent = true
    process.kill(process.pid, SIGNAL)
  }
  return write(text, ...rest)
}
