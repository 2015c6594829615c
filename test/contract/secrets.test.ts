import { describe } from 'vitest'
import { secrets } from './secrets.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', secrets)
