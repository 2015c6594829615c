import { explorePart } from './parts.ts'

explorePart(1)
