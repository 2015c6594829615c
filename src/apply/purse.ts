/**
 * What a run spends of Acceptances: for each system its part, before the journal says that anything is about to
 * be sent there. So nothing is ever sent that was not paid for, and a run that sends nothing spends nothing.
 */
import type { Ports } from './ports.ts'

export interface Purse {
  /** Spends what the findings of this system draw, the first time it is asked for the system. */
  payFor(system: string): Promise<void>
  /**
   * Gives back what was spent for all but these systems. A system in which anything was done, or may have been,
   * must be among them; of its part nothing is given back, since findings do not say which step draws how much.
   */
  keepFor(systems: ReadonlySet<string>): Promise<void>
}

export function newPurse({ ledger, run, spends }: Pick<Ports, 'ledger' | 'run' | 'spends'>): Purse {
  const systemsPaid = new Set<string>()
  const paid = new Map<string, number>()

  /** Brings what is spent to what these systems draw together: a person who leaves two of them counts once. */
  const bringTo = async (systems: ReadonlySet<string>): Promise<void> => {
    const due = new Map([...paid.keys()].map((acceptance) => [acceptance, 0]))
    for (const { acceptance, amount } of spends(systems))
      due.set(acceptance, (due.get(acceptance) ?? 0) + amount)
    for (const [acceptance, total] of due) {
      const amount = total - (paid.get(acceptance) ?? 0)
      if (amount === 0) continue
      const detail = { run, acceptance, amount, systems: [...systems].sort() }
      await ledger.write([
        { do: 'spend', acceptance, amount, run },
        { do: 'audit', event: 'acceptance spent', detail },
      ])
      paid.set(acceptance, total)
    }
  }

  return {
    payFor: async (system) => {
      if (systemsPaid.has(system)) return
      await bringTo(new Set([...systemsPaid, system]))
      systemsPaid.add(system)
    },
    keepFor: (systems) => bringTo(new Set([...systemsPaid].filter((system) => systems.has(system)))),
  }
}
