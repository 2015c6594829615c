import type { Connector } from '../../connector/contract.ts'
import { description } from './describe.ts'
import { floor } from './floor.ts'
import { rules } from './rules.ts'

/** The embedded directory. Its client, and with it the database, is loaded when a file is opened and not before. */
export const directory: Connector = {
  description,
  rules,
  floor,
  openReader: async (target) => (await import('./client.ts')).openReader(target),
  openWriter: async (target) => (await import('./client.ts')).openWriter(target),
}
