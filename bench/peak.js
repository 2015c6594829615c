/** Loaded before the program that is measured: leaves behind what the kernel says it used. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const used = { cpu: (userCPUTime + systemCPUTime) / 1e6, mebibytes: maxRSS / 1024 }
  writeFileSync(process.env.ROLECALL_BENCH_PEAK ?? '/dev/null', JSON.stringify(used))
})
