import type { FloorReader } from '../../connector/contract.ts'

/**
 * One row of the table `accounts` → owner or not, for the checker that looks a second time before an owner is
 * lowered. It shares no code with `rules` on purpose: the two must agree, and one mistake must not be made twice.
 */
export const floor: FloorReader = (row) => {
  const name = row['user_name']
  const owner = row['role'] === 'Owner'
  const human = row['type'] === 'person' || row['type'] === 'break-glass'
  const everywhere = row['scope'] === null
  return {
    account: typeof name === 'string' ? name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : '',
    owner,
    usable: owner && human && everywhere && row['status'] === 'active',
  }
}
