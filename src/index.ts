/**
 * The public interface for programs: read manifests, know the types of a plan, find the schemas. Everything else is internal
 * and may change with any release. Reading systems and applying plans is what the command line is for.
 */
import { fileURLToPath } from 'node:url'
import { ruleReading } from './cel/open.ts'
import { loadSources } from './manifest/load.ts'
import { readManifests } from './manifest/read.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { Workspace } from './model/workspace.ts'
import { descriptions } from './systems/registry.ts'

export type { Diagnostic, Severity } from './model/diagnostic.ts'
export type { Action, Change, KeepReason, Part, Patch, Write } from './model/change.ts'
export type { DesiredGraph, Wish } from './model/desired.ts'
export type { Finding, FindingCode } from './model/finding.ts'
export type { OwnerView, Plan, Proof, Stage, Step, SystemPlan } from './model/plan.ts'
export type { Kind, LinkTarget, Resource, ResourceRef } from './model/resource.ts'
export type { Cause, Span } from './model/span.ts'
export type { Acceptance, Person, Settings, SystemConfig, Workspace } from './model/workspace.ts'

/** Absolute path of the folder with the JSON Schemas (draft 2020-12): one file a kind, plan files and drift reports. */
export const schemasPath: string = fileURLToPath(new URL('../schemas', import.meta.url))

/** What is in the folder of a `rolecall.yaml`, as the manifests mean it on a day. */
export interface ReadWorkspace {
  /** Undefined when any diagnostic is an error. */
  readonly workspace: Workspace | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads the manifests of a workspace, without a connection to any system.
 *
 * @param root the folder that holds `rolecall.yaml`
 * @param today the UTC day that dates are compared with, `YYYY-MM-DD`
 * @returns the workspace, and all diagnostics; does not throw for a fault in a manifest
 */
export async function readWorkspace(root: string, today: string): Promise<ReadWorkspace> {
  const { sources, diagnostics } = await loadSources(root)
  const rules = await ruleReading(sources, descriptions)
  const read = readManifests(sources, { root, today, connectors: descriptions, ...rules })
  const all = [...diagnostics, ...read.diagnostics]
  const failed = all.some(({ severity }) => severity === 'error')
  return { workspace: failed ? undefined : read.workspace, diagnostics: all }
}
