import { byWorth } from '../access/lines.ts'
import { quietSince, showsSignIns, signInsOf } from '../access/sign-ins.ts'
import { rightsFrom, State } from '../access/state.ts'
import { Things } from '../access/things.ts'
import type { Power, Right } from '../model/access.ts'
import type { DormantAccount } from '../model/finding.ts'
import type { Resource, ResourceRef } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { guard } from './guard.ts'
import type { Scene } from './scene.ts'
import { counted, named } from './words.ts'

/**
 * Power that nobody uses is power that nobody misses, until somebody else has it. It is told and stops nothing: who is
 * dormant may be on leave, and is the person to ask. Of the outcome, so that what the plan takes away is not told.
 *
 * An account that is kept for emergencies is not signed in to, and that is its purpose.
 */
export const dormantAccount = guard('dormant-account', (scene) => {
  const { config, dormantAfter, description } = scene
  if (dormantAfter === undefined || !showsSignIns(description)) return []
  const { dormant, unknown } = sortedOut(scene, dormantAfter.days)
  if (dormant.length + unknown.length === 0) return []
  const { days, cause } = dormantAfter
  return [
    {
      refs: [...dormant, ...unknown].map(({ ref }) => ref),
      count: dormant.length,
      severity: 'warn',
      message: [
        ...(dormant.length === 0
          ? []
          : [
              `Nobody has signed in to ${counted(dormant.length, 'privileged account')} of "${config.name}" for ${counted(days, 'day')} or longer.`,
            ]),
        ...(unknown.length === 0 ? [] : [notKnown(scene, unknown)]),
      ].join(' '),
      where: cause === undefined ? 'built in' : `${cause.file}:${cause.line}`,
      remedy: 'It only warns: ask whose they are, and take from them or suspend what nobody uses.',
      ...(dormant.length === 0 ? {} : { dormant: dormant.map(({ told }) => told) }),
    },
  ]
})

function notKnown({ config }: Scene, unknown: readonly Privileged[]): string {
  const keys = unknown.map(({ ref }) => ref.key).sort(byText)
  return (
    `Of ${counted(keys.length, 'privileged account')} of "${config.name}" it is not known when somebody signed in last, ` +
    `so nobody can say whether ${keys.length === 1 ? 'it is' : 'they are'} dormant: ${named(keys)}.`
  )
}

interface Privileged {
  readonly ref: ResourceRef
  readonly told: DormantAccount
}

/**
 * Only whom it can be about is asked for rights. Where a system knows of nobody's sign-in, nobody is taken for awake
 * either: then that is a fact about the system, and not said of each account in every plan.
 */
function sortedOut(
  scene: Scene,
  days: number,
): { readonly dormant: readonly Privileged[]; readonly unknown: readonly Privileged[] } {
  const last = Date.parse(scene.today) - days * 86_400_000
  const quiet: Resource[] = []
  const silent: Resource[] = []
  let isKnown = false
  for (const account of scene.end.all('account')) {
    const since = quietSince(signInsOf(account))
    if (since !== undefined) {
      isKnown = true
      if (Date.parse(since) > last) continue
    }
    // What the plan itself makes has no past.
    if (scene.was.get('account', account.ref.key) === undefined || isLeftOut(scene, account)) continue
    if (since === undefined) silent.push(account)
    else quiet.push(account)
  }
  if (!isKnown) return { dormant: [], unknown: [] }
  let state: State | undefined
  const stateOf = ({ rules: { access }, end }: Scene): State => new State(access, end, Things.of(access, end))
  const privileged = (accounts: readonly Resource[]): Privileged[] =>
    accounts.flatMap((account) => privilegedOf(scene, (state ??= stateOf(scene)), account)).sort(byPower)
  return { dormant: privileged(quiet), unknown: privileged(silent) }
}

function isLeftOut(scene: Scene, { ref, fields }: Resource): boolean {
  const live = scene.live('account', ref.key)
  const isEmergency = [fields['type'], scene.people.get(scene.person(ref.key))?.type].includes('break-glass')
  return isEmergency || scene.automation.has(live) || scene.identity === live || scene.ignored(live)
}

function privilegedOf(scene: Scene, state: State, account: Resource): Privileged[] {
  const { rules, end, people } = scene
  const { key } = account.ref
  const { barred } = rules.access.facts({ type: 'account', name: key, resource: account }, end)
  if (barred === true) return []
  const power = rules.power(account, end)
  const rights = rightsFrom(state, state.startOf(account))
    .filter(({ rank }) => rank !== 'ordinary')
    .sort(byWorth)
    .map(({ action, on, rank }): Right => ({ action, on, rank }))
  if (rights.length === 0 && !powers.includes(power)) return []
  const person = scene.person(key)
  const ref = { ...account.ref, key: scene.live('account', key) }
  return [
    {
      ref,
      told: {
        account: ref.key,
        ...(people.has(person) ? { person } : {}),
        ...signInsOf(account),
        power,
        rights,
      },
    },
  ]
}

/** The most first. */
const powers: readonly Power[] = ['owner', 'administrator', 'unknown']

function byPower({ told: a }: Privileged, { told: b }: Privileged): number {
  const place = ({ power }: DormantAccount): number =>
    powers.indexOf(power) + (powers.includes(power) ? 0 : 9)
  return place(a) - place(b) || byText(a.account, b.account)
}
