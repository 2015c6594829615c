/**
 * Who may do what in a directory, worked out the long way and apart from the engine: every subject against every
 * action on every target, from the resources themselves. It imports nothing of src/access, nor the rules it judges.
 */
import type { GraphView } from '../../src/model/graph.ts'
import { kinds, splitTarget, type LinkTarget, type Resource } from '../../src/model/resource.ts'

/** What one state says, each fact as a text: `account:ana reach application:web`. */
export interface Brute {
  readonly facts: ReadonlySet<string>
  /** The accounts behind a subject of a plan: of a group all its members, of everyone all that can be used. */
  readonly behind: (subject: LinkTarget) => readonly LinkTarget[]
  /** A target and all that it holds. */
  readonly held: (target: LinkTarget) => readonly LinkTarget[]
}

/** `targets` are those that are asked about, besides what the state itself names. */
export type BruteForce = (graph: GraphView, targets: ReadonlySet<LinkTarget>) => Brute

/** Everything that a state names, for questions about it. */
export function targetsIn(graph: GraphView): ReadonlySet<LinkTarget> {
  const found = new Set<LinkTarget>()
  for (const kind of kinds)
    for (const { ref, links } of graph.all(kind)) {
      found.add(`${kind}:${ref.key}`)
      for (const target of Object.values(links).flat()) found.add(target)
      for (const group of links['manages'] ?? []) found.add(`members:${splitTarget(group).name}`)
    }
  return found
}

export const directoryBrute: BruteForce = (graph, targets) => {
  const list = (resource: Resource | undefined, link: string): readonly LinkTarget[] =>
    resource?.links[link] ?? []
  const usable = [...graph.all('account')].filter((account) => account.fields['status'] !== 'suspended')
  const names = (account: Resource): LinkTarget => `account:${account.ref.key}`

  /** Everything above, again and again until nothing comes any more. */
  const upwards = (start: readonly LinkTarget[], kind: 'group' | 'role', link: string): Set<LinkTarget> => {
    const all = new Set(start)
    for (let size = -1; size !== all.size;) {
      size = all.size
      for (const one of [...all])
        for (const next of list(graph.get(kind, splitTarget(one).name), link)) all.add(next)
    }
    return all
  }
  const groupsOf = (account: Resource): Set<LinkTarget> =>
    upwards(
      ['primaryGroup', 'groups', 'manages'].flatMap((link) => list(account, link)),
      'group',
      'parent',
    )

  const holders = (target: LinkTarget): Set<LinkTarget> => {
    const all = new Set<LinkTarget>([target, 'all:*'])
    const { type, name } = splitTarget(target)
    const account = type === 'account' ? graph.get('account', name) : undefined
    if (account) for (const group of groupsOf(account)) all.add(group)
    if (type === 'group') for (const group of upwards([target], 'group', 'parent')) all.add(group)
    if (type === 'project')
      for (const scope of graph.all('scope'))
        if (list(scope, 'enterprises').some((each) => each === target || each === 'all:*'))
          all.add(`scope:${scope.ref.key}`)
    return all
  }

  const atLarge = new Set(
    [...graph.all('policy'), ...graph.all('grant')]
      .flatMap((one) => [...list(one, 'subjects'), ...list(one, 'subject')])
      .filter((subject) => ['network', 'host'].includes(splitTarget(subject).type)),
  )
  for (const role of graph.all('role'))
    for (const group of (role.fields['directoryGroups'] ?? []) as string[])
      atLarge.add(`directoryGroup:${group}`)

  const said = new Map<LinkTarget, Set<LinkTarget>>(
    usable.map((account) => [names(account), new Set([names(account), 'everyone:*', ...groupsOf(account)])]),
  )
  for (const subject of atLarge) said.set(subject, new Set([subject]))

  const actionsOf = (role: LinkTarget): string[] =>
    [...upwards([role], 'role', 'implies')].flatMap((each) => [
      each,
      ...((graph.get('role', splitTarget(each).name)?.fields['privileges'] ?? []) as string[]),
    ])

  const facts = new Set<string>()
  const held = new Map<LinkTarget, LinkTarget[]>()
  for (const target of targets)
    for (const holder of holders(target)) held.set(holder, [...(held.get(holder) ?? []), target])
  const say = (subject: LinkTarget, action: string, on: LinkTarget): void => {
    for (const target of held.get(on) ?? []) facts.add(`${subject} ${action} ${target}`)
  }
  for (const [subject, names] of said) {
    for (const policy of graph.all('policy'))
      if (list(policy, 'subjects').some((each) => names.has(each)))
        for (const on of list(policy, 'resources')) say(subject, 'reach', on)
    for (const grant of graph.all('grant'))
      if (list(grant, 'subject').some((each) => names.has(each)))
        for (const role of list(grant, 'role'))
          for (const action of actionsOf(role))
            for (const on of list(grant, 'resource')) say(subject, action, on)
    for (const role of graph.all('role'))
      if (
        ((role.fields['directoryGroups'] ?? []) as string[]).some((group) =>
          names.has(`directoryGroup:${group}`),
        )
      )
        for (const action of actionsOf(`role:${role.ref.key}`)) say(subject, action, 'all:*')
  }
  for (const account of usable) {
    const on = list(account, 'scope')[0] ?? 'all:*'
    for (const role of list(account, 'role'))
      for (const action of actionsOf(role)) say(names(account), action, on)
    for (const group of list(account, 'manages'))
      say(names(account), 'manage', `members:${splitTarget(group).name}`)
  }

  return {
    facts,
    behind: (subject) =>
      splitTarget(subject).type === 'group' || subject === 'everyone:*'
        ? [...said].filter(([, all]) => all.has(subject)).map(([name]) => name)
        : said.has(subject)
          ? [subject]
          : [],
    held: (target) => held.get(target) ?? [],
  }
}
