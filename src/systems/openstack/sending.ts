/** What becomes of one call, and where assignments are: they have no id of their own, only a path. */
import type { WriteResult } from '../../connector/contract.ts'
import type { Sent } from '../../connector/http/answer.ts'
import { path, type Path } from '../../connector/http/path.ts'

/** Why a write is not done, or not known to be: a phrase that follows the name. Never leaves this connector. */
export class Stop extends Error {
  override name = 'Stop'
  readonly outcome: 'failed' | 'uncertain'

  constructor(outcome: 'failed' | 'uncertain', message: string) {
    super(message)
    this.outcome = outcome
  }

  /** `name`: what it is about. */
  result(name: string): WriteResult {
    const end = this.message.endsWith('.') ? '' : '.'
    return { outcome: this.outcome, message: clean(`${name}: ${this.message}${end}`) }
  }
}

/** A call that was not carried out, or may not have been. */
export function stoppedBy(sent: Exclude<Sent, { outcome: 'done' }>): Stop {
  return new Stop(sent.outcome === 'uncertain' ? 'uncertain' : 'failed', sent.message)
}

/** A name in the message could move the cursor of the terminal that it is shown on. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD')
}

interface Assignment {
  readonly subject: { readonly type: string; readonly id: string }
  readonly role: string
  readonly resource: { readonly type: string; readonly id: string }
}

/** Its path, to be sent, and in the form in which it is the id of a grant. */
export function assignment({ subject, role, resource }: Assignment): {
  readonly id: string
  readonly path: Path
} {
  const actor = subject.type === 'group' ? 'groups' : 'users'
  const [who, on] = [subject.id, resource.id]
  switch (resource.type) {
    case 'system':
      return { id: `system/${actor}/${who}/roles/${role}`, path: path`/system/${actor}/${who}/roles/${role}` }
    case 'domain':
    case 'project': {
      const where = `${resource.type}s`
      return {
        id: `${where}/${on}/${actor}/${who}/roles/${role}`,
        path: path`/${where}/${on}/${actor}/${who}/roles/${role}`,
      }
    }
    case 'projectsIn':
    case 'projectsUnder': {
      const where = resource.type === 'projectsIn' ? 'domains' : 'projects'
      return {
        id: `OS-INHERIT/${where}/${on}/${actor}/${who}/roles/${role}/inherited_to_projects`,
        path: path`/OS-INHERIT/${where}/${on}/${actor}/${who}/roles/${role}/inherited_to_projects`,
      }
    }
    default:
      throw new Stop('failed', `a role cannot be given on ${resource.type}`)
  }
}
