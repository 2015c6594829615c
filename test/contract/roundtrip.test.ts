import { describe } from 'vitest'
import { roundtrip } from './roundtrip.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', roundtrip)
