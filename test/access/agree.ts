/** Holds what a plan says of access against what two states say by themselves, worked out the long way. */
import type { AccessChange, Impact } from '../../src/model/access.ts'
import type { GraphView } from '../../src/model/graph.ts'
import { kinds, splitTarget, type Kind } from '../../src/model/resource.ts'
import { targetsIn, type Brute, type BruteForce } from './brute.ts'

/**
 * What the impact says and the states do not, and the other way round; nothing where they agree. What is gone is no
 * loss of those who could do something to it.
 */
export function disagreements(
  impact: Pick<Impact, 'access'>,
  { before, after }: { readonly before: GraphView; readonly after: GraphView },
  force: BruteForce,
): string[] {
  const targets = new Set([...targetsIn(before), ...targetsIn(after)])
  const was = force(before, targets)
  const is = force(after, targets)
  const said = { gain: new Set<string>(), loss: new Set<string>() }
  const faults: string[] = []
  for (const line of impact.access) {
    const side = line.change === 'gain' ? is : was
    const other = line.change === 'gain' ? was : is
    for (const subject of line.subjects) {
      if (subject.startsWith('attribute:')) continue
      const told = expanded(line, subject, side)
      for (const fact of told) if (!side.facts.has(fact)) faults.push(`${line.change} of nothing: ${fact}`)
      const news = told.filter((fact) => !other.facts.has(fact))
      if (news.length === 0 && subject.startsWith('account:'))
        faults.push(`${line.change} that is none: ${subject} ${line.action} ${line.on}`)
      for (const fact of news) said[line.change].add(fact)
    }
  }
  const isGone = (fact: string): boolean => {
    const { type, name } = splitTarget(fact.slice(fact.lastIndexOf(' ') + 1))
    return (kinds as readonly string[]).includes(type) && after.get(type as Kind, name) === undefined
  }
  for (const fact of is.facts)
    if (!was.facts.has(fact) && !said.gain.has(fact)) faults.push(`gain not told: ${fact}`)
  for (const fact of was.facts)
    if (!is.facts.has(fact) && !said.loss.has(fact) && !isGone(fact)) faults.push(`loss not told: ${fact}`)
  return faults
}

function expanded({ action, on }: AccessChange, subject: string, side: Brute): string[] {
  return side.behind(subject).flatMap((each) => side.held(on).map((target) => `${each} ${action} ${target}`))
}
