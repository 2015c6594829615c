/** A plan file beside the workspace it is applied to: unaltered, and about systems that are still these. */
import { readFile } from 'node:fs/promises'
import { planValidator } from '../manifest/schemas.ts'
import type { Plan } from '../model/plan.ts'
import { canonical } from '../plan/digest.ts'
import { parsePlan } from '../plan/planfile.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import type { NarrowOptions, Session } from './session.ts'
import { loadWorkspace, type Loaded } from './workspace.ts'

interface Saved {
  readonly plan: Plan
  readonly loaded: Loaded
}

/** Throws Fault with exit 6 for a plan that is altered or about another workspace. */
export async function loadSaved(
  file: string,
  { border, session, options }: { border: Border; session: Session; options: NarrowOptions },
): Promise<Saved> {
  const parsed = readPlan(await readFile(file))
  if ('fault' in parsed) {
    throw new Fault(
      exit.stale,
      `${file}: ${parsed.fault}`,
      'Make a new plan with rolecall plan --out, and review that.',
    )
  }
  const { plan } = parsed
  const loaded = await loadWorkspace({
    cwd: session.cwd,
    now: border.now(),
    connectors: descriptions,
    compare: 'declared',
    ...(options.protectedRef === undefined ? {} : { protectedRef: options.protectedRef }),
  })
  for (const { name, connector } of plan.systems) {
    if (loaded.workspace.systems.get(name)?.connector === connector) continue
    throw new Fault(
      exit.stale,
      `The plan is about the system "${name}" (${connector}), which the manifests do not declare so.`,
      'Apply it where it was made, or make a new plan.',
    )
  }
  for (const { document, digest } of plan.documents) {
    if (loaded.workspace.document(document)?.digest === digest) continue
    throw new Fault(
      exit.stale,
      `The document "${document}" is not what it was when the plan was made.`,
      'Make a new plan, and review that.',
    )
  }
  const names = new Set(plan.systems.map(({ name }) => name))
  if (canonical(loaded.edited.filter((name) => names.has(name))) !== canonical(plan.withoutIntent ?? []))
    throw new Fault(
      exit.stale,
      'System, Settings or Guardrail documents that the plan was made beside were merged or edited since.',
      'Make a new plan, and review that.',
    )
  return { plan, loaded }
}

/**
 * The plan in a file, or what is wrong with the file. Bytes that are no UTF-8 are not mended on the way: two files that
 * differ must not be read as one.
 */
export function readPlan(bytes: Uint8Array): ReturnType<typeof parsePlan> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { fault: 'The plan file is not UTF-8.' }
  }
  return parsePlan(text, conforms)
}

/** The faults of a value against the published schema of plan files. */
function conforms(value: unknown): readonly string[] {
  const validate = planValidator()
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? 'is not right'}`,
  )
}
