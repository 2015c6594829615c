import type { KindDescription } from '../connector/describe.ts'
import type { Change, KeepReason, Part } from '../model/change.ts'
import type { Stage } from '../model/plan.ts'
import { additions, emptyPart, isEmpty, patchOf, pick } from './delta.ts'

/**
 * What a stage lets through of a change, and what it holds back: `report` everything, `full` nothing, `additions`
 * whatever takes something away. An update may be split into what comes now and what waits.
 */
export function staged(change: Change, stage: Stage, kind: KindDescription | undefined): Change[] {
  if (stage === 'full' || change.action === 'keep') return [change]
  if (stage === 'report') return [held(change, 'stage')]
  switch (change.action) {
    case 'create':
      return [change]
    case 'update': {
      const { adding, rest } = additions(change, kind)
      return [
        ...(isEmpty(adding) ? [] : [{ ...change, ...adding, patch: patchOf(adding, kind) }]),
        ...(isEmpty(rest) ? [] : [held({ ...change, ...rest }, 'stage')]),
      ]
    }
    case 'manual':
      return isEmpty({ before: change.before, after: emptyPart }) ? [change] : [held(change, 'stage')]
    case 'rename':
    case 'delete':
      return [held(change, 'stage')]
  }
}

/** The change as something that is left alone, with what would have been done. */
export function held(
  change: Exclude<Change, { action: 'keep' }>,
  reason: Exclude<KeepReason, 'unmanaged'>,
): Change {
  return {
    action: 'keep',
    ref: change.ref,
    reason,
    held: change.action === 'manual' ? 'update' : change.action,
    ...('from' in change ? { from: change.from } : {}),
    before: partOf('before' in change ? change.before : emptyPart),
    after: partOf('after' in change ? change.after : emptyPart),
    cause: change.cause,
  }
}

/** A whole resource that would come or go is told by what it has. */
function partOf({ fields, links }: Part): Part {
  return { fields, links: pick(links, (_, targets) => targets.length > 0) }
}

/** Why an account that an identity provider vouches for is not made. */
export const appearsLater = 'appears at first sign-in'
