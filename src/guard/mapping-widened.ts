import { mappingIn, type Mapping } from '../access/simulate.ts'
import { remapped, type Person } from '../access/remapped.ts'
import type { Change } from '../model/change.ts'
import type { Resource } from '../model/resource.ts'
import type { Found } from './guard.ts'
import type { Scene } from './scene.ts'

/**
 * A mapping sorts people by itself, when they sign in: who switches it to several groups, or tries its rules in another
 * order, gives access to people whom nobody named (M10). So they are named before, by somebody who looked. Here it is a
 * person who makes the change, by hand, since the plan asks for it; what is written is judged with all other writes.
 */
export function mappingWidened(scene: Scene): readonly Found[] {
  return scene.steps.flatMap(({ change }) => (isOnMapping(change) ? found(scene, change) : []))
}

type OnMapping = Extract<Change, { action: 'manual' }>

function isOnMapping(change: Change): change is OnMapping {
  return change.ref.kind === 'mapping' && change.action === 'manual'
}

/** People named in one sentence; the finding's refs hold them all. */
const shown = 100

function found(scene: Scene, change: OnMapping): readonly Found[] {
  const most = scene.description.maxSecondaryGroups
  const people = peopleOf(scene)
  const result = remapped(
    { ...versions(scene, change), most },
    people.map(({ person }) => person),
  )
  if (result === undefined) return []
  const { changed, unknown, because } = result
  const names = [...changed.map(({ name }) => name), ...unknown].sort()
  const known = changed.slice(0, shown).map(({ name, how }) => `${name} (${how})`)
  const rest = changed.length - known.length
  const sentences = [
    ...(changed.length > 0
      ? [
          `${because} changes the groups of ${howMany(changed.length)} at the next sign-in: ${known.join(', ')}${more(rest)}.`,
        ]
      : [`${because} may change the groups of people at the next sign-in.`]),
    ...(unknown.length > 0
      ? [
          `${howMany(unknown.length)} of whom nobody wrote down what the provider sends may gain everything: ${unknown.slice(0, shown).join(', ')}${more(unknown.length - shown)}.`,
        ]
      : []),
  ]
  const named = new Set(names)
  return [
    {
      refs: [change.ref, ...people.flatMap(({ person, ref }) => (named.has(person.name) ? [ref] : []))],
      count: names.length,
      message: sentences.join(' '),
      remedy: `Write down \`attributes\` of those of whom nothing is known, look at who gains what, and write an Acceptance that names them and has \`atMost: ${names.length}\`.`,
      acceptable: true,
      people: names,
    },
  ]
}

function howMany(count: number): string {
  return count === 1 ? '1 person' : `${count} people`
}

function more(rest: number): string {
  return rest > 0 ? ` and ${rest} more` : ''
}

/** The mapping before and after; what the system does not show, as the manifests said it before. */
function versions(
  scene: Scene,
  { ref, after }: OnMapping,
): { readonly before: Mapping; readonly after: Mapping } {
  const live = scene.was.get('mapping', ref.key)?.fields ?? {}
  const mode = live['mode'] ?? scene.former?.(ref, 'mode')
  const was = { ...live, ...(mode === undefined ? {} : { mode }) }
  return { before: mappingIn(was), after: mappingIn({ ...was, ...after.fields }) }
}

interface Mapped {
  readonly person: Person
  readonly ref: Resource['ref']
}

/** Everybody whom the provider may let in: not the Owner, nor who signs in locally by the manifests' own word. */
function peopleOf(scene: Scene): readonly Mapped[] {
  const people = new Map<string, Mapped>()
  const add = (ref: Resource['ref'], name: string): void => {
    const attributes = scene.people.get(name)?.attributes
    people.set(name, { ref, person: { name, ...(attributes === undefined ? {} : { attributes }) } })
  }
  for (const account of scene.end.all('account')) {
    const { key } = account.ref
    const wish = scene.desired.wishes.account.get(key)
    const isLocal = wish?.fields['authentication'] === 'local'
    if (!isLocal && !scene.rules.sealed(account) && !scene.ignored(scene.live('account', key)))
      add(account.ref, scene.person(key))
  }
  for (const { ref, state, fields, person } of scene.desired.wishes.account.values())
    if (
      state === 'present' &&
      fields['authentication'] !== 'local' &&
      scene.end.get('account', ref.key) === undefined
    )
      add(ref, person ?? ref.key)
  return [...people.values()]
}
