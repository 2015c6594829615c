/** Systems and Settings with their defaults, and for each value where it is written: guards name that place. */
import { collectionOf, kinds, type Kind } from '../model/resource.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Cause } from '../model/span.ts'
import type { LedgerConfig, SecretReference, Settings, SystemConfig } from '../model/workspace.ts'
import type { Path, RawDocument } from './document.ts'
import type { WrittenSettingsSpec, WrittenSystemSpec } from './generated/types.ts'
import { named, reference, references, type ManifestOf } from './normalize.ts'
import type { Ignored, Named, SettingsDocument, System } from './normalised.ts'
import { key as keyOf, lineOf } from './place.ts'

export function normalizeSystem(manifest: ManifestOf<'System'>, isProtected: boolean): System {
  const { raw, spec } = manifest
  const head = named(manifest)
  const { expected, anchors, minimum } = spec.owners ?? {}
  const path = ['spec', 'owners']
  const account = spec.defaults?.account
  return {
    ...head,
    isProtected,
    connector: spec.connector,
    config: config(head, manifest),
    exclusive: references(raw, spec.exclusive ?? [], ['spec', 'exclusive']),
    ignore: ignored(raw, spec.ignore ?? {}),
    account: account && {
      values: account as JsonObject,
      place: { raw, path: ['spec', 'defaults', 'account'] },
    },
    owners: {
      expected: expected && references(raw, expected, [...path, 'expected']),
      anchors: references(raw, anchors ?? [], [...path, 'anchors']),
      minimum: minimum ?? 2,
    },
    suspendTo: spec.suspendTo === undefined ? undefined : reference(raw, spec.suspendTo, 'spec', 'suspendTo'),
    tolerate: spec.tolerate && { raw, path: ['spec', 'tolerate'] },
    profile: spec.profile === undefined ? undefined : reference(raw, spec.profile, 'spec', 'profile'),
  }
}

export function normalizeSettings(manifest: ManifestOf<'Settings'>): SettingsDocument {
  const { raw, metadata, spec } = manifest
  const { protectedRef, freeze } = spec
  const head = named(manifest)
  const lineAt = (name: string): number => lineOf(keyOf({ raw, path: ['spec', name] }))
  const settings: Settings = {
    ...defaultSettings(metadata.name),
    ledger: ledger(spec.ledger),
    ...(spec.grace !== undefined && { grace: spec.grace }),
    ...(spec.dormantAfter !== undefined && {
      dormantAfter: { days: spec.dormantAfter, cause: { ...head.cause, line: lineAt('dormantAfter') } },
    }),
    ...(spec.access !== undefined && { access: spec.access }),
    ...(protectedRef !== undefined && { protectedRef }),
    ...(freeze !== undefined && { freeze }),
  }
  const approvals = { raw, path: ['spec', 'approvals'] }
  return { ...head, settings, approvals: spec.approvals && approvals }
}

/** What holds where no Settings say otherwise. */
export function defaultSettings(name: string): Settings {
  return { name, ledger: ledger(), grace: 30, dormantAfter: { days: 90 }, access: 'access' }
}

function ledger(written?: WrittenSettingsSpec['ledger']): LedgerConfig {
  if (written?.git) return { type: 'git', ref: written.git.ref, remote: written.git.remote ?? 'origin' }
  if (written?.postgres) {
    const { url, schema = 'rolecall' } = written.postgres
    return { type: 'postgres', url: url as SecretReference, schema }
  }
  return { type: 'file', path: written?.file ?? '.rolecall/ledger.db' }
}

function config(head: Named, { metadata, spec }: ManifestOf<'System'>): Omit<SystemConfig, 'owners'> {
  const { moreThan = 10, percent = 10 } = spec.limits?.removals ?? {}
  const secrets = Object.entries(spec.credentials ?? {}).filter(([name]) => name !== 'expires')
  return {
    name: head.handle,
    ...(metadata.labels && { labels: metadata.labels }),
    connector: spec.connector,
    ...(spec.profile !== undefined && { profile: spec.profile }),
    ...(spec.endpoint !== undefined && { endpoint: spec.endpoint }),
    credentials: Object.fromEntries(secrets) as Record<string, SecretReference>,
    authentication: spec.authentication ?? 'local',
    memberships: spec.memberships ?? 'manifests',
    settings: (spec.settings ?? {}) as JsonObject,
    stage: spec.stage ?? 'report',
    exclusive: kinds.filter((kind) => spec.exclusive?.some((name) => name === collectionOf[kind])),
    ignore: spec.ignore ? ignorePatterns(spec.ignore) : {},
    automation: spec.automation ?? [],
    ...(typeof spec.credentials?.expires === 'string' && { expires: spec.credentials.expires }),
    limits: { moreThan, percent },
    places: places(head, head.raw.value['spec'] as JsonObject),
    cause: head.cause,
  }
}

function ignorePatterns(
  written: NonNullable<WrittenSystemSpec['ignore']>,
): Partial<Record<Kind, readonly string[]>> {
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const patterns = (written as Readonly<Record<string, readonly string[] | undefined>>)[
        collectionOf[kind]
      ]
      return patterns ? [[kind, patterns]] : []
    }),
  )
}

function ignored(raw: RawDocument, written: NonNullable<WrittenSystemSpec['ignore']>): Ignored[] {
  const all = ignorePatterns(written)
  return kinds.flatMap((kind) => {
    const patterns = all[kind]
    const collection = collectionOf[kind]
    return patterns
      ? [{ kind, patterns, collection: reference(raw, collection, 'spec', 'ignore', collection) }]
      : []
  })
}

/** `owners.minimum`, `limits.removals.percent`, …: all that is written, and the limits also as the model calls them. */
function places(head: Named, spec: JsonObject): Record<string, Cause> {
  const found: Record<string, Cause> = {}
  const walk = (value: JsonObject, path: Path): void => {
    for (const [name, item] of Object.entries(value)) {
      const here = [...path, name]
      const line = lineOf(keyOf({ raw: head.raw, path: ['spec', ...here] }))
      const cause = { ...head.cause, line }
      found[here.join('.')] = cause
      if (path.join('.') === 'limits.removals') found[`limits.${name}`] = cause
      if (isObject(item) && path.length < 2) walk(item, here)
    }
  }
  walk(spec, [])
  return found
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
