/** A shell example of a page, with what the page says it prints. */
export interface Example {
  readonly command: string
  readonly output: string | undefined
  /** The folder of data it reads, where it needs one that may be absent. */
  readonly needs: string | undefined
  /** The blocks as they stand in the page, and the same with another output. */
  readonly whole: string
  readonly with: (output: string) => string
}

/**
 * The shell blocks of a Markdown page. A page says with `<!-- workspace: NAME -->` which example its commands run
 * in (`empty` by default), and with `<!-- needs: FOLDER -->` on the line above a block which data that one reads. A block ```` ```sh set-up ```` is not run
 * here: it is what CI itself begins with.
 */
export function examples(page: string) {
  const found: Example[] = []
  for (const match of page.matchAll(
    /(?:^<!-- needs: (\S+) -->\n\n)?^```sh\n([\s\S]*?)\n```\n(?:\n```text\n([\s\S]*?)\n```\n)?/gm,
  )) {
    const [whole, needs, command = '', output] = match
    const head = `${needs === undefined ? '' : `<!-- needs: ${needs} -->\n\n`}\`\`\`sh\n${command}\n\`\`\`\n`
    found.push({ command, output, needs, whole, with: (text) => `${head}\n\`\`\`text\n${text}\n\`\`\`\n` })
  }
  return {
    examples: found,
    setUp: [...page.matchAll(/^```sh set-up\n([\s\S]*?)\n```$/gm)].map(([, command]) => command),
    unmarked: [...page.matchAll(/^```(?:bash|shell|console|sh (?!set-up$).*)$/gm)].map(([line]) => line),
    workspace: /<!-- workspace: (\S+) -->/.exec(page)?.[1] ?? 'empty',
  }
}

/** Equal but for what differs from run to run: times, dates, digests, commits and durations. */
export function sameText(a: string, b: string): boolean {
  return steady(a) === steady(b)
}

function steady(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
    .replaceAll(/\b20\d\d-\d\d-\d\d\b/g, 'DATE')
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, 'HEX')
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, 'DURATION')
    .replaceAll(/\b[0-9A-Z]{26}\b/g, 'ID')
    .trimEnd()
}
