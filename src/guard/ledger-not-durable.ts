import { collectionOf, refKey } from '../model/resource.ts'
import { guard } from './guard.ts'
import { removals } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted } from './words.ts'

/**
 * A runner that is thrown away has its ledger made anew by every run: two runs at once would not see each other's
 * reservations, and nobody remembers what was here before. So what relies on a memory waits for one that lasts.
 */
export const ledgerNotDurable = guard('ledger-not-durable', (scene) => {
  if (scene.newLedgerInCi !== true) return []
  const reduced = (removals(scene).get('owner reductions')?.removed ?? []).map(({ ref }) => ref)
  const swept = sweptOut(scene)
  if (reduced.length + swept.length === 0) return []
  const does = [
    ...(reduced.length === 0 ? [] : [`reduces ${counted(reduced.length, 'owner')}`]),
    ...(swept.length === 0
      ? []
      : [
          `removes ${counted(swept.length, 'undeclared thing')} of exclusive collections (${collections(swept)})`,
        ]),
  ].join(' and ')
  return [
    {
      refs: [...new Map([...reduced, ...swept].map((ref) => [refKey(ref), ref])).values()],
      count: reduced.length + swept.length,
      message: `This plan ${does} in "${scene.config.name}", and there was no ledger before this run, which is in CI.`,
      remedy:
        'This cannot be accepted: keep the ledger where it outlives the runner (`ledger: {git: {ref: refs/rolecall/ledger}}`, or PostgreSQL). One that lasts and is still to be made is made by the first apply: of a plan without this, or outside CI.',
    },
  ]
})

/** What goes only because nobody declares it in a collection that is exclusive. */
function sweptOut({ writes, config, desired }: Scene) {
  return writes
    .filter(({ action, ref }) => action === 'delete' && config.exclusive.includes(ref.kind))
    .map(({ ref }) => ref)
    .filter(({ kind, key }) => !desired.wishes[kind].has(key))
}

function collections(refs: ReturnType<typeof sweptOut>): string {
  return [...new Set(refs.map(({ kind }) => collectionOf[kind]))].sort().join(', ')
}
