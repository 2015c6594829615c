import process from 'node:process'
import type { Contested } from '../../race/race.ts'
import { oneGetsThrough } from '../../race/suite.ts'
import { newPlace, url, withPostgres } from './place.ts'

// the runners inherit it, as a job in CI gets it from its surroundings
process.env['ROLECALL_TEST_LEDGER'] = url

const contested: Contested = {
  name: 'PostgreSQL',
  prepare: (root) => ({
    config: { type: 'postgres', url: { env: 'ROLECALL_TEST_LEDGER' }, schema: newPlace().schema },
    workspaces: [root, root],
  }),
}

withPostgres('F22, S25: two processes that each take one of two owners away at the same moment', () => {
  oneGetsThrough(contested)
})
