import type { FloorReader } from '../../connector/contract.ts'

/**
 * One user as the API gives it → owner or not, for the checker that looks a second time before an owner is lowered. It
 * shares no code with `rules` on purpose: the two must agree, and one mistake must not be made twice.
 */
export const floor: FloorReader = (user) => {
  const { username, role, status } = user
  const owner = role === 'OWNER' || role === 'ADMIN'
  return {
    account: typeof username === 'string' ? username : '',
    owner,
    usable: owner && status === 'ACTIVE',
  }
}
