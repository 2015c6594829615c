/** A Keystone as CloudVPS has it when a customer begins: the account, its interface project and its main-customer. */
import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import { api, make, type StackWorld } from './world.ts'

const customer = 'customer-0042'
const types = ['main-customer', 'customer-admin', 'customer-billing', 'customer-tech', 'customer-client']
const serviceRoles = ['compute-operator', 'object-store-reader', 'server-operator']
const mainPassword = 'the-main-customer'

export interface Account {
  readonly domain: string
  readonly project: string
  readonly main: string
  readonly roles: Readonly<Record<string, string>>
}

export async function prepareCloudvps(): Promise<Account> {
  const domain = await make('domain', { name: customer })
  const roles: Record<string, string> = {}
  for (const name of [...types, ...serviceRoles]) roles[name] = await make('role', { name })
  const project = await make('project', {
    name: customer,
    domain_id: domain,
    description: 'Main Customer Interface Project',
    options: { immutable: true },
  })
  const main = await make('user', {
    name: 'main',
    domain_id: domain,
    email: 'office@acme.example',
    password: mainPassword,
  })
  await api('PUT', `/projects/${project}/users/${main}/roles/${roles['main-customer']}`)
  // "will be automatically added to new OpenStack projects": whatever comes below the domain
  await api(
    'PUT',
    `/OS-INHERIT/domains/${domain}/users/${main}/roles/${roles['main-customer']}/inherited_to_projects`,
  )
  return { domain, project, main, roles }
}

/** The example of this repository, beside this Keystone. */
export function useExample({ root }: StackWorld): void {
  cpSync(resolve(import.meta.dirname, '../../../examples/cloudvps'), root, { recursive: true })
}
