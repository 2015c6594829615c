/** The worlds that are explored whole, or as far as there is time for. */
import { scenario, type Both } from './scenarios.ts'

export { explore } from './explore.ts'

const owners = { ana: 'Owner ops', bo: 'Owner', chen: 'Member dev' }
const both: Both = { vpn: owners, stack: owners }
const groups = [['ops', 'dev']] as const

export const inVpn = scenario({
  title: 'two changes, each of which takes one of two owners of vpn',
  ...{ live: both, groups, attempts: [2, 1] },
  wishes: [
    { ...both, vpn: { ...owners, ana: 'Member ops' } },
    { ...both, vpn: { ...owners, bo: 'Member' } },
  ],
})
export const inBoth = scenario({
  title: 'a group and an owner go while another is made one, in both systems',
  live: { vpn: owners, stack: owners },
  groups: [['ops', 'dev'], ['ops', 'dev'], ['dev']],
  attempts: [1, 1],
  wishes: [
    { vpn: { ...owners, chen: 'Owner dev' }, stack: { ...owners, ana: 'Member ops', chen: 'Owner dev' } },
    { vpn: { ...owners, ana: 'Member' }, stack: { ...owners, ana: 'Owner', bo: 'Member' } },
  ],
})
export const inStack = scenario({
  title: 'two changes, each of which takes one of two owners of stack',
  ...{ live: both, groups, attempts: [2, 1] },
  wishes: [
    { ...both, stack: { ...owners, ana: 'Member ops' } },
    { ...both, stack: { ...owners, bo: 'Member' } },
  ],
})
