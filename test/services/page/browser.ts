/** A real Chromium, where the machine has one: Debian's package, or the one that ROLECALL_CHROMIUM names. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const found = [process.env['ROLECALL_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
)

/** Why there is no browser; empty where there is one. */
export const missing =
  found === undefined ? 'skipped: no Chromium here (apt-get install chromium, or set ROLECALL_CHROMIUM)' : ''

export async function openBrowser(): Promise<Browser> {
  if (found === undefined) throw new Error(missing)
  // Without its sandbox it also starts as root, in a container; what it opens here is a page of our own.
  return await chromium.launch({ executablePath: found, args: ['--no-sandbox'] })
}
