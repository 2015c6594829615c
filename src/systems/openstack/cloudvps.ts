import type { Violation } from '../../connector/contract.ts'
import type { Write } from '../../model/change.ts'
import type { GraphView } from '../../model/graph.ts'
import { refKey, splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'
import { rolesWith } from './rights.ts'
import { violation } from './violation.ts'

/** What CloudVPS asks beside what Keystone does: one interface project, one main-customer, one type a person. */
export function ofCloudvps(before: GraphView, after: GraphView, writes: readonly Write[]): Violation[] {
  return [
    ...interfaceProject(after, writes),
    ...mainCustomer(after, writes),
    ...oneType(after, writes),
    ...billingOnly(before, after, writes),
    ...noAdmin(after, writes),
  ]
}

/** V1: it comes with the account, once, and stays. */
function interfaceProject(after: GraphView, writes: readonly Write[]): Violation[] {
  const made = writes.filter(
    (write) => write.action === 'create' && write.after.fields['type'] === 'interface',
  )
  const found = [...after.all('project')].filter(({ fields }) => fields['type'] === 'interface')
  return [
    ...made.map((write) =>
      violation(
        write,
        'is a Main Customer Interface Project, which comes with the account and is never made',
        'Declare the one that is there, by its name.',
      ),
    ),
    ...(found.length === 1 || made.length > 0
      ? []
      : [
          {
            refs: found.map(({ ref }) => ref),
            message: `There must be exactly one Main Customer Interface Project, and ${found.length} are seen.`,
            remedy: 'Check `domain` in the settings of the System, and the descriptions of the projects.',
          },
        ]),
  ]
}

/** V4: exactly one, made with the account. */
function mainCustomer(after: GraphView, writes: readonly Write[]): Violation[] {
  const holders = [...after.all('account')].filter(({ links }) =>
    (links['role'] ?? []).includes('role:main-customer'),
  )
  if (holders.length === 1) return []
  const given = writes.filter(
    (write) =>
      write.ref.kind === 'account' &&
      write.action !== 'delete' &&
      (write.after.links['role'] ?? []).includes('role:main-customer'),
  )
  return [
    {
      refs: given.length > 0 ? given.map(({ ref }) => ref) : holders.map(({ ref }) => ref),
      message: `There must be exactly one main-customer, and this plan leaves ${holders.length}.`,
      remedy: 'It is made with the account and stays: give everybody else another `userType`.',
    },
  ]
}

function oneType(after: GraphView, writes: readonly Write[]): Violation[] {
  const written = new Set(writes.map(({ ref }) => refKey(ref)))
  return [...after.all('account')]
    .filter(({ ref, links }) => written.has(refKey(ref)) && (links['role'] ?? []).length > 1)
    .map(({ ref, links }) => ({
      refs: [ref],
      message: `${refKey(ref)} would have ${(links['role'] ?? []).length} types at once.`,
      remedy: 'A user has one: write `userType`.',
    }))
}

/** V5: a customer's administrator has a role of its own; that of the cloud would rule the other customers too. */
function noAdmin(after: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    if (write.ref.kind !== 'grant' || write.action !== 'create') return []
    const [role] = write.after.links['role'] ?? []
    return role !== undefined && rolesWith(splitTarget(role).name, after).has('admin')
      ? [
          violation(
            write,
            'would give the admin of the whole cloud',
            'Give a role of the customer, or write `userType: customer-admin` on the account.',
          ),
        ]
      : []
  })
}

/** V6: billing and contact information, and nothing in any project. */
function billingOnly(before: GraphView, after: GraphView, writes: readonly Write[]): Violation[] {
  const touched = writes.some(({ ref }) => ref.kind === 'grant' || ref.kind === 'account')
  if (!touched) return []
  const had = new Set(grantsOfBilling(before).map(({ grant }) => grant.ref.key))
  return grantsOfBilling(after)
    .filter(({ grant }) => !had.has(grant.ref.key))
    .map(({ account, grant }) => ({
      refs: [account.ref, grant.ref],
      message: `${refKey(account.ref)} is a customer-billing, who sees billing alone, and would hold ${grant.ref.key}.`,
      remedy: 'Give them another `userType`, or take them out of the policy.',
    }))
}

function grantsOfBilling(
  graph: GraphView,
): readonly { readonly account: Resource; readonly grant: Resource }[] {
  const billing = new Map<LinkTarget, Resource>()
  for (const account of graph.all('account')) {
    if (account.links['role']?.[0] !== 'role:customer-billing') continue
    for (const subject of [`account:${account.ref.key}`, ...(account.links['groups'] ?? [])])
      billing.set(subject, account)
  }
  if (billing.size === 0) return []
  return [...graph.all('grant')].flatMap((grant) => {
    const account = billing.get(grant.links['subject']?.[0] ?? '')
    return account === undefined ? [] : [{ account, grant }]
  })
}
