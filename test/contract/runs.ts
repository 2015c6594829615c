/**
 * Command lines in this process, with a clock that only moves when somebody waits: a retry after a minute costs nothing. The
 * program is whole, from the words of the command line to the exit code; what a process of its own adds is tested in test/cli.
 */
import { run } from '../../src/commands/program.ts'
import type { Border } from '../../src/commands/border.ts'

export interface Clock {
  readonly now: () => Date
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

export function clock(start = '2026-11-25T12:00:00Z'): Clock {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    sleep: (milliseconds) => {
      time += milliseconds
      return Promise.resolve()
    },
  }
}

export async function told(
  root: string,
  { now, sleep }: Clock,
  env: Border['env'],
  ...words: readonly string[]
): Promise<Told> {
  let [out, err] = ['', '']
  // two plans of one moment that say the same are one plan, and that runs once
  await sleep(1000)
  const border: Border = {
    ...{ env, now, sleep },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    sees: { out: false, err: false },
    answers: false,
    colour: { out: false, err: false },
    width: 100,
  }
  const here = process.cwd()
  try {
    const code = await run(['-C', root, ...words], border)
    return { code, out, err }
  } finally {
    // the program leaves its answer there, and where it went; this process has others to give, from elsewhere
    process.chdir(here)
    process.exitCode = undefined
  }
}
