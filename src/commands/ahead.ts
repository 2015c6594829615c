/**
 * Systems are read while the manifests are: one waits for the network where the other needs the processor, and which systems
 * there are is known long before what is wished of them. What was read ahead counts only for a System that is still the same
 * once all is known, and is let go where it does not come to that.
 */
import { isDeepStrictEqual } from 'node:util'
import type { SystemAlone, SystemConfig } from '../model/workspace.ts'
import { observe, open, type Read, type ReadingOptions, type UnreadSystem } from './observe.ts'

export interface ReadingAhead {
  /** Begins to read those of these systems that are asked for; resolves as soon as each is under way. */
  readonly begin: (systems: readonly SystemAlone[], root: string) => Promise<void>
  /** The system as it was read, or is read now. */
  readonly read: (config: SystemConfig, root: string) => Promise<Read | UnreadSystem>
  /** Lets go of what is under way. */
  readonly end: () => Promise<void>
}

export function readingAhead(isAsked: (system: string) => boolean, options: ReadingOptions): ReadingAhead {
  const stop = new AbortController()
  const begun = new Map<string, Ahead>()
  return {
    begin: async (systems, root) => {
      const asked = systems.filter(({ name }) => isAsked(name))
      await Promise.all(
        asked.map(async (config) => {
          const opened = await open(config, { root }, { ...options, stop: stop.signal })
          const reading = opened.read()
          // Whoever asks for it is told of a fault, and it may be that nobody does.
          reading.catch(() => undefined)
          begun.set(config.name, { reach: reachOf(config), reading })
        }),
      )
    },
    read: async (config, root) => {
      const ahead = begun.get(config.name)
      const isSame = ahead !== undefined && isDeepStrictEqual(ahead.reach, reachOf(config))
      const read = await (isSame ? ahead.reading : observe(config, { root }, options))
      return 'message' in read ? read : { ...read, config }
    },
    end: async () => {
      stop.abort()
      await Promise.allSettled([...begun.values()].map(({ reading }) => reading))
    },
  }
}

interface Ahead {
  readonly reach: Reach
  readonly reading: Promise<Read<SystemAlone> | UnreadSystem>
}

/** All that decides what is connected to, and how it is read. */
type Reach = Pick<SystemAlone, 'connector' | 'profile' | 'endpoint' | 'credentials' | 'settings'>

function reachOf({ connector, profile, endpoint, credentials, settings }: Reach): Reach {
  return {
    ...{ connector, credentials, settings },
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}
