/** Every "did you mean" comes from here, so that the same slip gets the same answer wherever it is made. */
import { distance } from 'fastest-levenshtein'

/**
 * The known name that was most likely meant: one that differs only in case, else the one with the fewest edits,
 * at most two or a third of its length. Of several, the first by code unit, whatever order they come in.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const folded = name.toLowerCase()
  let best: string | undefined
  let least = Infinity
  for (const candidate of known) {
    const edits = editsTo(name, folded, candidate, least)
    if (edits < least || (edits === least && best !== undefined && candidate < best)) {
      best = candidate
      least = edits
    }
  }
  return best
}

/**
 * `Did you mean "until"? The keys are from, until.`: the nearest if there is one, and all, in the order given, if
 * they are few. Undefined where there is nothing to say.
 */
export function suggest(name: string, known: readonly string[], what: string): string | undefined {
  const near = nearest(name, known)
  if (known.length === 1)
    return near === undefined ? `The only one is ${known.join('')}.` : `Did you mean "${near}"?`
  const list = known.length > 0 && known.length <= 12 ? [`The ${what} are ${known.join(', ')}.`] : []
  const guess = near === undefined ? [] : [`Did you mean "${near}"?`]
  return guess.length + list.length > 0 ? [...guess, ...list].join(' ') : undefined
}

/** Edits between two names, Infinity where they are too many to be a slip; a difference in case counts half. */
function editsTo(name: string, folded: string, candidate: string, least: number): number {
  const longer = Math.max(name.length, candidate.length)
  // Two letters exchanged are two edits, and the commonest slip: in a word of four they count.
  const most = longer < 4 ? 1 : Math.max(2, Math.floor(longer / 3))
  if (Math.abs(name.length - candidate.length) > Math.min(most, least)) return Infinity
  const lower = candidate.toLowerCase()
  if (lower === folded) return candidate === name ? 0 : 0.5
  const edits = distance(folded, lower)
  return edits <= most ? edits : Infinity
}
