/**
 * The states that a question about access can be asked of: the live systems, what the manifests at hand declare, or
 * what a commit declares. A live system is only read; for the other two nothing is connected to.
 */
import type { AccountFacts, Asked } from '../access/answers.ts'
import { Access } from '../access/questions.ts'
import { signInsOf } from '../access/sign-ins.ts'
import type { Connector, Observation } from '../connector/contract.ts'
import { missingProof } from '../guard/proof.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds } from '../model/resource.ts'
import { declaredGraph } from '../plan/declared.ts'
import { descriptions } from '../systems/registry.ts'
import type { OutputOptions, StateOptions } from './access-options.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { writeOut } from './files.ts'
import { openProgress } from './progress.ts'
import { connectorOf } from './connector.ts'
import { observe, type UnreadSystem } from './observe.ts'
import { narrowed } from './reconcile.ts'
import { desiredOf } from './remembered.ts'
import { reading, type Session } from './session.ts'
import { showUnproven, showUnread, type UnprovenRead } from './warnings.ts'
import { loadWorkspace, workspaceAt, type Loaded } from './workspace.ts'

interface States {
  readonly asked: readonly Asked[]
  /** Of which state, in words: `as it is`, `as declared`, `as declared by 1a2b3c4d5e6f`. */
  readonly state: string
  readonly unread: readonly UnreadSystem[]
  /** What may not be all there is. */
  readonly unproven: readonly UnprovenRead[]
}

/** Throws Fault and InvalidManifests; a system that cannot be read is in `unread`. */
export async function openStates(options: StateOptions, border: Border, session: Session): Promise<States> {
  if (options.desired === true && options.at !== undefined)
    throw new Fault(
      exit.fault,
      '--desired and --at name two different states.',
      'Ask of the manifests at hand or of those of a commit.',
    )
  return options.desired === true || options.at !== undefined
    ? await declaredStates(options, border, session)
    : await liveStates(options, border, session)
}

async function declaredStates(options: StateOptions, border: Border, session: Session): Promise<States> {
  const load = { cwd: session.cwd, now: border.now(), connectors: descriptions }
  const { at, protectedRef } = options
  const loaded: Pick<Loaded, 'workspace' | 'afterMerge' | 'commit'> =
    at === undefined
      ? await loadWorkspace({
          ...load,
          compare: 'declared',
          ...(protectedRef === undefined ? {} : { protectedRef }),
        })
      : { ...(await workspaceAt(at, load)), afterMerge: [] }
  const { workspace } = loaded
  const asked = narrowed(loaded, options.system ?? []).map((config) => {
    const connector = connectorOf(config)
    const desired = desiredOf(workspace, config)
    return askedOf(connector, declaredGraph(desired), desired)
  })
  const state = at === undefined ? 'as declared' : `as declared by ${(loaded.commit ?? '').slice(0, 12)}`
  return { asked, state, unread: [], unproven: [] }
}

async function liveStates(options: StateOptions, border: Border, session: Session): Promise<States> {
  const progress = await openProgress(border, session.quiet)
  const settings = {
    ...reading(border, session, options),
    onReading: (system: string) => {
      progress.doing(`reading ${system}`)
    },
  }
  const load = { ...settings, now: border.now(), connectors: descriptions, compare: 'declared' as const }
  const loaded = await loadWorkspace(load)
  const systems = narrowed(loaded, options.system ?? [])
  const read = await Promise.all(
    systems.map((config) => observe(config, loaded.workspace, settings)),
  ).finally(progress.end)
  const whole = read.flatMap((one) => ('observation' in one ? [one] : []))
  return {
    asked: whole.map(({ config, connector, observation }) =>
      askedOf(connector, observation.graph, desiredOf(loaded.workspace, config)),
    ),
    state: 'as it is',
    unread: read.flatMap((one) => ('message' in one ? [one] : [])),
    unproven: whole.flatMap(({ config, connector, observation }) =>
      unprovenIn(config.name, connector, observation),
    ),
  }
}

function askedOf({ rules }: Connector, graph: GraphView, { system, wishes }: DesiredGraph): Asked {
  const people = new Map<string, string>()
  for (const { ref, person, previousKeys } of wishes.account.values())
    if (person !== undefined) for (const key of [...previousKeys, ref.key]) people.set(key, person)
  const accounts = new Map<string, AccountFacts>()
  for (const account of graph.all('account')) {
    const person = people.get(account.ref.key)
    const { barred } = rules.access.facts(
      { type: 'account', name: account.ref.key, resource: account },
      graph,
    )
    accounts.set(account.ref.key, {
      ...(person === undefined ? {} : { person }),
      power: barred === true ? 'none' : rules.power(account, graph),
      ...signInsOf(account),
    })
  }
  return { system, access: new Access(rules, graph), accounts }
}

/** Of a collection that is not read whole, "nobody" is no answer. What a system offers no proof for is a fact about it. */
function unprovenIn(system: string, { description }: Connector, observation: Observation): UnprovenRead[] {
  return kinds.flatMap((kind) => {
    const reason = missingProof({ description, observation }, kind, () => false)
    return reason === undefined ? [] : [{ system, kind, reason }]
  })
}

/** Writes the answer, says what it lacks, and gives the exit code: an answer that may lack somebody is no answer. */
export async function give(
  text: string,
  { out }: OutputOptions,
  { unread, unproven }: Pick<States, 'unread' | 'unproven'>,
  border: Border,
): Promise<ExitCode> {
  if (out === undefined) border.out(text)
  else await writeOut(out, text)
  showUnread(unread, border)
  showUnproven(unproven, border)
  return unread.length + unproven.length > 0 ? exit.unknown : exit.done
}
