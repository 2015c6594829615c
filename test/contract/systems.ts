/** The connectors that are held to the contract without a service of their own beside them. */
import { cloudconnexa } from './cloudconnexa.ts'
import { directory } from './directory.ts'
import type { ContractSystem } from './system.ts'

export const systems: readonly ContractSystem[] = [cloudconnexa, directory]
