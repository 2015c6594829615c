import { randomPlans } from './random-plans.ts'

randomPlans(1)
