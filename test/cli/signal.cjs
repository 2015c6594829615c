/**
 * Loaded before the program: sends it the signal SIGNAL, from itself, at the moment at which it writes SIGNAL_AT to stderr; or,
 * where that is `listening`, as soon as it would hear the signal.
 */
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

process.on('newListener', (name) => {
  if (isSent || SIGNAL_AT !== 'listening' || name !== SIGNAL) return
  isSent = true
  // the listener is there once all of this turn is done
  setImmediate(() => process.kill(process.pid, SIGNAL))
})
