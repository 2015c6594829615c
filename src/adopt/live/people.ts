import type { Json, JsonObject } from '../../model/json.ts'
import { refKey, type Resource } from '../../model/resource.ts'
import { manifest, present } from '../text.ts'
import type { NewDocument } from './documents.ts'
import type { Edit } from './edits.ts'
import { isObject, objectAt, text, type Scene } from './scene.ts'
import { connectorValues, handles, oneOf } from './values.ts'

/** Accounts that nobody declares, as people: a document of their own, or one more account of somebody known. */

interface AdoptedPeople {
  readonly documents: readonly NewDocument[]
  readonly edits: readonly Edit[]
}

export function adoptPeople(scene: Scene): AdoptedPeople {
  const documents: NewDocument[] = []
  const edits: Edit[] = []
  for (const live of scene.strangers.account) {
    const handle = scene.handle(`account:${live.ref.key}`) ?? live.ref.key
    if (scene.document('User', handle) !== undefined) edits.push(accountOfKnown(scene, live, handle))
    else {
      const about = [refKey(live.ref)]
      documents.push({ file: `people/${handle}.yaml`, document: person(scene, live, handle), about })
    }
    edits.push(...managedOf(scene, live, handle))
  }
  return { documents, edits }
}

/** Managers stand on the group: of a new one in its document, of one whose managers are written beside them. */
function managedOf(scene: Scene, live: Resource, handle: string): Edit[] {
  return (live.links['manages'] ?? []).flatMap((target) => {
    const group = scene.handle(target)
    const isWritten = Array.isArray(objectAt(scene.document('Group', group ?? ''), 'spec')['managers'])
    return isWritten ? [{ document: `Group/${group ?? ''}`, path: ['spec', 'managers'], add: handle }] : []
  })
}

function person(scene: Scene, live: Resource, handle: string): JsonObject {
  const { fields } = live
  const type = oneOf(['service', 'break-glass'], fields['type'])
  const labels = labelsOf(fields['labels'])
  return manifest(
    'User',
    present({ name: handle, labels }),
    present({
      type,
      email: emailOf(fields['email']),
      givenName: filled(fields['givenName']),
      familyName: filled(fields['familyName']),
      employment: oneOf(['employee', 'contractor', 'third-party'], fields['employment']),
      groups: groupsOf(scene, live),
      accounts: { [scene.system]: accountOf(scene, live, handle) },
    }),
  )
}

/** The account alone: what the person's document says of the person stays as it is. */
function accountOfKnown(scene: Scene, live: Resource, handle: string): Edit {
  const document = `User/${handle}`
  const email = emailOf(live.fields['email'])
  const own = text(objectAt(scene.document('User', handle), 'spec')['email'])
  const [primary] = live.links['primaryGroup'] ?? []
  const account = {
    ...present({ email: email === own ? undefined : email }),
    ...accountOf(scene, live, handle),
    ...present({
      groups: handles(scene, live.links['groups'] ?? []),
      primaryGroup: scene.description.primaryGroups && primary ? scene.handle(primary) : undefined,
    }),
  }
  return { document, path: ['spec', 'accounts', scene.system], value: account }
}

/** What is said of the account in this system, where it is not the default. */
function accountOf(scene: Scene, live: Resource, handle: string): JsonObject {
  const { fields, links } = live
  const username = text(fields['username']) ?? live.ref.key
  const { accountRole = 'role' } = scene.description
  const role = scene.handle(links['role']?.[0] ?? '')
  const byUsername = scene.description.accountKey === 'username'
  return present({
    username: byUsername && username !== handle ? username : undefined,
    [accountRole]: role === scene.accountDefaults[accountRole] ? undefined : role,
    status: fields['status'] === 'suspended' ? 'suspended' : undefined,
    ...connectorValues(scene, live),
  })
}

/**
 * A plain list where there are no primaries or only the primary; the two apart where there are both. Without a primary
 * one the language would make one of the others primary, so memberships are then left unmanaged.
 */
function groupsOf(scene: Scene, { links }: Resource): Json | undefined {
  const others = handles(scene, links['groups'] ?? [])
  if (!scene.description.primaryGroups || !Array.isArray(others)) return others
  const [primary] = links['primaryGroup'] ?? []
  if (primary === undefined) return others.length > 0 ? undefined : others
  const handle = scene.handle(primary)
  if (handle === undefined) return undefined
  return others.length > 0 ? { primary: handle, secondary: others } : [handle]
}

/** Values that the language would refuse are left out. */
function emailOf(value: Json | undefined): string | undefined {
  const email = text(value)
  return email !== undefined && /^[^@\s]+@[^@\s]+$/.test(email) && email.length <= 254 ? email : undefined
}

function labelsOf(value: Json | undefined): JsonObject | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined
  const isSound = Object.entries(value).every(
    ([key, label]) => /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(key) && typeof label === 'string',
  )
  return isSound ? value : undefined
}

function filled(value: Json | undefined): Json | undefined {
  return value === '' ? undefined : value
}
