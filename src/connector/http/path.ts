/**
 * Paths of an API. What is filled in comes from live systems and manifests, so it is encoded here, always: an id like
 * `../x` must not lead to another resource.
 */
import { ConnectorFault } from '../fault.ts'
import { wellFormed } from './text.ts'

declare const pathBrand: unique symbol
/** Made by `path` only. */
export type Path = string & { readonly [pathBrand]: true }

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** `` path`/users/${id}` `` */
export function path(texts: TemplateStringsArray, ...values: readonly (string | number)[]): Path {
  return texts.reduce((whole, text, index) => `${whole}${segment(values[index - 1])}${text}`) as Path
}

/** Text as one segment of a path. The parser of URLs would resolve dots, also encoded ones; there is no spelling for them. */
function segment(value: string | number | undefined): string {
  const text = String(value)
  if (text === '' || text === '.' || text === '..')
    throw new ConnectorFault(
      'unreadable',
      `A system gave "${text}" as a name or id, which cannot be a part of an address.`,
      'Rename or remove that in the system.',
    )
  return encodeURIComponent(wellFormed(text))
}

export function withQuery(url: URL, query: Query): URL {
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}
