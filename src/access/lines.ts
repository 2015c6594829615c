import { ranks, type AccessChange } from '../model/access.ts'
import type { LinkTarget } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import type { Difference, Pair } from './compare.ts'
import { byWay, keyOf, type Held } from './held.ts'
import type { Things } from './things.ts'

type Kind = AccessChange['change']

/**
 * Collects what changes: one line for each right by each way, with all who gain or lose it so. An organisation has few
 * ways and many people, and what reaches many by one way is one thing to read.
 */
export class Lines {
  readonly #system: string
  readonly #things: Pair<Things>
  /** A right that many have by one way is one object, so that no text has to be made for each of them. */
  readonly #subjects = { gain: new Map<Held, LinkTarget[]>(), loss: new Map<Held, LinkTarget[]>() }
  readonly #same = new Map<string, Held>()

  constructor(system: string, things: Pair<Things>) {
    this.#system = system
    this.#things = things
  }

  addAll(subject: LinkTarget, { gains, losses }: Difference): void {
    for (const held of gains) this.#add('gain', subject, held)
    for (const held of losses) this.#add('loss', subject, held)
  }

  #add(change: Kind, subject: LinkTarget, held: Held): void {
    const one = held.through.length === 0 ? this.#alike(held) : held
    const known = this.#subjects[change].get(one)
    if (known) known.push(subject)
    else this.#subjects[change].set(one, [subject])
  }

  /** For what each subject has as an object of its own. */
  addAlike(change: Kind, subject: LinkTarget, held: Held): void {
    this.#add(change, subject, this.#alike(held))
  }

  /** The most privileged first. */
  sorted(): AccessChange[] {
    return (['gain', 'loss'] as const)
      .flatMap((change) =>
        [...this.#subjects[change]].map(([held, subjects]) => this.#line(change, held, subjects)),
      )
      .sort(byWorth)
  }

  #alike(held: Held): Held {
    const name = [keyOf(held.action, held.on), ...held.through].join('\n')
    const known = this.#same.get(name)
    if (known === undefined) this.#same.set(name, held)
    return known ?? held
  }

  #line(change: Kind, { action, on, rank, through }: Held, subjects: LinkTarget[]): AccessChange {
    const because = change === 'loss' ? this.#because(through) : undefined
    return {
      change,
      system: this.#system,
      ...{ action, on, rank, through },
      subjects: subjects.sort(),
      ...(because === undefined ? {} : { because }),
    }
  }

  /** What something on the way says now of why it gives less, and did not say before. */
  #because(through: readonly LinkTarget[]): string | undefined {
    for (const name of through) {
      const { note } = this.#things.after.factsOf(name)
      if (note !== undefined && note !== this.#things.before.factsOf(name).note) return note
    }
    return undefined
  }
}

/** Of one system or of several. */
export function byWorth(a: Worth, b: Worth): number {
  return (
    ranks.indexOf(a.rank) - ranks.indexOf(b.rank) ||
    byText(a.system ?? '', b.system ?? '') ||
    byText(a.change ?? '', b.change ?? '') ||
    byText(a.action, b.action) ||
    byText(a.on, b.on) ||
    byWay(a.through, b.through)
  )
}

type Worth = Pick<Held, 'rank' | 'action' | 'on' | 'through'> &
  Partial<Pick<AccessChange, 'system' | 'change'>>
