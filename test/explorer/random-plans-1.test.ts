import { tryHalf } from './random-halves.ts'

tryHalf(0)
