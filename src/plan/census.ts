import type { Observation } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import { kinds, type Kind } from '../model/resource.ts'
import type { Census, LastSeen } from '../model/seen.ts'
import { sha256InPieces } from './digest.ts'
import { byText } from './sets.ts'

/** Whether each collection that can be proven was: only then is what a read did not show gone. */
export function isWholeRead(
  { proofs }: Pick<Observation, 'proofs'>,
  description: Pick<Description, 'kinds'>,
): boolean {
  return kinds.every((kind) => {
    const described = description.kinds[kind]
    return (
      described === undefined || described.evidence.length === 0 || isProven(proofs[kind], described.evidence)
    )
  })
}

function isProven(proof: Observation['proofs'][Kind], evidence: readonly string[]): boolean {
  return (
    proof?.complete === true && evidence.every((each) => (proof.evidence as readonly string[]).includes(each))
  )
}

/** How much a read showed of what it is proven to have seen whole. */
export function censusOf({ graph, proofs }: Observation, description: Pick<Description, 'kinds'>): Census {
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const evidence = description.kinds[kind]?.evidence ?? []
      if (evidence.length === 0 || !isProven(proofs[kind], evidence)) return []
      const names = Array.from(graph.all(kind), ({ ref, id }) => `${ref.key}\n${id ?? ''}`).sort(byText)
      return [[kind, { count: names.length, digest: sha256InPieces(names) }]]
    }),
  )
}

/** A collection that is much smaller than when it was last seen. */
export interface Drop {
  readonly kind: Kind
  readonly was: number
  readonly is: number
  /** What the limit was: the larger of 10 and 10 % of what there was. */
  readonly limit: number
  /** RFC 3339, UTC: an earlier read that showed just the same. */
  readonly alsoAt?: string
  /** RFC 3339, UTC: from when on a read that still shows the same is believed. Absent without an earlier one. */
  readonly from?: string
}

/** Two reads that agree, this long apart, are no accident of one read. */
const apart = 10 * 60_000

/**
 * Collections of which a proven read shows fewer than the last one, by more than the larger of 10 and 10 %: a system that
 * is being restored, or a caller who sees less than before, reads as whole as ever. None where two reads agree.
 */
export function dropsSince(seen: LastSeen | undefined, now: Census, at: string): readonly Drop[] {
  if (seen === undefined) return []
  return kinds.flatMap((kind): Drop[] => {
    const [was, is] = [seen.census[kind], now[kind]]
    if (was === undefined || is === undefined) return []
    const limit = Math.max(10, Math.floor(was.count / 10))
    if (was.count - is.count <= limit) return []
    const drop = { kind, was: was.count, is: is.count, limit }
    const also = seen.doubted?.census[kind]?.digest === is.digest ? seen.doubted.at : undefined
    if (also === undefined) return [drop]
    if (Date.parse(at) - Date.parse(also) >= apart) return []
    return [{ ...drop, alsoAt: also, from: new Date(Date.parse(also) + apart).toISOString() }]
  })
}

/** What is remembered of a read that is doubted: all as before, and the first of the reads that show the same. */
export function doubting(seen: LastSeen, now: Census, at: string): LastSeen {
  const drops = dropsSince(seen, now, at)
  const isKnown = drops.length > 0 && drops.every(({ alsoAt }) => alsoAt !== undefined)
  return isKnown || drops.length === 0 ? seen : { ...seen, doubted: { at, census: now } }
}

/** What was seen, less what is about to be removed: nobody shall wonder afterwards where it is. */
export function without(seen: LastSeen, removed: readonly Kind[]): LastSeen {
  const census = { ...seen.census }
  for (const kind of removed) {
    const known = census[kind]
    if (known) census[kind] = { ...known, count: known.count - 1 }
  }
  return { ...seen, census }
}
