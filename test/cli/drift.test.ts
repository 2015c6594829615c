/** `rolecall drift` inside this process, where what a system answers can be made worse than the directory ever does. */
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { processBorder, type Border } from '../../src/commands/border.ts'
import { run } from '../../src/commands/program.ts'
import type { Observation } from '../../src/connector/contract.ts'
import type { Kind } from '../../src/model/resource.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { byHand } from './directory.ts'
import { quickstart } from './rolecall.ts'

const here = process.cwd()
let root: string

beforeEach(async () => {
  root = quickstart()
  expect(await told('-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
})

afterEach(() => {
  vi.restoreAllMocks()
  process.chdir(here)
  process.exitCode = undefined
})

async function told(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { out: '', err: '' }
  const write = (stream: 'out' | 'err') => (text: string) => void (said[stream] += text)
  const border: Border = {
    ...processBorder(true),
    env: { CI: 'true' },
    ...{ out: write('out'), err: write('err') },
    ...{ sees: { out: false, err: false }, answers: false },
  }
  process.exitCode = undefined
  const code = await run(['-C', root, ...args], border)
  return { code, stdout: said.out, stderr: said.err }
}

/** From now on every system says that it could not read this collection whole. */
function readsPoorly(kind: Kind): void {
  const openReader = directory.openReader.bind(directory)
  vi.spyOn(directory, 'openReader').mockImplementation(async (target) => {
    const reader = await openReader(target)
    const observe = async (): Promise<Observation> => {
      const observation = await reader.observe()
      const proofs = { ...observation.proofs, [kind]: { complete: false, reason: 'page 3 of 5 failed' } }
      return { ...observation, proofs }
    }
    return { ...reader, observe }
  })
}

describe('drift on a read that is not proven', () => {
  it('is not sure that there is none: exit 4, and says which collection of which system', async () => {
    expect(await told('drift')).toMatchObject({ code: 0, stderr: '' })
    readsPoorly('account')
    const { code, stderr } = await told('drift', '--system', 'office')
    expect(code).toBe(4)
    expect(stderr).toBe(
      'not sure: office: its accounts are not proven to be read whole (page 3 of 5 failed)\n' +
        '  Run again; if it stays so, see rolecall doctor --system office.\n',
    )
  })

  it('is not sure of the differences it shows either', async () => {
    byHand(root, 'office.db', "UPDATE accounts SET email = 'other@acme.example' WHERE user_name = 'ana'")
    expect(await told('drift')).toMatchObject({ code: 2 })
    readsPoorly('account')
    const { code, stdout } = await told('drift', '-o', 'json')
    expect([code, JSON.parse(stdout)]).toMatchObject([4, { format: 'rolecall/drift/v1', differs: true }])
  })

  it('is as sure as ever where nothing of the collection is compared', async () => {
    readsPoorly('scope')
    expect(await told('drift')).toMatchObject({ code: 0, stderr: '' })
  })
})
