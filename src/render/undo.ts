/** What takes a run back, for a person: which run, what is not taken back and why, and then the plan as any other. */
import type { Plan } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import type { Left } from '../plan/inverse.ts'
import { terminal } from './encode.ts'
import { count, wrapWords } from './layout.ts'
import { paint } from './paint.ts'

interface UndoneRun {
  readonly run: string
  readonly actor: string
  readonly startedAt: string
  readonly commit?: string
}

/** `plan` is the text of the plan; absent where it is empty. */
export function renderUndo(
  record: UndoneRun,
  left: readonly Left[],
  plan: string | undefined,
  { colour, width }: { readonly colour: boolean; readonly width: number },
): string {
  const pen = paint(colour)
  const commit = record.commit === undefined ? '' : `, commit ${record.commit.slice(0, 12)}`
  const heading = `Takes back run ${terminal(record.run)} by ${terminal(record.actor)} of ${record.startedAt}${commit}`
  const kept = left.flatMap((one) => [
    `  ${verbs[one.action]} ${terminal(showRef(one.ref))}`,
    ...wrapWords(terminal(one.reason), width - 6).map((line) => `      ${line}`),
  ])
  const parts = [
    [pen.bold(heading)],
    kept.length === 0 ? [] : [pen.yellow(`Not taken back: ${count(left.length, 'thing')}`), ...kept],
    plan === undefined
      ? [pen.bold(left.length === 0 ? 'Nothing is left to take back.' : 'Nothing else is left to take back.')]
      : [plan.trimEnd()],
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

const verbs: Readonly<Record<Left['action'], string>> = {
  create: 'made',
  update: 'changed',
  rename: 'renamed',
  delete: 'removed',
}

/** The same for a program: schemas/undo.schema.json. */
export function undoJson({ run }: UndoneRun, left: readonly Left[], plan: Plan): string {
  return `${JSON.stringify({ format: 'rolecall/undo/v1', run, left, plan }, null, 2)}\n`
}
