/** Which connector a system has, and how it is there. */
import type { Connector } from '../connector/contract.ts'
import { withProfile } from '../connector/describe.ts'
import type { SystemAlone } from '../model/workspace.ts'
import { connectors } from '../systems/registry.ts'
import { exit, Fault } from './exit.ts'

/** The connector as it is for this system: under its profile, and with its settings. */
export function connectorOf(config: SystemAlone): Connector {
  const { name, connector, profile } = config
  const found = connectors[connector]
  if (found !== undefined) {
    const description = profile === undefined ? undefined : withProfile(found.description, profile)
    return { ...found, ...(description && { description }), ...found.variant?.(config) }
  }
  throw new Fault(
    exit.fault,
    `The system "${name}" asks for the connector "${connector}", which this version does not have.`,
    `There are: ${Object.keys(connectors).join(', ')}.`,
  )
}
