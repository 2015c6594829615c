/**
 * A fault as people write it, one flat object (`{"path": "/api/v1/users", "status": 503, "times": 1}`) or one line
 * (`path=/api/v1/users,status=503,times=1`), made into the rule that it means; or what is wrong with it.
 */
import { pageFaults, type FaultRule, type Trouble } from './faults.ts'
import { BadWish } from './wish.ts'

/** Which calls: every one, where nothing is said. */
const places = ['method', 'path', 'pageNumber', 'skip', 'times'] as const
/** What goes wrong with them: exactly one of these, with what may stand beside it. */
const troubles: Readonly<Record<string, readonly string[]>> = {
  status: ['body', 'headers', 'after'],
  delay: [],
  hang: [],
  drop: ['lag'],
  page: [],
  lag: [],
  expire: [],
}

export function ruleOf(written: unknown): FaultRule {
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    throw new BadWish('A fault is an object.')
  const one = written as Readonly<Record<string, unknown>>
  // beside `drop`, `lag` says more of it
  const named = Object.keys(troubles).filter((name) => name in one && !(name === 'lag' && 'drop' in one))
  const [sort] = named
  if (sort === undefined || named.length > 1)
    throw new BadWish(
      'A fault says one thing that goes wrong.',
      `It has one of ${Object.keys(troubles).join(', ')}.`,
    )
  const known: readonly string[] = [...places, sort, ...(troubles[sort] ?? [])]
  const stranger = Object.keys(one).find((name) => !known.includes(name))
  if (stranger !== undefined)
    throw new BadWish(`A fault with ${sort} has no "${stranger}".`, `There are: ${known.join(', ')}.`)
  for (const [name, check] of Object.entries(checks))
    if (name in one && !check.holds(one[name]))
      throw new BadWish(`"${name}" of a fault is not that.`, `It is ${check.words}.`)
  const { method, path, pageNumber, skip, times, ...trouble } = one
  return {
    ...({ method, pageNumber, skip, times } as Partial<FaultRule>),
    ...(path === undefined ? {} : { path: patternOf(path as string) }),
    trouble: trouble as Trouble,
  }
}

/** The same from one line: what looks like a number or a truth is one. */
export function ruleIn(line: string): FaultRule {
  const pairs = line.split(',').map((part) => {
    const [name = '', ...rest] = part.split('=')
    return [name.trim(), valueOf(rest.join('='))] as const
  })
  return ruleOf(Object.fromEntries(pairs))
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}

interface Check {
  readonly words: string
  readonly holds: (value: unknown) => boolean
}

const checks: Readonly<Record<string, Check>> = {
  method: oneOf(['GET', 'POST', 'PUT', 'DELETE', 'write']),
  path: { words: 'a path, in which * stands for anything', holds: (value) => String(value).startsWith('/') },
  pageNumber: whole(0, 1_000_000),
  skip: whole(0, 1_000_000),
  times: whole(1, 1_000_000),
  status: whole(200, 599),
  body: { words: 'a text', holds: (value) => typeof value === 'string' },
  headers: { words: 'an object of texts', holds: isTexts },
  after: oneOf([true, false]),
  delay: whole(0, 3_600_000),
  hang: oneOf([true]),
  drop: oneOf(['request', 'reply', 'body']),
  page: oneOf(pageFaults),
  lag: whole(1, 1_000_000),
  expire: oneOf([true]),
}

function oneOf(values: readonly unknown[]): Check {
  return {
    words: values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`,
    holds: (value) => values.includes(value),
  }
}

function whole(least: number, most: number): Check {
  return {
    words: `a whole number from ${least} to ${most}`,
    holds: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  }
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((one) => typeof one === 'string')
  )
}

/** The whole path; a star stands for anything. */
function patternOf(path: string): RegExp {
  const parts = path.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}
