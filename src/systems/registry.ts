import type { Description } from '../connector/describe.ts'
import { description as directory } from './directory/describe.ts'

/** The sorts of system there are, by the name that `System.spec.connector` gives them. */
export const descriptions: Readonly<Record<string, Description>> = { directory }
