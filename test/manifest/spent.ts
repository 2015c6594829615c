import process from 'node:process'

/** Milliseconds of processor time so far. What else the machine does costs none, so a limit tells of the code alone. */
export function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
