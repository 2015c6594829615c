import type { Connector } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import { cloudconnexa } from './cloudconnexa/index.ts'
import { directory } from './directory/index.ts'
import { openstack } from './openstack/index.ts'

/** The sorts of system there are, by the name that `System.spec.connector` gives them. A new one is one line here. */
export const connectors: Readonly<Record<string, Connector>> = { cloudconnexa, directory, openstack }

/** What the manifests are checked against. Nothing here loads a client: those come with `openReader`, `openWriter`. */
export const descriptions: Readonly<Record<string, Description>> = Object.fromEntries(
  Object.entries(connectors).map(([name, { description }]) => [name, description]),
)
