/**
 * Needs no server, but more time than the ordinary suite has: here every round has all that could be in it. Who finds the
 * lock taken tries on until the other is over, and a run of rolecall looks at what each round has left behind.
 */
import { describe } from 'vitest'
import { gitLedger } from '../../race/race.ts'
import { oneGetsThrough } from '../../race/suite.ts'

describe('F22, S25: two processes that each take one of two owners away at the same moment', () => {
  const { name, prepare } = gitLedger
  oneGetsThrough({ name, prepare })
})
