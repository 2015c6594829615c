/** Progress on stderr: a line that moves for a person who watches, plain lines for everybody else. */
import type { Border } from './border.ts'

export interface Progress {
  /** What is going on just now: shown to a person, and not a line of its own in CI. */
  readonly doing: (text: string) => void
  /** Something that happened: a line, in both. */
  readonly line: (text: string) => void
  /** Takes the moving line away. */
  readonly end: () => void
}

export async function openProgress(border: Border, quiet: boolean): Promise<Progress> {
  const nothing = (): void => undefined
  if (quiet) return { doing: nothing, line: nothing, end: nothing }
  const line = (text: string): void => {
    border.err(`${text}\n`)
  }
  if (!border.sees.err) return { doing: nothing, line, end: nothing }
  const { default: ora } = await import('ora')
  // Reading takes no keys, so that a question afterwards finds the terminal as it was.
  const spinner = ora({ stream: process.stderr, discardStdin: false })
  return {
    doing: (text) => {
      spinner.text = text
      if (!spinner.isSpinning) spinner.start()
    },
    line: (text) => {
      const moving = spinner.isSpinning
      spinner.stop()
      line(text)
      if (moving) spinner.start()
    },
    end: () => {
      spinner.stop()
    },
  }
}
