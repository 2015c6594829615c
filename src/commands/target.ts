/** What a connector is given to reach its system: settings, credentials and the clock, and nothing else. */
import type { Secret, Target } from '../connector/contract.ts'
import { resolveSecret } from '../connector/secrets.ts'
import type { SystemAlone } from '../model/workspace.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import type { Log } from './logger.ts'

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => Date
  readonly sleep: Border['sleep']
  readonly root: string
  readonly log: Log
}

/** Resolves the system's credentials; throws Fault (exit 4) for the first that leads nowhere. */
export async function targetOf(
  config: SystemAlone,
  { env, now, sleep, root, log }: Surroundings,
): Promise<Target> {
  const credentials: Record<string, Secret> = {}
  for (const [name, reference] of Object.entries(referencesOf(config, env))) {
    const resolved = await resolveSecret(reference, { env, root })
    if ('problem' in resolved) {
      throw new Fault(exit.unknown, `${config.name}: credential ${name}: ${resolved.problem}`, resolved.fix)
    }
    for (const warning of resolved.warnings) log.warn({ system: config.name }, warning)
    credentials[name] = resolved.secret
  }
  return {
    system: config.name,
    settings: config.settings,
    credentials,
    root,
    now,
    sleep,
    ...(config.profile === undefined ? {} : { profile: config.profile }),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
  }
}

/** As the System says; where it says nothing, what the tools of that system take from the environment too. */
function referencesOf(
  { connector, credentials }: SystemAlone,
  env: Surroundings['env'],
): SystemAlone['credentials'] {
  const usual = descriptions[connector]?.environment
  if (Object.keys(credentials).length > 0 || usual === undefined) return credentials
  return Object.fromEntries(
    Object.entries(usual).flatMap(([name, variable]) => (env[variable] ? [[name, { env: variable }]] : [])),
  )
}
