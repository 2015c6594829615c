import { guard } from './guard.ts'
import { counted } from './words.ts'

/**
 * A password that nobody was given is a lost account, and one that is kept here would be one more place to steal it
 * from. Which place the operator has is known when the plan is carried out: until then it is said who needs one, and
 * `apply` refuses where no place was named.
 */
export const noSecretSink = guard('no-secret-sink', ({ writes, rules, description, config }) => {
  if (description.newPassword === undefined) return []
  const refs = writes.flatMap((write) =>
    write.action === 'create' && write.ref.kind === 'account' && rules.needsPassword?.(write.after) === true
      ? [write.ref]
      : [],
  )
  if (refs.length === 0) return []
  const accounts = counted(refs.length, 'new account')
  return [
    {
      refs,
      severity: 'warn',
      count: refs.length,
      message: `In "${config.name}" ${accounts} ${refs.length === 1 ? 'needs' : 'need'} a password, which is made when the plan is carried out and written to a place of yours before the account is.`,
      remedy: 'Name the place to apply: --secrets-to file:PATH, or --secrets-to exec:PROGRAM.',
    },
  ]
})
