/**
 * Names from live systems and lines from manifests are hostile input. Nothing reaches an output but through
 * the encoder of that output, so that a name can neither move the cursor, nor hide, nor leave its code fence.
 */

/**
 * Text for a terminal or a plain log: one line, nothing invisible. C0, DEL and C1 controls, bidirectional
 * controls, zero-width and other invisible characters, lone surrogates and line separators become visible
 * escapes (`\u{202e}`); a tab is one too. Everything else stays as it is.
 */
export function terminal(text: string): string {
  return suspicious.test(text) ? text.replace(hidden, escape) : text
}

/**
 * Text inside Markdown prose or a table cell: shows what `terminal` shows, and is neither a mention, a link,
 * an image, HTML, emphasis, code, a heading, a list, an issue reference nor the end of a cell.
 *
 * Mentions and bare links are found in the text that is left after Markdown was rendered, where a backslash or
 * an entity no longer shows; only a character in between stops them, so a zero-width space (written as an
 * entity, and the only one that ever gets through) breaks them.
 */
export function markdown(text: string): string {
  return terminal(text)
    .replace(/[&<>]/g, (sign) => entities[sign] ?? sign)
    .replace(/[\\`*_{}[\]()!|~^$=]/g, '\\$&')
    .replace(/^([-+]|\d+(?=[.)]))/, (start) =>
      start.length > 1 || /\d/.test(start) ? `${start}${gap}` : `\\${start}`,
    )
    .replace(/[@#]|GH-(?=\d)|www(?=\.)|:(?=\/\/)/gi, `$&${gap}`)
}

/** Text as Markdown inline code. The fence is longer than any run of backticks inside. */
export function markdownCode(text: string): string {
  const shown = terminal(text)
  const fence = '`'.repeat(longestRun(shown) + 1)
  const pad = shown.startsWith('`') || shown.endsWith('`') || shown === '' ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

/** Lines as a fenced Markdown block. The fence is longer than any run of backticks inside; line ends stay. */
export function markdownBlock(text: string, language = ''): string {
  const shown = text.split('\n').map(terminal).join('\n')
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return `${fence}${language}\n${shown}\n${fence}`
}

/**
 * The message or a property of a GitHub workflow command (`::error file=…::message`). Line ends survive as
 * `%0A` in a message; a property also loses `:` and `,`, which would end it.
 */
export function workflowCommand(text: string, part: 'message' | 'property' = 'message'): string {
  const lines = text
    .split('\n')
    .map((line) => terminal(line).replaceAll('%', '%25'))
    .join('%0A')
  return part === 'message' ? lines : lines.replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/**
 * A cell of a CSV table (RFC 4180). A spreadsheet takes a cell that begins with one of these signs for a formula and
 * works it out, so that such a text gets an apostrophe before it.
 */
export function csvCell(text: string): string {
  const shown = terminal(text)
  const safe = /^[=+\-@]/.test(shown) ? `'${shown}` : shown
  return /[",;']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Text inside HTML, between tags or inside a quoted attribute: shows what `terminal` shows. */
export function html(text: string): string {
  return terminal(text).replace(/[&<>"']/g, (sign) => htmlEntities[sign] ?? sign)
}

/** Columns a character takes on a terminal: none for combining marks, two for wide East Asian and emoji. */
export function columns(character: string): number {
  if (/^\p{M}$/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const htmlEntities: Readonly<Record<string, string>> = { ...entities, '"': '&quot;', "'": '&#39;' }

const gap = '&#8203;'

/**
 * Controls and format characters (Unicode Cc and Cf hold C0, C1, DEL, soft hyphen, zero-width, bidirectional
 * and tag characters), line and paragraph separators, lone surrogates, private use, unassigned, and the
 * characters that draw nothing though their category says letter, mark or space (UAX 44, Default_Ignorable).
 */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** Cheap first look: most text is printable ASCII. */
const suspicious = /[^\x20-\x7e]/

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function longestRun(text: string): number {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}
