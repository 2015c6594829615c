/** Rights, targets and ways in words: the same in a plan, an answer and a page. Nothing here encodes for an output. */
import type { Right } from '../model/access.ts'
import { splitTarget, type LinkTarget } from '../model/resource.ts'

/** `application payroll`, `everything`, `members of engineering`. */
export function targetWords(target: LinkTarget): string {
  const { type, name } = splitTarget(target)
  if (type === 'all') return 'everything'
  if (type === 'everyone') return 'everyone'
  if (type === 'members') return `members of ${name}`
  return name === '' || name === '*' ? type : `${type} ${name}`
}

/** Whoever no account stands for: `everyone`, `network hq`, `whoever has groups=eng`. */
export function atLargeWords(subject: LinkTarget): string {
  const { type, name } = splitTarget(subject)
  if (type === 'everyone') return name === '*' ? 'everyone' : `everyone in ${name}`
  if (type === 'group') return `all members of ${name}`
  if (type === 'attribute') return name === '*' ? 'whoever no rule matches' : `whoever has ${name}`
  return `${type} ${name}`
}

/** The handle, and the account where it is called otherwise; an account that nobody declares says so. */
export function subjectWords(subject: LinkTarget, person: string | undefined): string {
  const { type, name } = splitTarget(subject)
  if (type !== 'account') return atLargeWords(subject)
  if (person === undefined) return `${name} (not declared)`
  return person === name ? name : `${person} (${name})`
}

/** `reach application payroll`, `role deployer on project web-prod`, `role Owner`. */
export function rightWords({ action, on }: Pick<Right, 'action' | 'on'>): string {
  const target = targetWords(on)
  if (!action.startsWith('role:')) return `${action} ${isTransitive(action) ? '' : 'on '}${target}`
  const role = `role ${action.slice('role:'.length)}`
  return on === 'all:*' ? role : `${role} on ${target}`
}

/**
 * `through group finance, policy payroll`: the way to a right, without the role at its end that is the right itself, and
 * without grants, which say nothing that the ends of their way do not. Nothing where a right is had directly.
 */
export function wayWords(through: readonly LinkTarget[], action?: string): string {
  const told = through.filter((name) => splitTarget(name).type !== 'grant')
  const way = told.at(-1) === action ? told.slice(0, -1) : told
  return way.length === 0 ? '' : `through ${way.map(targetWords).join(', ')}`
}

function isTransitive(action: string): boolean {
  return action === 'reach' || action === 'manage'
}
