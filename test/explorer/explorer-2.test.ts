import { exploreHalf } from './halves.ts'

exploreHalf(1)
