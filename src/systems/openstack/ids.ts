/** The native id behind each name, for a writer: read once, and kept up with what it writes itself. */
import type { HttpReader } from '../../connector/http/http.ts'
import { splitTarget, type Kind, type LinkTarget } from '../../model/resource.ts'
import { keyOfNative, keyOfRole, type Names } from './convert.ts'
import { interfaceDescription } from './describe.ts'
import { namesIn, readLists, type Lists } from './lists.ts'
import { domainKey } from './names.ts'
import type { Session } from './session.ts'

export interface Ids {
  /** The id of what a link points at, or of a domain by `domain:name`; undefined where it is not there. */
  of(target: LinkTarget): string | undefined
  /** What a user or role of this id is called, as `account:ana`. */
  name(id: string): LinkTarget | undefined
  /** All that was read. */
  readonly names: Names
  /** The project that opens the customer interface; undefined where there is not exactly one. */
  readonly interfaceProject: string | undefined
  made(kind: Kind, key: string, id: string): void
  gone(kind: Kind, key: string): void
}

export async function readIds({ http, variety, homeOnly }: Session<HttpReader>): Promise<Ids> {
  const lists = await readLists(http, homeOnly ? variety.home : undefined)
  const names = namesIn(lists)
  const ids = new Map<LinkTarget, string>()
  const add = (
    kind: Kind,
    natives: readonly { readonly id: string; readonly name: string; readonly domain_id: string | null }[],
  ): void => {
    for (const native of natives) ids.set(`${kind}:${keyOfNative(variety, names, native)}`, native.id)
  }
  for (const { id, name } of lists.domains.items) {
    ids.set(`domain:${name}`, id)
    ids.set(`project:${domainKey(name)}`, id)
  }
  add('project', lists.projects.items)
  for (const role of lists.roles.items) ids.set(`role:${keyOfRole(names, role)}`, role.id)
  add('group', lists.groups.items)
  add('account', lists.users.items)
  const targets = new Map([...ids].map(([target, id]) => [id, target]))
  return {
    names,
    name: (id) => targets.get(id),
    of: (target) => ids.get(target) ?? ids.get(alias(target)),
    interfaceProject: interfaceIn(lists, variety.cloudvps),
    made: (kind, key, id) => {
      ids.set(`${kind}:${key}`, id)
      targets.set(id, `${kind}:${key}`)
    },
    gone: (kind, key) => {
      ids.delete(`${kind}:${key}`)
    },
  }
}

/** An inherited role is given on the domain or project that it is inherited from. */
function alias(target: LinkTarget): LinkTarget {
  const { type, name } = splitTarget(target)
  return type === 'projectsIn' ? `domain:${name}` : type === 'projectsUnder' ? `project:${name}` : target
}

function interfaceIn({ projects }: Lists, cloudvps: boolean): string | undefined {
  const found = projects.items.filter((project) => cloudvps && project.description === interfaceDescription)
  return found.length === 1 ? found[0]?.id : undefined
}
