/** What a ledger is given of its surroundings. Where its address is a secret, it is fetched here, at the border. */
import { resolveSecret } from '../connector/secrets.ts'
import type { LedgerSurroundings } from '../ledger/open.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'

export function ledgerSurroundings(
  root: string,
  { env, now }: Pick<Border, 'env' | 'now'>,
): LedgerSurroundings {
  return {
    root,
    env,
    now,
    secret: async (reference) => {
      const resolved = await resolveSecret(reference, { env, root })
      if ('secret' in resolved) return resolved.secret.reveal()
      throw new Fault(exit.unknown, `ledger: ${resolved.problem}`, resolved.fix)
    },
  }
}
