/** Drives the real YAML language server, as an editor would: over stdio, with nothing of ours in between. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'

export interface Place {
  readonly line: number
  readonly character: number
}

export interface Mark {
  readonly range: { readonly start: Place; readonly end: Place }
  readonly message: string
  readonly source?: string
}

export interface Editor {
  /** Opens a file with this text and waits for what the server says of it. */
  open(file: string, text: string): Promise<readonly Mark[]>
  hover(file: string, place: Place): Promise<string>
  /** Labels of what is offered, sorted. */
  complete(file: string, place: Place): Promise<readonly string[]>
  close(): Promise<void>
}

const patience = 20_000

/** Starts a server for the files of `folder`. `settings` are those of the editor under `yaml`. */
export async function startEditor(folder: string, settings: object = {}): Promise<Editor> {
  const server = spawn(process.execPath, [serverScript(), '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  )
  const said = new Map<string, (marks: readonly Mark[]) => void>()
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: Mark[] }) => {
      said.get(uri)?.(diagnostics)
    },
  )
  connection.onRequest('client/registerCapability', () => null)
  connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
    items.map(({ section }) => (section === 'yaml' ? yaml : {})),
  )
  connection.listen()

  const yaml = { validate: true, hover: true, completion: true, schemaStore: { enable: false }, ...settings }
  const uri = (file: string): string => pathToFileURL(join(folder, file)).href
  const ask = <T>(method: string, params: object): Promise<T> =>
    within(connection.sendRequest<T>(method, params), method)

  await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'test' }],
    capabilities: {
      textDocument: {
        hover: { contentFormat: ['markdown'] },
        completion: { completionItem: { snippetSupport: true } },
      },
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    },
  })
  await connection.sendNotification('initialized', {})
  await connection.sendNotification('workspace/didChangeConfiguration', { settings: { yaml } })

  return {
    async open(file, text) {
      const marks = new Promise<readonly Mark[]>((resolve) => said.set(uri(file), resolve))
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: uri(file), languageId: 'yaml', version: 1, text },
      })
      return within(marks, `diagnostics of ${file}`)
    },
    async hover(file, position) {
      const answer = await ask<{ contents: { value: string } } | null>('textDocument/hover', {
        textDocument: { uri: uri(file) },
        position,
      })
      return answer?.contents.value ?? ''
    },
    async complete(file, position) {
      const answer = await ask<{ items: { label: string }[] }>('textDocument/completion', {
        textDocument: { uri: uri(file) },
        position,
      })
      return answer.items.map(({ label }) => label).sort()
    },
    async close() {
      connection.dispose()
      if (server.exitCode !== null || server.pid === undefined) return
      const ended = once(server, 'exit')
      process.kill(server.pid, 'SIGKILL')
      await within(ended, 'the end of the server')
    },
  }
}

function serverScript(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('yaml-language-server/package.json')), 'bin', 'yaml-language-server')
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the language server did not answer in time: ${what}`))
    }, patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
