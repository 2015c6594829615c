/** Passwords that new accounts need: made, and kept by the operator's sink, before anything of the accounts is sent. */
import type { Secret } from '../connector/contract.ts'
import { newPassword } from '../connector/password.ts'
import type { Step } from '../model/plan.ts'
import type { AppliedSystem, Ports } from './ports.ts'

/** By the key of the account. Rejects with a sentence for people: then nothing may be sent. */
export async function passwordsFor(
  steps: readonly Step[],
  { config, connector: { description, rules } }: AppliedSystem,
  { secrets, run, now }: Pick<Ports, 'secrets' | 'run' | 'now'>,
): Promise<ReadonlyMap<string, Secret>> {
  const passwords = new Map<string, Secret>()
  const asked = description.newPassword
  if (asked === undefined) return passwords
  for (const { id, change } of steps) {
    if (change.action !== 'create' || change.ref.kind !== 'account') continue
    if (rules.needsPassword?.(change.after) !== true) continue
    if (secrets === undefined) throw new Error('It needs a password, and there is nowhere to put one.')
    const password = newPassword(asked)
    const account = change.ref.key
    await secrets.keep({ time: now().toISOString(), system: config.name, account, password, run, step: id })
    passwords.set(account, password)
  }
  return passwords
}
