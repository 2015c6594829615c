/** How many calls a key has, told in the headers of each answer; and which resources it may touch. */
import type { MiddlewareHandler } from 'hono'
import { Bucket, type Limits } from '../bucket.ts'
import type { SandboxEnv } from '../server.ts'
import { Refusal } from './errors.ts'
import { keyOf } from './oauth.ts'
import { paged } from './paging.ts'
import type { ApiKey } from './wire.ts'
import type { World } from './world.ts'

/** What the vendor's support named in February 2024: twenty at once, then one in fifteen seconds, for each key. */
export const documentedLimits: Limits = { burst: 20, rate: 1, time: 15 }
/** So many that nothing ever waits; the headers say so. */
export const unlimited: Limits = { burst: 1_000_000, rate: 1_000_000, time: 1 }

export function limited(limits: Limits, world: World): MiddlewareHandler<SandboxEnv> {
  const buckets = new Map<string, Bucket>()
  return async (context, next) => {
    const apart = world.unknowns.budgets === 'apart'
    const name = `${keyOf(context).clientId} ${apart && context.req.method === 'GET' ? 'read' : 'all'}`
    const bucket = buckets.get(name) ?? new Bucket(limits, world.now())
    buckets.set(name, bucket)
    const { granted, remaining, wait } = bucket.take(world.now())
    if (granted) await next()
    else context.res = tooMany(wait, world)
    for (const [header, value] of [
      ['Remaining', remaining],
      ['Replenish-Rate', limits.rate],
      ['Replenish-Time', limits.time],
      ['Burst-Capacity', limits.burst],
    ] as const)
      context.res.headers.set(`X-RateLimit-${header}`, String(value))
  }
}

/** Without a body, as people reported it. */
function tooMany(wait: number, { unknowns, now }: World): Response {
  const at = new Date(Math.ceil(now().getTime() / 1000 + wait) * 1000)
  const headers: Record<string, string> =
    unknowns.retryAfter === 'absent'
      ? {}
      : { 'Retry-After': unknowns.retryAfter === 'seconds' ? String(wait) : at.toUTCString() }
  return new Response(null, { status: 429, headers })
}

/** By the first word of the path: `users`, `user-groups`, `access-groups`, …, `settings`. */
export function permitted(world: World): MiddlewareHandler<SandboxEnv> {
  return async (context, next) => {
    const { method, path } = context.req
    const [, word = ''] = /^\/api\/v1\/([^/]+)/.exec(path) ?? []
    if (allows(keyOf(context), word, method)) return next()
    const { forbidden } = world.unknowns
    if (forbidden === 'empty' && method === 'GET' && /^\/api\/v1\/[^/]+$/.test(path))
      return word === 'regions' ? context.json([]) : paged(context, [], world)
    throw new Refusal(forbidden === '404' ? 404 : 403, 'No permission')
  }
}

function allows({ permissions }: ApiKey, word: string, method: string): boolean {
  if (permissions === undefined) return true
  const permission = permissions[word]
  return permission === 'modify' || (permission === 'read' && method === 'GET')
}
