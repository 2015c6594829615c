/** `*` stands for any run of characters. Piece by piece from the left, so that no pattern is slow. */
export function matches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const [first, last] = [pieces[0] ?? '', pieces.at(-1) ?? '']
  if (pieces.length === 1) return pattern === text
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return from <= text.length - last.length
}
