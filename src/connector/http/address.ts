/**
 * Addresses that no system is at, and that give credentials to whoever asks: the metadata services of clouds, and
 * what is link-local. An endpoint may name one, and so may the answer of a name server.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** The code of the error with which a connection to such an address ends. */
export const blockedCode = 'ROLECALL_BLOCKED_ADDRESS'

/** Whether nothing may be sent there. Also within an IPv6 address that stands for an IPv4 one. */
export function isBlocked(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (isIPv4(bare)) return blocked.check(bare, 'ipv4')
  if (isIP(bare) === 0) return metadataNames.has(bare.toLowerCase().replace(/\.$/, ''))
  const inside = isLoopback(bare) ? undefined : ipv4Within(bare)
  return blocked.check(bare, 'ipv6') || (inside !== undefined && blocked.check(inside, 'ipv4'))
}

/** 127.0.0.0/8 and ::1, written as an address: a name like localhost may be answered with anything. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return isIPv4(bare) ? bare.startsWith('127.') : bare === '::1'
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void

/**
 * The name look-up of each connection. Checked here, at the moment of connecting, and not before: an answer that
 * changes between the check and the use (rebinding) finds nothing to slip through.
 */
export function lookup(host: string, options: LookupOptions, callback: LookupCallback): void {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, [])
      return
    }
    const bad = addresses.find(({ address }) => isBlocked(address))
    const [first] = addresses
    if (bad !== undefined || first === undefined) {
      const words = bad === undefined ? 'has no address' : `is at ${bad.address}, which is never connected to`
      callback(Object.assign(new Error(`${host} ${words}`), { code: blockedCode }), [])
    } else if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** The IPv4 address that an IPv6 one carries: mapped, compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056). */
function ipv4Within(address: string): string | undefined {
  // The parser of URLs writes every spelling of an address the same way: lower case, no dots, one `::`.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const words = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  const [high, low] = words[0] === '2002' ? words.slice(1, 3) : words.slice(6)
  const prefix = words.slice(0, 6).join(':')
  const carries = words[0] === '2002' || carriers.has(prefix)
  if (!carries || high === undefined || low === undefined) return undefined
  return [high, low].flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 255]).join('.')
}

const carriers: ReadonlySet<string> = new Set([
  '0:0:0:0:0:ffff',
  '0:0:0:0:0:0',
  '64:ff9b:0:0:0:0',
  '0:0:0:0:ffff:0',
])

/** Where a proxy looks the name up, only the name can be told. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

const blocked = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8], // "this host": some kernels connect to themselves
  ['169.254.0.0', 16], // link-local, with the metadata of most clouds at .169.254 and of containers at .170.2
  ['100.100.100.200', 32], // metadata of Alibaba Cloud
  ['168.63.129.16', 32], // wire server of Azure
  ['192.0.0.192', 32], // metadata of Oracle Cloud
  ['224.0.0.0', 4], // multicast
  ['255.255.255.255', 32],
] as const)
  blocked.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 128],
  ['fe80::', 10], // link-local
  ['fd00:ec2::', 32], // metadata of AWS
  ['fd20:ce::254', 128], // metadata of Google Cloud
  ['ff00::', 8], // multicast
] as const)
  blocked.addSubnet(net, prefix, 'ipv6')
