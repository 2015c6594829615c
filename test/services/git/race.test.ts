/** Needs no server, but more time than the ordinary suite has: a round is some hundred processes of git. */
import { describe } from 'vitest'
import { gitLedger } from '../../race/race.ts'
import { oneGetsThrough } from '../../race/suite.ts'

describe('F22, S25: two processes that each take one of two owners away at the same moment', () => {
  oneGetsThrough(gitLedger)
})
