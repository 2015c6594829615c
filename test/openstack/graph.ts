/** A small Keystone as rolecall reads it: what matters to a test, and defaults for the rest. */
import { Graph, type GraphView } from '../../src/model/graph.ts'
import type { Kind, Resource } from '../../src/model/resource.ts'

type Part = Partial<Pick<Resource, 'fields' | 'links' | 'id'>>

export function thing(kind: Kind, key: string, { fields = {}, links = {}, id }: Part = {}): Resource {
  return { ref: { system: 'stack', kind, key }, ...(id === undefined ? {} : { id }), fields, links }
}

export function account(key: string, { fields = {}, links = {} }: Part = {}): Resource {
  return thing('account', key, {
    fields: { status: 'active', ...fields },
    links: { groups: [], domain: ['project:Default/'], ...links },
  })
}

export function project(key: string, { fields = {}, links = {} }: Part = {}): Resource {
  return thing('project', key, {
    fields: { type: 'openstack', enabled: true, ...fields },
    links: { parent: [], domain: ['project:Default/'], ...links },
  })
}

export function grant(subject: string, role: string, resource: string): Resource {
  return thing('grant', `${subject} ${role} ${resource}`, {
    links: { subject: [subject], role: [`role:${role}`], resource: [resource] },
  })
}

export function role(key: string, ...implies: string[]): Resource {
  return thing('role', key, { links: { implies: implies.map((name) => `role:${name}`) } })
}

/** With the domain Default and the roles that a Keystone begins with. */
export function cloud(...resources: readonly Resource[]): GraphView {
  const domain = project('Default/', { fields: { type: 'domain' }, links: { domain: [] } })
  return new Graph('stack', [
    domain,
    role('admin', 'member'),
    role('member', 'reader'),
    role('reader'),
    ...resources,
  ])
}

/** A CloudVPS account with its interface project and its main-customer. */
export function customer(...resources: readonly Resource[]): GraphView {
  const types = ['main-customer', 'customer-admin', 'customer-billing', 'customer-tech', 'customer-client']
  return cloud(
    ...types.map((name) => role(name)),
    role('compute-operator'),
    project('0042', { fields: { type: 'interface' } }),
    typed('main', 'main-customer'),
    ...resources,
  )
}

export function typed(key: string, type: string, part: Part = {}): Resource {
  return account(key, { ...part, links: { role: [`role:${type}`], ...part.links } })
}
