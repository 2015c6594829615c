/**
 * Bounds the work of a rule. A rule is short, but loops in loops over long lists take as long as they like, and lists
 * and texts can be made longer as it goes; so each operation pays for the size of what it is given, and each loop, in
 * advance, for its body as often as it has items. It is a count and not a clock, so the same plan is judged the same
 * way on every machine.
 */
import { nodesIn, type Node } from './tree.ts'

export interface Meter {
  left: number
}

/** Charged beyond what was left; what the rule itself made of the error does not count. */
export class WorkedTooLong extends Error {}

/** Puts the meter into a checked tree; returns the number of its nodes. */
export function measure(root: Node, meter: Meter): number {
  const { alternate, macro } = root.meta
  if (alternate)
    return 1 + (alternate.op === 'comprehension' ? loop(alternate, meter) : measure(alternate, meter))
  const below = macro ? Object.values(macro).filter((part) => part !== root) : [root.args]
  const size = 1 + below.flatMap(nodesIn).reduce((sum, node) => sum + measure(node, meter), 0)
  const { handle } = root
  const scans = root.op !== '.' && root.op !== '[]' && root.op !== '?:'
  if (handle && !macro)
    root.handle = (left, right, ...rest) => {
      pay(meter, scans ? 1 + weigh(left, meter.left) + weigh(right, meter.left) : 1)
      return handle(left, right, ...rest)
    }
  return size
}

interface Loop {
  readonly iterable: Node
  readonly init: Node
  readonly step: Node
}

function loop(node: Node, meter: Meter): number {
  const { iterable, init, step } = node.args as Loop
  const body = measure(step, meter)
  const { handle } = node
  if (handle)
    node.handle = (items, ...rest) => {
      pay(meter, (1 + count(items)) * body)
      return handle(items, ...rest)
    }
  return measure(iterable, meter) + measure(init, meter) + body
}

export function pay(meter: Meter, steps: number): void {
  meter.left -= steps
  if (meter.left < 0) throw new WorkedTooLong()
}

function count(items: unknown): number {
  if (Array.isArray(items)) return items.length
  return typeof items === 'object' && items !== null ? Object.keys(items).length : 0
}

/** Eight characters or one item are a step. Looks no further than there is left. */
function weigh(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length >> 3
  if (!Array.isArray(value)) return 0
  let weight = value.length
  for (const item of value) {
    if (weight > most || typeof item === 'bigint' || typeof item === 'boolean') break
    weight += weigh(item, most - weight)
  }
  return weight
}
