import type { Rules } from '../connector/contract.ts'
import type { Impact, Power, PowerChange, SettingsChange } from '../model/access.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { LinkTarget } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { affectedBy } from './affected.ts'
import { compare, deltasOf, type Deltas } from './compare.ts'
import { exposuresOf } from './exposed.ts'
import { byWorth, Lines } from './lines.ts'
import { settingsMoved } from './settings.ts'
import { startAtLarge, State } from './state.ts'
import { keyOf } from './things.ts'

interface ImpactInput {
  readonly rules: Rules
  readonly system: string
  /** The state as it was read, and as it will be, both by the names that things have afterwards. */
  readonly before: GraphView
  readonly after: GraphView
  readonly writes: readonly Write[]
  /** The person behind an account, by its key afterwards. */
  readonly person: (account: string) => string
}

/** What the writes to one system mean for whom. Only who can be affected is looked at, and only what changes is told. */
export function impactOf(input: ImpactInput): Impact {
  const { rules, system, before, after, writes } = input
  const { things, accounts, atLarge } = affectedBy({ rules: rules.access, before, after, writes })
  const states = {
    before: new State(rules.access, before, things.before),
    after: new State(rules.access, after, things.after),
  }
  const deltas = deltasOf(states)
  const lines = new Lines(system, things)
  const put = (subject: LinkTarget, { gains, losses }: ReturnType<typeof compare>): void => {
    for (const held of gains) lines.add('gain', subject, held)
    for (const held of losses) lines.add('loss', subject, held)
  }
  for (const key of accounts) {
    const starts = { before: states.before.start(key), after: states.after.start(key) }
    put(`account:${key}`, compare(states, starts, deltas))
  }
  for (const name of atLarge) {
    const starts = { before: startAtLarge(name, things.before), after: startAtLarge(name, things.after) }
    put(name, compare(states, starts, withoutMembers(deltas)))
  }
  const sides = { rules: rules.access, views: { before, after }, states, things, accounts }
  for (const { change, subject, right, target, through } of exposuresOf(writes, sides))
    lines.addAlike(change, subject, { ...right, on: target, key: keyOf(right.action, target), through })
  const found = { powers: powersOf(input, accounts), access: lines.sorted(), settings: settingsMoved(input) }
  return { ...found, people: peopleIn(found, input) }
}

/** What a plan means in all its systems together. */
export function together(impacts: readonly Impact[]): Impact {
  return {
    powers: impacts.flatMap(({ powers }) => powers).sort(byPower),
    access: impacts.flatMap(({ access }) => access).sort(byWorth),
    settings: impacts.flatMap(({ settings }) => settings),
    people: Object.assign({}, ...impacts.map(({ people }) => people)) as Impact['people'],
  }
}

/** Whom a mapping puts into a group is shown as its member: of all others behind it only what the mapping changes is told. */
function withoutMembers(deltas: Deltas): Deltas {
  return (passage) => (passage.to.startsWith('group:') ? { gains: [], losses: [] } : deltas(passage))
}

/** Owners and administrators that come and go, and whose power nobody knows: by the tier, whatever it comes through. */
function powersOf(
  { rules, system, before, after }: ImpactInput,
  accounts: ReadonlySet<string>,
): PowerChange[] {
  const powerIn = (key: string, graph: GraphView): Power => {
    const resource = graph.get('account', key)
    if (resource === undefined) return 'none'
    const { barred } = rules.access.facts({ type: 'account', name: key, resource }, graph)
    return barred === true ? 'none' : rules.power(resource, graph)
  }
  return [...accounts]
    .map((account) => ({ system, account, before: powerIn(account, before), after: powerIn(account, after) }))
    .filter((one) => one.before !== one.after && [one.before, one.after].some((power) => tier[power] > 1))
    .sort(byPower)
}

const tier: Readonly<Record<Power, number>> = { owner: 4, administrator: 3, unknown: 2, member: 1, none: 0 }

function byPower(a: PowerChange, b: PowerChange): number {
  const most = ({ before, after }: PowerChange): number => Math.max(tier[before], tier[after])
  return (
    most(b) - most(a) ||
    tier[b.after] - tier[a.after] ||
    byText(a.system, b.system) ||
    byText(a.account, b.account)
  )
}

/** Only of accounts that are spoken of and are called otherwise than the person. */
function peopleIn(
  { powers, access, settings }: Omit<Impact, 'people'>,
  { system, person }: ImpactInput,
): Impact['people'] {
  const accounts = new Set([
    ...powers.map(({ account }) => account),
    ...settings.flatMap((one: SettingsChange) => one.accounts),
  ])
  for (const { subjects } of access)
    for (const subject of subjects)
      if (subject.startsWith('account:')) accounts.add(subject.slice('account:'.length))
  const named = [...accounts].sort(byText).flatMap((key): [string, string][] => {
    const name = person(key)
    return name === key ? [] : [[key, name]]
  })
  return named.length === 0 ? {} : { [system]: Object.fromEntries(named) }
}
