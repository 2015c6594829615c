/** What renderers must know of each connector's description: how a value is compared, and how many sorts it may name. */
import type { Description } from '../connector/describe.ts'
import type { Shapes } from '../render/view.ts'

export function shapesOf(descriptions: Readonly<Record<string, Description>>): Shapes {
  return ({ connector, kind, section, name }) => {
    const described = descriptions[connector]?.kinds[kind]
    if (section === 'fields') {
      const field = described?.fields[name]
      return field && { shape: field.shape, types: 0 }
    }
    const link = described?.links[name]
    return link && { shape: link.shape, types: link.to.length }
  }
}
