import { explorePart } from './parts.ts'

explorePart(0)
