/**
 * One page in one file: it asks the network for nothing, and its own policy forbids it to. Its script and its style are
 * named in the policy by their digests, so that a name from a live system could not run even if it got out of its place.
 */
import { createHash } from 'node:crypto'
import { html, terminal } from '../encode.ts'
import { client } from './client.ts'
import { style } from './style.ts'

/** Text that is HTML already. Only `fragment` and `each` make it. */
export interface Fragment {
  readonly html: string
}

/** HTML with values put in: every value is encoded, unless it is a fragment itself. */
export function fragment(
  parts: TemplateStringsArray,
  ...values: readonly (Fragment | string | number)[]
): Fragment {
  return { html: parts.reduce((text, part, at) => text + shown(values[at - 1]) + part) }
}

function shown(value: Fragment | string | number | undefined): string {
  return typeof value === 'object' ? value.html : html(String(value ?? ''))
}

export function each<T>(items: Iterable<T>, make: (item: T) => Fragment): Fragment {
  let text = ''
  for (const item of items) text += make(item).html
  return { html: text }
}

export const nothing: Fragment = { html: '' }

/** One way from somebody to what they may do. */
export interface Way {
  readonly change: 'gain' | 'loss' | 'same'
  /** `reach`, `role deployer`. */
  readonly words: string
  /** Who, everything between, what it is done to. */
  readonly path: readonly string[]
}

/** The whole document. */
export function page(title: string, body: Fragment, ways: readonly Way[]): string {
  const script = `(${client.toString()})()`
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const whole = fragment`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<a class="skip" href="#lines">To the lines</a>
<main>
${body}
</main>
<script type="application/json" id="ways">${{ html: waysData(ways) }}</script>
<script>${{ html: script }}</script>
</body>
</html>
`
  return whole.html
}

/** The bar with the search, above everything that is searched. */
const searchBar = fragment`<div class="bar" role="search"><label for="search">Search</label>
<input id="search" type="search" placeholder="name, system, group, file …" autocomplete="off" aria-describedby="hint">
<span id="hint" class="soft"><kbd>/</kbd> to search, <kbd>Esc</kbd> to see all</span><span id="told" class="soft" role="status"></span></div>
`

/** Everything that is searched. Of very many lines a browser lays out only those that are seen. */
export function lines(content: Fragment, count: number): Fragment {
  return fragment`${searchBar}<div id="lines" class="${count > 500 ? 'many' : ''}">
${content}</div>
`
}

/** Where the access of somebody, or to something, is drawn. */
export const graph = fragment`<section id="graph" aria-labelledby="graph-title"><h2 id="graph-title">Access as a picture</h2>
<p><label for="chosen">Of a person or a resource</label> <input id="chosen" list="choices" autocomplete="off"> <span id="said" class="soft" role="status"></span></p>
<datalist id="choices"></datalist>
<div id="picture" tabindex="0" aria-label="Picture of the access"></div></section>
`

/** Each name once, and the ways by the places of their names. */
function waysData(ways: readonly Way[]): string {
  const places = new Map<string, number>()
  const place = (name: string): number => {
    const known = places.get(name)
    if (known !== undefined) return known
    places.set(name, places.size)
    return places.size - 1
  }
  const listed = ways.map(({ change, words, path }) => [change, words, ...path.map(place)])
  const data = { names: [...places.keys()].map(terminal), ways: listed }
  // In a script element only `<` could end it.
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
