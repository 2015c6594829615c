/**
 * Manifests and a live state on one side, the plan as a person reads it on the other: each sort of change has its
 * case. `UPDATE=1 npx vitest run test/golden` accepts what is printed now; read the difference before you commit it.
 */
import { meaningOf } from '../../src/guard/meaning.ts'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import type { Source } from '../../src/manifest/document.ts'
import { readManifests } from '../../src/manifest/read.ts'
import type { Change } from '../../src/model/change.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { assemble } from '../../src/plan/plan.ts'
import { renderText } from '../../src/render/text.ts'
import { shapesOf } from '../../src/commands/shapes.ts'
import { connectors, descriptions } from '../../src/systems/registry.ts'
import { readActual } from './actual.ts'

const today = '2026-11-22'
const now = `${today}T12:00:00.000Z`
const here = new URL('./', import.meta.url)
const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

describe.each(cases)('%s', (name) => {
  const { text } = planOf(name)

  it('D2: reads as expected', () => {
    const file = new URL(`${name}/expected.txt`, here)
    if (process.env['UPDATE'] === '1') writeFileSync(file, text)
    expect(existsSync(file), 'UPDATE=1 writes the first one').toBe(true)
    expect(text).toBe(readFileSync(file, 'utf8'))
  })
})

it('together the cases show every sort of change', () => {
  const changes = cases.flatMap((name) => planOf(name).changes)
  const sorts = new Set(changes.map((change) => (change.action === 'keep' ? `keep ${change.reason}` : change.action)))
  expect([...sorts].sort()).toEqual([
    'create',
    'delete',
    'keep mapped',
    'keep sealed',
    'keep stage',
    'keep unmanaged',
    'manual',
    'rename',
    'update',
  ])
})

function planOf(name: string): { text: string; changes: readonly Change[] } {
  const sources = ['rolecall.yaml', 'access/all.yaml'].map((file): Source => ({ file, text: readCase(name, file) }))
  const { workspace, diagnostics } = readManifests(sources, { root: '/acme', today, connectors: descriptions })
  if (!workspace) throw new Error(diagnostics.map(({ span, message }) => `${span?.file}:${span?.line} ${message}`).join('\n'))
  const [config] = workspace.systems.values()
  const desired = workspace.desired.get('office')
  const connector = connectors['directory']
  if (!config || !desired || !connector) throw new Error('a case has one system: office, a directory')

  const { description, rules } = connector
  const { graph, inventory } = readActual('office', readCase(name, 'actual.yaml'))
  const proof = { complete: true, evidence: ['transaction'], count: 0 } as const
  const proofs = Object.fromEntries(Object.keys(description.kinds).map((kind) => [kind, proof]))
  const observation = { graph, proofs, readAt: now, calls: 1 }
  const changes = diff({ desired, actual: graph, description, rules, config, inventory })
  const steps = order(changes, { actual: graph, description, rules, system: config.name })
  const system = { config, description, rules, observation, desired, steps, inventory, people: workspace.people }
  const { acceptances, guardrails, document } = workspace
  const findings = check([system], { acceptances, guardrails, spent: new Map(), today, now })
  const plan = assemble({ tool: 'rolecall', now, systems: [system], findings, impact: meaningOf(system), document })
  const style = { colour: false, width: 100, shapes: shapesOf(descriptions) }
  return { text: renderText(plan, { unread: [], afterMerge: [] }, style), changes: steps.map((step) => step.change) }
}

function readCase(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, here), 'utf8')
}
