import { describe } from 'vitest'
import { calls } from './calls.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', calls)
