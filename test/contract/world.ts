/** A workspace beside a live system: manifests that any connector can carry out, and the commands that look and act. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { wireOf } from './needs.ts'
import { clock, told, type Clock, type Told } from './runs.ts'
import type { ContractSystem, Document, Live, OpenOptions } from './system.ts'

/** What the manifests ask for beside the base. People are in the first group, the first of them also in the second. */
export interface Wishes {
  readonly people: readonly string[]
  readonly groups: readonly string[]
  /** Policies: what each group of the same number reaches. */
  readonly policies: readonly string[]
}

export interface ContractWorld {
  readonly root: string
  readonly live: Live
  readonly clock: Clock
  /** Writes the manifests; without wishes the base alone. */
  wish(wishes?: Wishes): void
  run(...words: readonly string[]): Promise<Told>
  apply(): Promise<Told>
  plan(): Promise<Told>
  drift(): Promise<Told>
  /** Remembers how everything is, the live system and what the program keeps; the result, where the system can, brings it back. */
  mark(): (() => void) | undefined
  close(): Promise<void>
}

export async function contractWorld(
  system: ContractSystem,
  options: Partial<OpenOptions> = {},
): Promise<ContractWorld> {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-contract-'))
  const time = options.clock ?? clock(system.now?.().toISOString())
  const live = await system.open({ ...options, root, clock: time })
  const run = (...words: readonly string[]): Promise<Told> => told(root, time, live.env, ...words)
  return {
    root,
    live,
    clock: time,
    wish: (wishes) => {
      const files = new Map([
        ['rolecall.yaml', [{ kind: 'Settings', name: 'acme', spec: {} }, systemOf(live)]],
        ['access/all.yaml', [...live.base, ...(wishes === undefined ? [] : documentsOf(wishes, live))]],
      ])
      for (const [file, documents] of files) put(join(root, file), documents)
    },
    run,
    apply: () => run('apply', '--auto-approve', ...(live.toApply ?? [])),
    plan: () => run('plan', '--detailed-exitcode'),
    drift: () => run('drift'),
    mark: () => {
      const [kept, copy] = [join(root, '.rolecall'), `${root}.mark`]
      const back = wireOf(live).mark?.()
      if (back === undefined) return undefined
      cpSync(kept, copy, { recursive: true })
      return () => {
        back()
        rmSync(kept, { recursive: true })
        cpSync(copy, kept, { recursive: true })
      }
    },
    close: async () => {
      await live.close()
      for (const folder of [root, `${root}.mark`]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** So many names of a sort: `p1`, `p2`, … */
export function names(letter: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
}

export function wishes(people: number, groups = 2, policies = 1): Wishes {
  return { people: names('p', people), groups: names('g', groups), policies: names('r', policies) }
}

/** What is there once the wishes are carried out. */
export function thereOf({ people, groups, policies }: Wishes): Awaited<ReturnType<Live['there']>> {
  return {
    accounts: people.toSorted(),
    groups: groups.toSorted(),
    policies: policies.toSorted(),
  }
}

function systemOf({ spec }: Live): Document {
  return { kind: 'System', name: 'live', spec: { stage: 'full', ...spec } }
}

function documentsOf({ people, groups, policies }: Wishes, live: Live): readonly Document[] {
  const [primary, secondary] = groups
  return [
    ...groups.map((name) => ({ kind: 'Group', name, spec: { systems: { live: live.group } } })),
    ...people.map((name, at) => ({
      kind: 'User',
      name,
      spec: {
        email: `${name}@acme.example`,
        accounts: { live: live.account },
        ...(primary === undefined
          ? {}
          : {
              groups: {
                primary,
                ...(at === 0 && secondary !== undefined ? { secondary: [secondary] } : {}),
              },
            }),
      },
    })),
    ...policies.map((name, at) => ({
      kind: 'AccessPolicy',
      name,
      spec: {
        systems: ['live'],
        subjects: [{ group: groups[at % groups.length] }],
        resources: live.resources,
        ...(live.roles === undefined ? {} : { roles: live.roles(name) }),
      },
    })),
  ]
}

function put(path: string, documents: readonly Document[]): void {
  mkdirSync(dirname(path), { recursive: true })
  const texts = documents.map(({ kind, name, spec }) =>
    stringify({ apiVersion: 'rolecall/v1', kind, metadata: { name }, spec }),
  )
  writeFileSync(path, texts.join('---\n'))
}
