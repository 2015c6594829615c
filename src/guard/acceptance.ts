import { refuses, type Finding } from '../model/finding.ts'
import type { Acceptance } from '../model/workspace.ts'

/**
 * An Acceptance is a ceiling, not a licence: it covers the finding, systems and people it names, up to its number
 * less what was spent of it, until its day. What cannot be accepted is not looked up.
 *
 * All findings that one Acceptance could cover draw on it together: people once, however many dimensions their
 * leaving shows in, and things that are nobody's one by one. A finding it does not reach keeps refusing and says why.
 */
export function accept(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
  { spent, lapsed }: Used,
  today: string,
): Finding[] {
  const drawn = new Map<string, Draw>()
  return findings.map((finding) => {
    if (!finding.acceptable || !refuses(finding)) return finding
    const candidates = acceptances.filter((one) => isMeant(one, finding))
    const shortfalls: string[] = []
    for (const one of candidates) {
      const draw = add(drawn.get(one.name) ?? nothingDrawn, finding)
      const short =
        lapsed?.get(one.name) ?? shortfall(one, finding, amountOf(draw), spent.get(one.name) ?? 0, today)
      if (short === undefined) {
        drawn.set(one.name, draw)
        return { ...finding, acceptedBy: one.name }
      }
      shortfalls.push(`Acceptance "${one.name}" does not cover it: ${short}.`)
    }
    return { ...finding, remedy: [finding.remedy, ...shortfalls].join(' ') }
  })
}

/** What is known of the use of each Acceptance, by its name. */
interface Used {
  readonly spent: ReadonlyMap<string, number>
  /** Why it counts as wholly spent, as the end of a sentence. */
  readonly lapsed?: ReadonlyMap<string, string>
}

/** What the findings of a run draw on each Acceptance, by name: what is spent once the run has done its part. */
export function spending(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const drawn = new Map<string, Draw>()
  for (const finding of findings)
    if (finding.acceptedBy !== undefined)
      drawn.set(finding.acceptedBy, add(drawn.get(finding.acceptedBy) ?? nothingDrawn, finding))
  return new Map([...drawn].map(([name, draw]) => [name, amountOf(draw)]))
}

interface Draw {
  readonly people: ReadonlySet<string>
  readonly things: number
}

const nothingDrawn: Draw = { people: new Set(), things: 0 }

function add({ people, things }: Draw, finding: Finding): Draw {
  return finding.people
    ? { people: new Set([...people, ...finding.people]), things }
    : { people, things: things + finding.count }
}

function amountOf({ people, things }: Draw): number {
  return people.size + things
}

/** Whether the Acceptance was written for a finding like this, even if it turns out not to reach. */
function isMeant(one: Acceptance, finding: Finding): boolean {
  return (
    one.finding === finding.code &&
    one.guardrail === finding.guardrail &&
    one.systems.includes(finding.system)
  )
}

/** Why the Acceptance does not reach, as the end of a sentence; undefined when it does. */
function shortfall(
  one: Acceptance,
  finding: Finding,
  amount: number,
  spent: number,
  today: string,
): string | undefined {
  if (today > one.until) return `it ended on ${one.until}`
  if (finding.ids)
    return one.ids?.was === finding.ids.was && one.ids.now === finding.ids.now
      ? undefined
      : 'it names other ids'
  if (one.people) {
    const named = new Set(one.people)
    if (!finding.people) return 'it names people, and this is not about people alone'
    const unnamed = finding.people.filter((person) => !named.has(person))
    if (unnamed.length > 0) return `it does not name ${unnamed.join(', ')}`
  }
  if (one.atMost === undefined)
    return finding.code === 'removal-limit' && !one.people ? 'it has no bound' : undefined
  if (amount > one.atMost - spent)
    return spent === 0
      ? `it allows ${one.atMost}, and this plan needs ${amount}`
      : `it allows ${one.atMost}, of which ${spent} ${spent === 1 ? 'is' : 'are'} spent, and this plan needs ${amount}`
  return undefined
}
