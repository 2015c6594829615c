import type { Finding, FindingCode } from '../model/finding.ts'
import type { ResourceRef } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import type { Scene } from './scene.ts'

/** One rule over the outcome of one system's part of a plan. */
export interface Guard {
  readonly code: FindingCode
  /** All that this guard has to say of the scene; nothing when it is content. */
  find(scene: Scene): readonly Finding[]
}

/** A finding as a guard gives it: code, system and severity follow from the guard unless it says otherwise. */
export type Found = Omit<Finding, 'code' | 'system' | 'severity' | 'where' | 'acceptable' | 'acceptedBy'> &
  Partial<Pick<Finding, 'severity' | 'where' | 'acceptable'>>

/** What guards leave unsaid is the stricter: it refuses, is built in, and cannot be accepted. */
export function guard(code: FindingCode, find: (scene: Scene) => readonly Found[]): Guard {
  return {
    code,
    find: (scene) =>
      find(scene).map((found) => ({
        severity: 'refuse',
        where: 'built in',
        acceptable: false,
        ...found,
        code,
        system: scene.config.name,
        refs: [...found.refs].sort(byRef),
      })),
  }
}

function byRef(a: ResourceRef, b: ResourceRef): number {
  return byText(a.kind, b.kind) || byText(a.key, b.key)
}
