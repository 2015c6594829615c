/** One system, read by a reader that is closed again: the way in which every command looks at what is live. */
import type { Connector, Observation, Reader } from '../connector/contract.ts'
import { ConnectorFault } from '../connector/fault.ts'
import type { SystemAlone, SystemConfig, Workspace } from '../model/workspace.ts'
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
  /** Once aborted, nobody waits for what is read. */
  readonly stop?: AbortSignal
}

/** A system that could not be read: it is not in the plan. */
export interface UnreadSystem {
  readonly system: string
  readonly message: string
  readonly fix?: string
}

export interface Read<System = SystemConfig> {
  readonly config: System
  readonly connector: Connector
  readonly observation: Observation
  readonly identity: string | undefined
}

/** One system, read whole, or why it could not be: the others go on. */
export async function observe<System extends SystemAlone>(
  config: System,
  where: Pick<Workspace, 'root'>,
  options: ReadingOptions,
): Promise<Read<System> | UnreadSystem> {
  return await (await open(config, where, options)).read()
}

/** A system that may be read; what opens it sends nothing. */
interface Opened<System> {
  readonly read: () => Promise<Read<System> | UnreadSystem>
}

export async function open<System extends SystemAlone>(
  config: System,
  { root }: Pick<Workspace, 'root'>,
  { env, now, sleep, log, onReading, stop }: ReadingOptions,
): Promise<Opened<System>> {
  onReading?.(config.name)
  try {
    const connector = connectorOf(config)
    const target = await targetOf(config, { env, now, sleep, root, log })
    const reader = await connector.openReader({ ...target, ...(stop && { stop }) })
    return { read: () => readWhole(config, connector, reader, log) }
  } catch (error) {
    const unread = unreadable(config.name, error)
    return { read: () => Promise.resolve(unread) }
  }
}

async function readWhole<System extends SystemAlone>(
  config: System,
  connector: Connector,
  reader: Reader,
  log: Log,
): Promise<Read<System> | UnreadSystem> {
  try {
    const identity = await reader.whoami()
    const observation = await reader.observe()
    log.info({ system: config.name, calls: observation.calls }, 'read')
    return { config, connector, observation, identity }
  } catch (error) {
    return unreadable(config.name, error)
  } finally {
    await reader.close()
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
