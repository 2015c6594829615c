/**
 * A workspace that lives: commits on a protected branch, a real directory, a ledger that is kept and one that is lost.
 * What a command does between its options and its output is done here in this process, with the same functions.
 */
import { together } from '../../src/access/impact.ts'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '../../src/apply/driver.ts'
import type { AppliedSystem, Ports } from '../../src/apply/ports.ts'
import type { RunReport } from '../../src/apply/report.ts'
import { lookBack } from '../../src/commands/past.ts'
import type { Observation, Reader, Target, Writer } from '../../src/connector/contract.ts'
import { check } from '../../src/guard/check.ts'
import { hostName } from '../../src/ledger/host.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Source } from '../../src/manifest/document.ts'
import { readManifests } from '../../src/manifest/read.ts'
import type { Change } from '../../src/model/change.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Workspace } from '../../src/model/workspace.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { inventoryWith, type Past } from '../../src/plan/past.ts'
import { assemble } from '../../src/plan/plan.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { descriptions } from '../../src/systems/registry.ts'

export const system = 'dir'

/** A commit to be: its files, when it was made, and its first line. */
export interface Commit {
  readonly at: Date
  readonly files: readonly Source[]
  readonly subject?: string
}

/** A repository of its own in a temporary folder; branches are imported whole, in one process. */
interface Repo {
  readonly root: string
  /** The ids of the commits, the oldest first. */
  readonly branch: (commits: readonly Commit[], name?: string) => string[]
  readonly git: (...args: string[]) => string
  readonly close: () => void
}

export function makeRepo(): Repo {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-history-'))
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  git('init', '-q', '-b', 'main')
  let branches = 0
  return {
    root,
    git,
    branch: (commits, name = `branch-${(branches += 1)}`) => {
      const input = commits.map((commit, index) => imported(commit, name, index === 0)).join('')
      execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: root, input })
      return git('rev-list', '--first-parent', '--reverse', name).trim().split('\n')
    },
    close: () => {
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function imported({ at, files, subject = 'change' }: Commit, branch: string, first: boolean): string {
  const stamp = `ana <ana@acme.example> ${Math.floor(at.getTime() / 1000)} +0000`
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  return [
    ...(first ? [`reset refs/heads/${branch}\n`] : []),
    `commit refs/heads/${branch}\nauthor ${stamp}\ncommitter ${stamp}\n${data(subject)}`,
    'deleteall\n',
    ...files.map(({ file, text }) => `M 100644 inline ${file}\n${data(text)}`),
    '\n',
  ].join('')
}

export interface Seen {
  readonly changes: readonly Change[]
  readonly plan: Plan
  readonly findings: readonly Finding[]
  readonly past: Past
  readonly observation: Observation
  readonly workspace: Workspace
}

/** One directory, and any number of ledgers that have seen more or less of it. */
export interface Life {
  readonly plan: (sources: readonly Source[], head: string, ledger?: Ledger) => Promise<Seen>
  readonly apply: (seen: Seen, ledger: Ledger) => Promise<RunReport>
  readonly byHand: (write: Parameters<Writer['write']>[0][number]) => Promise<boolean>
  readonly observe: () => Promise<Observation>
  readonly ledger: (name: string) => Ledger
  now: Date
  readonly close: () => Promise<void>
}

let runs = 0

export function makeLife(repo: Repo, start: Date): Life {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-life-'))
  const ledgers: Ledger[] = []
  const target = (): Target => ({
    system,
    settings: { file: 'dir.db' },
    credentials: {},
    root,
    now: () => life.now,
  })
  const reading = async <T>(ask: (reader: Reader) => Promise<T>): Promise<T> => {
    const reader = await directory.openReader(target())
    return ask(reader).finally(() => reader.close())
  }
  const life: Life = {
    now: start,
    observe: () => reading((reader) => reader.observe()),
    ledger: (name) => {
      const ledger = openSqlite(join(root, `${name}.ledger`), { now: () => life.now })
      ledgers.push(ledger)
      return ledger
    },
    plan: async (sources, head, ledger) => {
      const at = life.now.toISOString()
      const { workspace, diagnostics } = readManifests(sources, {
        root: repo.root,
        today: at.slice(0, 10),
        connectors: descriptions,
      })
      if (workspace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
      const [config, desired] = [workspace.systems.get(system)!, workspace.desired.get(system)!]
      const observation = await life.observe()
      const recorded = (await ledger?.inventory(system)) ?? []
      const lastSeen = await ledger?.lastSeen(system)
      const looked = { config, connector: directory, observation, desired, inventory: recorded, lastSeen }
      const repository = { root: repo.root, prefix: '', shallow: false }
      const pasts = await lookBack({ repository, ref: 'main', head, folder: 'access' }, [looked], {
        root,
        now: life.now,
      })
      const past = pasts.get(system)!
      const { description, rules } = directory
      const inventory = inventoryWith(recorded, past)
      const actual = observation.graph
      const input = { desired, actual, description, rules, config }
      const changes = diff({ ...input, inventory, grounds: past.grounds })
      const steps = order(changes, { ...input, system })
      const one = {
        ...{ config, description, rules, observation, desired, steps, inventory },
        people: workspace.people,
        memory: { inventory: recorded, lastSeen, past },
      }
      const context = {
        acceptances: workspace.acceptances,
        spent: new Map(),
        guardrails: [],
        today: at.slice(0, 10),
        now: at,
      }
      const findings = check([one], context)
      const plan = assemble({
        tool: 'test',
        now: at,
        systems: [one],
        findings,
        impact: together([]),
        document: workspace.document,
      })
      return { changes, plan, findings, past, observation, workspace }
    },
    apply: ({ plan, past, observation, workspace }, ledger) => {
      runs += 1
      const applied: AppliedSystem = {
        config: workspace.systems.get(system)!,
        connector: directory,
        desired: workspace.desired.get(system)!,
        ...{ observation, past },
        openReader: () => directory.openReader(target()),
        openWriter: () => directory.openWriter(target()),
      }
      const ports: Ports = {
        ...{ ledger, systems: new Map([[system, applied]]), people: workspace.people },
        ...{ run: `run-${runs}`, actor: 'ana', host: hostName(), pid: process.pid, tool: 'test' },
        isGone: () => false,
        spends: () => [],
        now: () => life.now,
        sleep: () => Promise.resolve(),
        progress: () => undefined,
      }
      return execute(plan, ports)
    },
    byHand: async (write) => {
      const writer = await directory.openWriter(target())
      const [result] = await writer.write([write]).finally(() => writer.close())
      return result?.outcome === 'done'
    },
    close: async () => {
      await Promise.all(ledgers.map((ledger) => ledger.close().catch(() => undefined)))
      rmSync(root, { recursive: true, force: true })
    },
  }
  return life
}

/** What a plan does, without why. */
export function deeds(changes: readonly Change[]): unknown[] {
  return changes.map((change) => ({ ...change, cause: undefined }))
}

/** `delete account:ana`, for what is done and what is kept. */
export function told({ changes }: Pick<Seen, 'changes'>): string[] {
  return changes.map((change) =>
    change.action === 'rename'
      ? `rename ${change.ref.kind}:${change.from} → ${change.ref.key}`
      : `${change.action} ${change.ref.kind}:${change.ref.key}${change.action === 'keep' ? ` ${change.reason}` : ''}`,
  )
}

export function becauseOf({ changes }: Pick<Seen, 'changes'>, key: string): string | undefined {
  return changes.find(({ ref }) => ref.key === key)?.cause?.because
}
