/** For tests that open thousands of files in one process. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The driver lets go of a file that was closed when what refers to it is collected: of thousands, not in time by itself. */
export async function letGo(): Promise<void> {
  collectGarbage()
  await new Promise((resolve) => setImmediate(resolve))
}
