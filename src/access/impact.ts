import type { AccessRules, Rules } from '../connector/contract.ts'
import type { Impact, SettingsChange } from '../model/access.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Resource } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { affectedBy, type Affected } from './affected.ts'
import { compare, deltasOf, type Deltas, type Pair } from './compare.ts'
import { exposuresOf } from './exposed.ts'
import { keyOf, type Passage, type Reach } from './held.ts'
import { byWorth, Lines } from './lines.ts'
import { byPower, Powers } from './powers.ts'
import { Reaches } from './reach.ts'
import { settingsMoved } from './settings.ts'
import { startAtLarge, State, type Start } from './state.ts'

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
  const views = { before, after }
  const affected = affectedBy({ rules: rules.access, before, after, writes })
  const { things, leads, hung, atLarge } = affected
  const states = statesOf(rules.access, views, affected)
  const deltas = deltasOf(states, leads)
  const lines = new Lines(system, things)
  const powers = new Powers(rules, system, views)
  const accounts: string[] = []
  for (const { key, resources, starts } of accountsIn(views, states, affected)) {
    accounts.push(key)
    lines.addAll(`account:${key}`, compare(states, starts, deltas))
    powers.compare(key, resources, starts)
  }
  for (const name of atLarge) {
    const starts = { before: startAtLarge(name, things.before), after: startAtLarge(name, things.after) }
    lines.addAll(name, compare(states, starts, withoutMembers(deltas)))
  }
  const sides = { rules: rules.access, views, states, things, accounts, hung }
  for (const { change, subject, right, target, through } of exposuresOf(writes, sides))
    lines.addAlike(change, subject, { ...right, on: target, key: keyOf(right.action, target), through })
  const found = { powers: powers.sorted(), access: lines.sorted(), settings: settingsMoved(input) }
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

/** What leads to nothing that differs is worked out once, for both states. */
function statesOf(
  rules: AccessRules,
  { before, after }: Pair<GraphView>,
  { things, leads }: Affected,
): Pair<State> {
  const was = new State(rules, before, things.before)
  const same = (passage: Passage): Reach | undefined => (leads(passage.to) ? undefined : was.reach(passage))
  return { before: was, after: new State(rules, after, things.after, new Reaches(things.after, same)) }
}

/** One account, as it is in both states. */
interface Compared {
  readonly key: string
  readonly resources: Pair<Resource | undefined>
  readonly starts: Pair<Start | undefined>
}

function* accountsIn(
  views: Pair<GraphView>,
  states: Pair<State>,
  { moved, near }: Affected,
): Iterable<Compared> {
  for (const key of moved) {
    const [was, is] = [views.before.get('account', key), views.after.get('account', key)]
    const starts = { before: was && states.before.startOf(was), after: is && states.after.startOf(is) }
    yield { key, resources: { before: was, after: is }, starts }
  }
  for (const [account, facts] of near) {
    const start = states.before.startOf(account, facts)
    const resources = { before: account, after: account }
    yield { key: account.ref.key, resources, starts: { before: start, after: start } }
  }
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
  for (const subject of new Set(access.flatMap(({ subjects }) => subjects)))
    if (subject.startsWith('account:')) accounts.add(subject.slice('account:'.length))
  const named = [...accounts].sort(byText).flatMap((key): [string, string][] => {
    const name = person(key)
    return name === key ? [] : [[key, name]]
  })
  return named.length === 0 ? {} : { [system]: Object.fromEntries(named) }
}
