import type { Part, Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { refuses, type Finding, type FindingCode } from '../model/finding.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type LinkTarget, type Resource } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'

/** What dates alone will take away and give, told by the writes that the plan of each day would have. */
export interface Forecast {
  /** UTC days, both included. */
  readonly from: string
  readonly to: string
  /** By day, system, place in that day's plan; of one write the losses first. */
  readonly entries: readonly ForecastEntry[]
  /** What would refuse the plan of a day, as things stand. */
  readonly refusals: readonly ForecastRefusal[]
  /** Where owners go, and fewer are left than the System wants. */
  readonly shortages: readonly ForecastShortage[]
  /** Days from which on the manifests would be at fault, so that nothing could be planned. */
  readonly faults: readonly ForecastFault[]
}

export interface ForecastEntry {
  /** The first UTC day on which it is so. */
  readonly date: string
  readonly system: string
  readonly change: 'loss' | 'beginning'
  /** Handles of those it is about, sorted; an account's key where nobody declares it. */
  readonly people: readonly string[]
  /** `account suspended`, `group:oncall`, `policy payroll: subject group:finance`. */
  readonly what: string
  readonly because?: string
  readonly where: Pick<Cause, 'file' | 'line' | 'document'>
  /** Codes of what would refuse that day's plan, as far as it is about this. */
  readonly refused: readonly FindingCode[]
}

export interface ForecastRefusal extends Pick<Finding, 'code' | 'system' | 'message' | 'remedy'> {
  readonly date: string
}

export interface ForecastShortage {
  readonly date: string
  readonly system: string
  /** Usable owners that are left, and `owners.minimum`. */
  readonly owners: number
  readonly minimum: number
}

export interface ForecastFault {
  readonly date: string
  readonly code: string
  readonly message: string
  readonly file?: string
  readonly line?: number
}

/** One system on a day on which something turns. */
export interface Turn {
  readonly day: string
  readonly system: string
  readonly writes: readonly Write[]
  readonly before: GraphView
  readonly after: GraphView
  /** The wishes of the day before, and of the day. */
  readonly was: DesiredGraph
  readonly desired: DesiredGraph
  readonly findings: readonly Finding[]
}

export function entriesOf(turn: Turn): ForecastEntry[] {
  const refused = new Map<string, Set<FindingCode>>()
  for (const { code, refs } of turn.findings.filter(refuses))
    for (const ref of refs) refused.set(refKey(ref), (refused.get(refKey(ref)) ?? new Set()).add(code))
  const [before, after] = [peopleIn(turn.before, turn.was), peopleIn(turn.after, turn.desired)]
  return turn.writes.flatMap((write) => {
    const { file, line, document, because } = write.cause
    const common = {
      date: turn.day,
      system: turn.system,
      ...(because === undefined ? {} : { because }),
      where: { file, line, document },
      refused: [...(refused.get(refKey(write.ref)) ?? [])],
    }
    return effectsOf(write, before, after).map(({ change, people, what }): ForecastEntry => {
      return { ...common, change, people, what }
    })
  })
}

export function refusalsOf({ day, findings }: Turn): ForecastRefusal[] {
  return findings
    .filter(refuses)
    .map(({ code, system, message, remedy }) => ({ date: day, code, system, message, remedy }))
}

type Effect = Pick<ForecastEntry, 'change' | 'people' | 'what'>
interface Side {
  readonly graph: GraphView
  readonly people: (targets: readonly LinkTarget[]) => readonly string[]
}

function effectsOf(write: Write, before: Side, after: Side): Effect[] {
  return [
    ...(write.action === 'create' ? [] : effect('loss', write, write.before, before)),
    ...(write.action === 'delete' ? [] : effect('beginning', write, write.after, after)),
  ]
}

function effect(change: Effect['change'], write: Write, part: Part, side: Side): Effect[] {
  const { kind, key } = write.ref
  const isWhole = write.action === 'create' || write.action === 'delete'
  const links = Object.entries(part.links).filter(([, targets]) => targets.length > 0)
  const what =
    kind === 'account'
      ? accountWords(change, write, links)
      : kind === 'grant'
        ? [...(part.links['role'] ?? []), ...(part.links['resource'] ?? [])].join(' on ')
        : isWhole
          ? `${kind} ${key}`
          : linkWords(links, `${kind} ${key}: `)
  if (what === '') return []
  const isPartOfPolicy = kind === 'policy' && links.some(([name]) => name === 'resources')
  const holders =
    kind === 'account'
      ? [`account:${key}`]
      : isPartOfPolicy
        ? (side.graph.get(kind, key)?.links['subjects'] ?? [])
        : [...(part.links['subjects'] ?? []), ...(part.links['subject'] ?? [])]
  return [{ change, people: side.people(holders), what }]
}

type Links = readonly (readonly [string, readonly LinkTarget[]])[]

/** A whole account is told by its role and groups; of one that stays, what goes or comes. */
function accountWords(change: Effect['change'], write: Write, links: Links): string {
  if (write.action === 'delete') return 'account removed'
  const told = linkWords(links)
  if (write.action === 'create') return told === '' ? 'account' : `account with ${told}`
  const status = write.after.fields['status']
  const isStatus = change === 'loss' ? status === 'suspended' : status === 'active'
  const word = isStatus ? [change === 'loss' ? 'account suspended' : 'account active'] : []
  return [...word, ...(told === '' ? [] : [told])].join(', ')
}

/** Targets say what they are; where a link means more than that something is there, it is named. */
function linkWords(links: Links, before = ''): string {
  const told = links.map(([name, targets]) => `${named[name] ?? ''}${targets.join(', ')}`)
  return told.length === 0 ? '' : before + told.join(', ')
}

const named: Readonly<Record<string, string>> = {
  manages: 'manages ',
  subjects: 'subject ',
  resources: 'resource ',
  scope: 'limit ',
}

/** Who is behind a target: an account, or everybody in a group and in the groups below it. */
function peopleIn(graph: GraphView, desired: DesiredGraph): Side {
  let members: ReadonlyMap<string, readonly string[]> | undefined
  const person = (key: string): string => desired.wishes.account.get(key)?.person ?? key
  const behind = (target: LinkTarget): readonly string[] => {
    const { type, name } = splitTarget(target)
    if (type === 'account') return [person(name)]
    if (type !== 'group') return []
    members ??= membersOf(graph)
    return (members.get(target) ?? []).map(person)
  }
  return { graph, people: (targets) => [...new Set(targets.flatMap(behind))].sort() }
}

function membersOf(graph: GraphView): ReadonlyMap<LinkTarget, readonly string[]> {
  const members = new Map<LinkTarget, Set<string>>()
  for (const account of graph.all('account'))
    for (const target of groupsAbove(graph, account)) {
      const known = members.get(target)
      if (known) known.add(account.ref.key)
      else members.set(target, new Set([account.ref.key]))
    }
  return new Map([...members].map(([target, keys]) => [target, [...keys]]))
}

function groupsAbove(graph: GraphView, account: Resource): ReadonlySet<LinkTarget> {
  const groups = new Set(['primaryGroup', 'groups', 'manages'].flatMap((name) => account.links[name] ?? []))
  for (const target of groups)
    for (const parent of graph.get('group', splitTarget(target).name)?.links['parent'] ?? [])
      groups.add(parent)
  return groups
}
