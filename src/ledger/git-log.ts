/**
 * A log in a git ledger: it only grows, in files of a hundred lines, a hundred files a folder. An addition rewrites the
 * last file and the one that says how long the log is.
 */
import { Damaged, type Ask, type Draft } from './git-files.ts'
import { shapes } from './git-layout.ts'
import type { Shape } from './shape.ts'

const perFile = 100

/** How many lines the log has. */
async function lengthOf(draft: Draft, log: string): Promise<number> {
  return (await draft.value<{ count: number }>(`${log}/end.json`, shapes.end))?.count ?? 0
}

/** Adds the lines that `next` makes of the length and the last line. */
export async function append<T extends object>(
  draft: Draft,
  log: string,
  shape: Shape,
  next: (length: number, last: T | undefined) => readonly T[],
): Promise<void> {
  const length = await lengthOf(draft, log)
  const tail = length === 0 ? [] : await fileOf<T>(draft, log, shape, Math.ceil(length / perFile) - 1, length)
  const added = next(length, tail.at(-1))
  const open = length % perFile === 0 ? [] : tail
  const lines = [...open, ...added]
  const first = Math.floor(length / perFile)
  for (let at = 0; at < lines.length; at += perFile)
    draft.putLines(nameOf(log, first + at / perFile), lines.slice(at, at + perFile))
  draft.put(`${log}/end.json`, { count: length + added.length })
}

/** The lines from the first to the last, a thousand at a time, each asked for afresh: a log may be long. */
export async function* pieces<T>(ask: Ask, log: string, shape: Shape): AsyncGenerator<T[]> {
  const step = 10
  for (let file = 0; ; file += step) {
    const { lines, files } = await ask(async (draft) => {
      const files = Math.ceil((await lengthOf(draft, log)) / perFile)
      const names = [...Array(Math.max(0, Math.min(files - file, step))).keys()].map((index) =>
        nameOf(log, file + index),
      )
      await draft.load(names)
      const lines: T[] = []
      for (const name of names) lines.push(...(await draft.lines<T>(name, shape)))
      return { lines, files }
    })
    yield lines
    if (file + step >= files) return
  }
}

/** Changes the last line that `is` picks. Looks from the end, where it is likely to be. */
export async function amend<T extends object>(
  draft: Draft,
  log: string,
  shape: Shape,
  is: (line: T) => boolean,
  change: (line: T) => T,
): Promise<void> {
  const length = await lengthOf(draft, log)
  for (let file = Math.ceil(length / perFile) - 1; file >= 0; file -= 1) {
    const lines = await fileOf<T>(draft, log, shape, file, length)
    const at = lines.findLastIndex(is)
    if (at < 0) continue
    draft.putLines(
      nameOf(log, file),
      lines.map((line, index) => (index === at ? change(line) : line)),
    )
    return
  }
}

/** The lines of one file, which must be as many as the length of the log says. */
async function fileOf<T>(
  draft: Draft,
  log: string,
  shape: Shape,
  file: number,
  length: number,
): Promise<T[]> {
  const name = nameOf(log, file)
  const lines = await draft.lines<T>(name, shape)
  const expected = Math.min(perFile, length - file * perFile)
  if (lines.length !== expected)
    throw new Damaged(`${name} has ${lines.length} lines where ${log}/end.json says ${expected}`)
  return lines
}

function nameOf(log: string, file: number): string {
  const folder = String(Math.floor(file / perFile)).padStart(4, '0')
  return `${log}/${folder}/${String(file % perFile).padStart(2, '0')}.jsonl`
}
