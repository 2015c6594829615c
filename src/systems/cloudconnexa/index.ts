import type { Connector } from '../../connector/contract.ts'
import { description } from './describe.ts'
import { floor } from './floor.ts'
import { rules } from './rules.ts'

/** OpenVPN CloudConnexa. Its client, and with it all that speaks HTTP, is loaded when an account is opened. */
export const cloudconnexa: Connector = {
  description,
  rules,
  floor,
  openReader: async (target) => (await import('./client.ts')).openReader(target),
  openWriter: async (target) => (await import('./client.ts')).openWriter(target),
}
