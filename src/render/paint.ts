/** Colours, added last: every text is complete without them. */
import colours from 'picocolors'
import type { Mark } from './view.ts'

export type Paint = ReturnType<typeof colours.createColors>

export function paint(enabled: boolean): Paint {
  return colours.createColors(enabled)
}

/** The colour of what happens; the sign itself says the same. */
export function painted(mark: Mark, pen: Paint): (text: string) => string {
  const by: Record<Mark, (text: string) => string> = {
    '+': pen.green,
    '~': pen.yellow,
    '>': pen.cyan,
    '-': pen.red,
    '!': pen.magenta,
    ' ': pen.dim,
  }
  return by[mark]
}
