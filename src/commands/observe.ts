/** One system, read by a reader that is closed again: the way in which every command looks at what is live. */
import type { Connector, Observation, Reader } from '../connector/contract.ts'
import { ConnectorFault } from '../connector/fault.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import type { Border } from './border.ts'
import { connectorOf } from './connector.ts'
import { Fault } from './exit.ts'
import type { Log } from './logger.ts'
import { targetOf } from './target.ts'

export interface ReadingOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => Date
  readonly sleep: Border['sleep']
  readonly log: Log
  /** Told before each system is read. */
  readonly onReading?: (system: string) => void
}

/** A system that could not be read: it is not in the plan. */
export interface UnreadSystem {
  readonly system: string
  readonly message: string
  readonly fix?: string
}

export interface Read {
  readonly config: SystemConfig
  readonly connector: Connector
  readonly observation: Observation
  readonly identity: string | undefined
}

/** One system, read whole, or why it could not be: the others go on. */
export async function observe(
  config: SystemConfig,
  { root }: Workspace,
  { env, now, sleep, log, onReading }: ReadingOptions,
): Promise<Read | UnreadSystem> {
  onReading?.(config.name)
  let reader: Reader | undefined
  try {
    const connector = connectorOf(config)
    reader = await connector.openReader(await targetOf(config, { env, now, sleep, root, log }))
    const identity = await reader.whoami()
    const observation = await reader.observe()
    log.info({ system: config.name, calls: observation.calls }, 'read')
    return { config, connector, observation, identity }
  } catch (error) {
    return unreadable(config.name, error)
  } finally {
    await reader?.close()
  }
}

/** Only what is known to be the outside's fault; anything else is a bug and keeps its stack. */
function unreadable(system: string, error: unknown): UnreadSystem {
  if (error instanceof ConnectorFault) return { system, message: error.message, fix: error.fix }
  if (error instanceof Fault) {
    return { system, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) }
  }
  throw error
}
