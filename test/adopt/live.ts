import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { adoptLive } from '../../src/commands/adopting.ts'
import type { Border } from '../../src/commands/border.ts'
import { openLog } from '../../src/commands/logger.ts'
import { compareAll } from '../../src/commands/reconcile.ts'
import type { Change } from '../../src/model/change.ts'
import { showRef } from '../../src/model/resource.ts'
import { testDirectory, type TestDirectory } from '../directory/world.ts'

/** A repository beside a real directory: what `rolecall adopt` is about. */
export interface AdoptWorld {
  readonly people: TestDirectory
  /** Runs `adopt --system people`; with `create` as of a system that the manifests do not have. Gives stdout. */
  readonly adopt: (create?: 'create') => Promise<string>
  /** What a plan of stage full would change, `action system kind:key`; empty when the plan is. */
  readonly plan: () => Promise<readonly string[]>
  readonly put: (file: string, text: string) => void
  readonly read: (file: string) => string
  readonly files: () => readonly string[]
}

const now = (): Date => new Date('2026-11-22T12:00:00Z')

export function adoptWorld(files: Readonly<Record<string, string>> = {}): AdoptWorld {
  const people = testDirectory()
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(people.root, file)), { recursive: true })
    writeFileSync(join(people.root, file), text)
  }
  for (const [file, text] of Object.entries(files)) put(file, text)
  const log = openLog({ format: 'text', level: 'silent', write: () => undefined })
  return {
    people,
    put,
    read: (file) => readFileSync(join(people.root, file), 'utf8'),
    files: () =>
      readdirSync(people.root, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.yaml'))
        .sort(),
    adopt: async (create) => {
      let said = ''
      const border = { ...silent, out: (text: string) => void (said += text) }
      const reach = { connector: 'directory', settings: { file: '.rolecall/people.db' }, credentials: {} }
      await adoptLive('people', create && reach, border, { cwd: people.root, log, quiet: true })
      return said
    },
    plan: async () => {
      const { cases } = await compareAll({
        cwd: people.root,
        env: {},
        now,
        sleep: silent.sleep,
        log,
        systems: [],
        compare: 'declared',
      })
      return cases.flatMap(({ changes }) => changes.map(show))
    },
  }
}

const silent: Border = {
  env: {},
  now,
  sleep: () => Promise.resolve(),
  out: () => undefined,
  err: () => undefined,
  sees: { out: false, err: false },
  answers: false,
  colour: { out: false, err: false },
  width: 100,
}

function show(change: Change): string {
  const what = change.action === 'keep' ? `keep (${change.reason})` : change.action
  return `${what} ${showRef(change.ref)}`
}

/** A system that is in the manifests already, with more lines of its spec. */
export function system(more = ''): string {
  return `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: people}
spec:
  connector: directory
  settings: {file: .rolecall/people.db}
  stage: full
${more}`
}
