import type { Observation, Reader } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import { Graph } from '../../model/graph.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Proof } from '../../model/plan.ts'
import { kinds, refKey, type Kind, type Resource, type ResourceRef } from '../../model/resource.ts'
import { patiently } from '../../sqlite/patiently.ts'
import { toResource } from './convert.ts'
import { openToRead, type Connection } from './database.ts'
import { description } from './describe.ts'
import { selectAll, selectOne, selectPointing } from './sql.ts'

/**
 * Reads one directory. SQLite itself refuses every write of this connection, and a file that is not there is an
 * empty directory: reading never makes one, and leaves nothing beside one. `now` gives the time of a read.
 */
export function readDirectory(system: string, file: string, now: () => Date): Reader {
  const { look, close } = openToRead(file)
  return {
    // A file has no credentials, so there is nobody to be.
    whoami: () => Promise.resolve(undefined),
    observe: () => patiently(() => look((connection) => observe(system, file, connection, now))),
    read: (ref) => patiently(() => look((connection) => readOne(connection, ref))),
    ownerPayloads: () => patiently(() => look(ownerPayloads)),
    close: () => patiently(close),
  }
}

/** All collections as of one moment: in WAL mode a transaction reads the state in which it began. */
function observe(
  system: string,
  file: string,
  connection: Connection | undefined,
  now: () => Date,
): Observation {
  const readAt = now().toISOString()
  const graph = new Graph(system)
  let calls = 0
  if (connection !== undefined) {
    connection.exec('BEGIN')
    try {
      for (const kind of kinds) {
        addAll(graph, file, kind, connection)
        calls++
      }
    } finally {
      connection.exec('COMMIT')
    }
  }
  return { graph, proofs: proofs(graph), readAt, calls }
}

function addAll(graph: Graph, file: string, kind: Kind, connection: Connection): void {
  for (const row of connection.rows(selectAll(kind, connection.version))) {
    const resource = toResource(graph.system, kind, row)
    if (graph.get(kind, resource.ref.key) !== undefined) throw twice(file, resource.ref)
    graph.add(resource)
  }
}

function proofs(graph: Graph): Record<Kind, Proof> {
  const proof = (kind: Kind): Proof => ({
    complete: true,
    evidence: ['transaction'],
    count: graph.count(kind),
  })
  return Object.fromEntries(kinds.map((kind) => [kind, proof(kind)])) as Record<Kind, Proof>
}

/** Two things under one name would be read as one, and the other would be removed unseen. */
function twice(file: string, ref: ResourceRef): ConnectorFault {
  return new ConnectorFault(
    'unreadable',
    `"${file}" holds ${refKey(ref)} twice.`,
    'Rename or remove one of the two with the sqlite3 program.',
  )
}

export function readOne(connection: Connection | undefined, ref: ResourceRef): Resource | undefined {
  const row = connection?.rows(selectOne(ref.kind, connection.version), ref.key)[0]
  return row && toResource(ref.system, ref.kind, row)
}

/** Whose links go along when this is removed, as `account:ana`; as often as it has such links. */
export function readPointing(connection: Connection, { kind: type, key }: ResourceRef): readonly string[] {
  return selectPointing(type).flatMap(({ kind, sql }) =>
    connection.rows(sql, key).map((row) => `${kind}:${String(row['name'])}`),
  )
}

/** Rows of accounts with an owner role, as they stand in the table. */
function ownerPayloads(connection: Connection | undefined): readonly JsonObject[] {
  const places = description.ownerRoles.map(() => '?').join(', ')
  const sql = `SELECT id, user_name, type, status, role, scope FROM accounts WHERE role IN (${places})`
  return connection?.rows(sql, ...description.ownerRoles) ?? []
}
