import type { Change } from '../model/change.ts'
import { passingCodes } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { Resource } from '../model/resource.ts'
import { sha256InPieces } from './digest.ts'
import { byText } from './sets.ts'

/**
 * Digest of what a reviewer approves: which changes, what the guards counted (not whether it is accepted, and nothing that a day alone brings), and what
 * stands in the documents the changes come from. No times, commits, native ids or places in files, and nothing that is
 * left alone: two runs on the same wishes and the same state agree, whenever and wherever they are made.
 */
export function intentOf({
  systems,
  findings,
  documents,
  withoutIntent,
}: Pick<Plan, 'systems' | 'findings' | 'documents' | 'withoutIntent'>): string {
  return sha256InPieces({
    format: 'rolecall/intent/v1',
    systems: systems.map(({ name, steps }) => ({
      name,
      changes: steps.flatMap(({ change }) => approved(change)),
    })),
    findings: findings
      .filter(({ code }) => !passingCodes.has(code))
      .map(({ system, code, count }) => ({ system, code, count }))
      .sort((a, b) => byText(a.system, b.system) || byText(a.code, b.code) || a.count - b.count),
    documents,
    withoutIntent,
  })
}

/** Digest of a whole plan but itself. */
export function digestOf(plan: Omit<Plan, 'digest'>): string {
  return sha256InPieces({ ...plan, digest: undefined })
}

function approved(change: Change): object[] {
  const { action, ref } = change
  switch (change.action) {
    case 'create':
      return [{ action, ref, after: content(change.after) }]
    case 'update':
    case 'manual':
      return [{ action, ref, before: change.before, after: change.after }]
    case 'rename':
      return [{ action, ref, from: change.from, before: change.before, after: change.after }]
    case 'delete':
      return [
        {
          action,
          ref,
          before: content(change.before),
          ...(change.along === undefined ? {} : { along: change.along }),
        },
      ]
    case 'keep':
      return []
  }
}

function content({ fields, links }: Resource): object {
  return { fields, links }
}
