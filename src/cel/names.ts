/**
 * All unknown names of a rule in one go: the library's check stops at the first, and does not look into `has()`. Only
 * what is listed here can be called, so that everything a rule can do is known to end, to be the same on every
 * machine, and to be told by its arguments alone.
 */
import type { Kind } from '../model/resource.ts'
import type { RuleFault } from '../model/rule.ts'
import { isNode, nodesIn, type Node } from './tree.ts'
import type { Vocabulary, Words } from './vocabulary.ts'

/** Called as `size(x)`. */
export const functions = ['has', 'int', 'size', 'string'] as const
/** Called as `x.size()`. */
export const methods = [
  'all',
  'contains',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'map',
  'matches',
  'size',
  'split',
  'startsWith',
] as const
const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])

interface Scope {
  readonly kind: Kind
  readonly structures: Vocabulary['structures']
  readonly own: ReadonlySet<string>
}

/** In the order in which they stand in the text. */
export function unknownNames(root: Node, kind: Kind, { structures }: Vocabulary): RuleFault[] {
  return inNode(root, { kind, structures, own: new Set() }).sort((a, b) => a.start - b.start)
}

function inNode(node: Node, scope: Scope): RuleFault[] {
  switch (node.op) {
    case 'id':
      return inName(node, String(node.args), scope)
    case '.':
      return inField(node, node.args as [Node, string], scope)
    case '[]':
      return inIndex(node, node.args as [Node, Node], scope)
    case 'call': {
      const [name, args] = node.args as [string, Node[]]
      return [...called(node, node.start, name, functions), ...inAll(args, scope)]
    }
    case 'rcall':
      return inMethod(node, node.args as [string, Node, Node[]], scope)
    default:
      return inAll(nodesIn(node.args), scope)
  }
}

function inAll(nodes: readonly Node[], scope: Scope): RuleFault[] {
  return nodes.flatMap((node) => inNode(node, scope))
}

function inName({ start, end }: Node, name: string, { structures, own }: Scope): RuleFault[] {
  if (own.has(name) || structures.has(name) || name === 'today') return []
  const known = { name, names: [...structures.keys(), 'today', ...own], what: 'names' }
  return [{ code: 'rule-unknown-name', start, end, message: `A rule knows no "${name}".`, known }]
}

function inField(node: Node, [left, name]: [Node, string], scope: Scope): RuleFault[] {
  const words = structureOf(left, scope)
  if (!words || words.has(name)) return inNode(left, scope)
  const root = String(left.args)
  const known = { name, names: [...words.keys()], what: 'names' }
  const whose =
    root === 'before' || root === 'after' ? `"${root}" of ${withArticle(scope.kind)}` : `"${root}"`
  const { end } = node
  const message = `${whose} has no "${name}".`
  return [{ code: 'rule-unknown-name', start: end - name.length, end, message: message, known }]
}

/** `after["role"]` would be looked up only when the rule is evaluated. */
function inIndex(node: Node, [left, index]: [Node, Node], scope: Scope): RuleFault[] {
  const below = inAll([left, index], scope)
  if (!structureOf(left, scope)) return below
  const { start, end } = node
  const root = String(left.args)
  const message = `"${root}" is not looked up by brackets.`
  return [{ code: 'rule-type', start, end, message, fix: `Write "${root}.", and the name.` }, ...below]
}

function inMethod(node: Node, [name, receiver, args]: [string, Node, Node[]], scope: Scope): RuleFault[] {
  const below = inNode(receiver, scope)
  const at = receiver.end + 1
  const [variable, ...rest] = args
  const isLoop = loops.has(name) && variable?.op === 'id'
  const inner = isLoop ? { ...scope, own: new Set([...scope.own, String(variable.args)]) } : scope
  return [...below, ...called(node, at, name, methods), ...inAll(isLoop ? rest : args, inner)]
}

function called(node: Node, start: number, name: string, known: readonly string[]): RuleFault[] {
  if (known.includes(name)) return []
  const message = `A rule cannot call "${name}".`
  const end = Math.min(node.end, start + name.length)
  return [
    { code: 'rule-unknown-name', start, end, message, known: { name, names: known, what: 'functions' } },
  ]
}

function structureOf(left: Node, { structures, own }: Scope): Words | undefined {
  return isNode(left) && left.op === 'id' && !own.has(String(left.args))
    ? structures.get(String(left.args))
    : undefined
}

function withArticle(kind: Kind): string {
  return kind === 'account' ? 'an account' : `a ${kind}`
}
