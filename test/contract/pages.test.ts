import { describe } from 'vitest'
import { pages } from './pages.ts'
import { systems } from './systems.ts'

describe.each(systems)('$name', pages)
