/** A finding for people: what was counted, the rule, where it is set, and the way forward. */
import { refuses, type Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'
import { dormantLines } from './dormant.ts'
import { terminal } from './encode.ts'
import { wrapWords } from './layout.ts'
import type { Paint } from './paint.ts'

const shownRefs = 12
/** They are privileged, and each is told with what it can do. */
const shownDormant = 50

/** The lines of one finding; a refusing one carries the way out whole. */
export function findingLines(finding: Finding, plan: Plan, style: { pen: Paint; width: number }): string[] {
  const { pen } = style
  const head = `${title(finding, pen)}  ${terminal(finding.system)}  ${pen.dim(`rule: ${terminal(finding.where)}`)}`
  const size = style.width - 2
  const text = [
    ...wrapWords(terminal(finding.message), size),
    ...(finding.dormant === undefined ? refLines(finding, size) : dormantLines(finding, shownDormant)),
    ...wayForward(finding, size),
    ...(refuses(finding) ? acceptance(finding, plan).map((line) => (line === '' ? '' : `  ${line}`)) : []),
  ]
  return [head, ...text.map((line) => (line === '' ? '' : `  ${line}`))]
}

function title(finding: Finding, pen: Paint): string {
  if (refuses(finding)) return `${pen.bold(pen.red('refused'))}  ${pen.bold(finding.code)}`
  return finding.severity === 'warn'
    ? `${pen.yellow('warning')}  ${finding.code}`
    : `${pen.green('accepted')}  ${finding.code}`
}

function refLines(finding: Finding, size: number): string[] {
  if (finding.refs.length < 2) return []
  const names = finding.refs.slice(0, shownRefs).map((ref) => terminal(refKey(ref)))
  const rest = finding.refs.length > shownRefs ? [`… ${finding.refs.length - shownRefs} more`] : []
  return wrapWords([...names, ...rest].join(', '), size)
}

function wayForward(finding: Finding, size: number): string[] {
  if (finding.acceptedBy !== undefined) return [`Accepted by ${terminal(finding.acceptedBy)}.`]
  return wrapWords(terminal(finding.remedy), size)
}

/** The document that would accept a finding, ready to be written; nothing for one that nobody can accept. */
export function acceptance(finding: Finding, plan: Plan): string[] {
  if (!finding.acceptable) return []
  return [
    '',
    'apiVersion: rolecall/v1',
    'kind: Acceptance',
    'metadata:',
    `  name: ${finding.guardrail ?? finding.code}-${finding.system}-${plan.createdAt.slice(0, 10)}`,
    'spec:',
    `  finding: ${finding.code}`,
    ...(finding.guardrail === undefined ? [] : [`  guardrail: ${finding.guardrail}`]),
    '  systems:',
    `    - ${finding.system}`,
    ...names(finding),
    `  atMost: ${Math.max(1, finding.count)}`,
    '  reason: Say here why this is right',
    `  until: ${daysLater(plan.createdAt, 14)}`,
  ]
}

/** The people, where they are few enough to be read, or have to be named, and each has a handle. */
function names({ code, people = [] }: Finding): string[] {
  const known =
    (people.length <= 20 || code === 'access-widened') &&
    people.every((name) => /^[a-z0-9][a-z0-9._-]*$/.test(name))
  return known && people.length > 0 ? ['  names:', ...people.map((name) => `    - ${name}`)] : []
}

function daysLater(at: string, days: number): string {
  return new Date(Date.parse(at) + days * 86_400_000).toISOString().slice(0, 10)
}
