import { describe } from 'vitest'
import { names } from './names.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', names)
