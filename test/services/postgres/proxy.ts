/** A way to the server on which a connection breaks at its worst moment: around COMMIT. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What happens to the next COMMIT: it arrives and its answer is lost; it arrives later, when its sender has long been
 * cut off; it is lost on the way; it is lost, and the server does not even notice that its client is gone.
 */
export const breaks = ['answer lost', 'arrives late', 'lost', 'lost unnoticed'] as const
export type Break = (typeof breaks)[number]

export interface Proxy {
  readonly url: string
  /** Breaks one COMMIT, after letting `spare` of them through. */
  readonly breakAt: (how: Break, spare?: number) => void
  /** How many breaks have happened. */
  readonly broken: () => number
  /** Answers nothing any more, and does not say so. */
  readonly fallSilent: () => void
  readonly close: () => Promise<void>
}

export async function startProxy(to: string): Promise<Proxy> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  let planned: { how: Break; spare: number } | undefined
  let silent = false
  let count = 0

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    let cut = false
    client.on('close', () => cut || upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.on('data', (bytes) => silent || cut || client.write(bytes))
    client.on('data', (bytes) => {
      if (silent) return
      const how = bytes.includes('commit\0') ? due() : undefined
      if (how === undefined) {
        upstream.write(bytes)
        return
      }
      count += 1
      cut = true
      client.destroy()
      const send = (): void => void upstream.end(bytes)
      if (how === 'answer lost') send()
      if (how === 'arrives late') setTimeout(send, 400)
      if (how === 'lost') upstream.destroy()
    })
  })
  const due = (): Break | undefined => {
    const plan = planned
    if (plan === undefined) return undefined
    if (plan.spare > 0) {
      planned = { ...plan, spare: plan.spare - 1 }
      return undefined
    }
    planned = undefined
    return plan.how
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    breakAt: (how, spare = 0) => {
      planned = { how, spare }
    },
    broken: () => count,
    fallSilent: () => {
      silent = true
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
