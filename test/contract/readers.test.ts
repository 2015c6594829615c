import { describe } from 'vitest'
import { readers } from './readers.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', readers)
