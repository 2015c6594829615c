/// <reference lib="dom" />
/**
 * What a page does in a browser: search, and the picture of somebody's access. The function is put into the page as
 * text, so it uses nothing from outside of itself; without it the page shows everything as well, unfiltered. Names are
 * only ever set as text.
 */
export function client(): void {
  const element = (id: string): HTMLElement | null => document.getElementById(id)
  const fold = (text: string): string => text.toLowerCase()

  // ------------------------------------------------------------ search

  const search = element('search') as HTMLInputElement | null
  const told = element('told')
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  const texts = rows.map((row) => fold(row.textContent))
  const filter = (): void => {
    const words = fold(search?.value ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
    let shown = 0
    rows.forEach((row, at) => {
      const fits = words.every((word) => texts[at]?.includes(word))
      if (row.hidden === fits) row.hidden = !fits
      if (fits) shown++
    })
    if (told) told.textContent = words.length === 0 ? '' : `${shown} of ${rows.length} lines`
    if (words.length > 0)
      for (const folded of document.querySelectorAll('details')) {
        if (folded.querySelector('[data-row]:not([hidden])') !== null) folded.open = true
      }
  }
  search?.addEventListener('input', filter)
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement
    if (event.key === '/' && !typing) {
      event.preventDefault()
      search?.focus()
    }
    if (event.key === 'Escape' && event.target === search && search) {
      search.value = ''
      filter()
    }
  })

  // ------------------------------------------------------------ printing

  const opened: HTMLDetailsElement[] = []
  addEventListener('beforeprint', () => {
    for (const folded of document.querySelectorAll('details'))
      if (!folded.open) {
        folded.open = true
        opened.push(folded)
      }
  })
  addEventListener('afterprint', () => {
    for (const folded of opened.splice(0)) folded.open = false
  })

  // ------------------------------------------------------------ the picture

  interface Ways {
    readonly names: readonly string[]
    /** Change, what is done, and then names by their place: who, the way, what it is done to. */
    readonly ways: readonly (readonly [string, string, ...number[]])[]
  }
  const { names, ways } = JSON.parse(element('ways')?.textContent ?? '{"names":[],"ways":[]}') as Ways
  const chosen = element('chosen') as HTMLInputElement | null
  const picture = element('picture')
  const said = element('said')
  const choices = element('choices')
  const ends = new Map<string, number[]>()
  ways.forEach((way, at) => {
    for (const end of new Set(way.slice(2) as number[])) {
      const name = names[end] ?? ''
      const known = ends.get(name)
      if (known) known.push(at)
      else ends.set(name, [at])
    }
  })
  for (const name of [...ends.keys()].sort()) {
    const option = document.createElement('option')
    option.value = name
    choices?.append(option)
  }

  const most = 150
  const box = { width: 190, height: 30, right: 70, down: 12 }
  const svg = (name: string, attributes: Record<string, string | number>, text?: string): SVGElement => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
    if (text !== undefined) made.textContent = text
    return made
  }
  const draw = (): void => {
    if (picture === null || chosen === null || said === null) return
    picture.replaceChildren()
    const all = ends.get(chosen.value) ?? []
    said.textContent =
      chosen.value === ''
        ? ''
        : all.length === 0
          ? 'Nothing of that name is in this page.'
          : `${all.length} ${all.length === 1 ? 'way' : 'ways'}${all.length > most ? `, the first ${most} drawn` : ''}`
    if (all.length === 0) return
    const drawn = all.slice(0, most).flatMap((at) => (ways[at] === undefined ? [] : [ways[at]]))
    // A name stands as far right as its longest way needs; what something is done to stands last.
    const column = new Map<number, number>()
    let last = 1
    for (const [, , ...path] of drawn) {
      path.slice(0, -1).forEach((name, at) => column.set(name, Math.max(at, column.get(name) ?? 0)))
      last = Math.max(last, path.length - 1)
    }
    for (const [, , ...path] of drawn) column.set(path.at(-1) ?? 0, last)
    const columns: number[][] = []
    for (const [name, at] of column) (columns[at] ??= []).push(name)
    const place = new Map<number, { readonly x: number; readonly y: number }>()
    const tallest = Math.max(...columns.map((column) => column.length))
    const edges = new Map<string, { from: number; to: number; change: string; words: Set<string> }>()
    for (const [change, words, ...path] of drawn)
      path.slice(1).forEach((to, at) => {
        const from = path[at] ?? 0
        const key = `${from} ${to} ${change}`
        const edge = edges.get(key) ?? { from, to, change, words: new Set() }
        if (at === path.length - 2) edge.words.add(words)
        edges.set(key, edge)
      })
    columns.forEach((column, at) => {
      // Beside what leads to it, so that fewer lines cross.
      const height = (name: number): number => {
        const before = [...edges.values()].filter(({ to }) => to === name)
        const sum = before.reduce((total, { from }) => total + (place.get(from)?.y ?? 0), 0)
        return before.length === 0 ? 0 : sum / before.length
      }
      const sorted = column
        .map((name) => ({ name, at: height(name) }))
        .sort((a, b) => a.at - b.at || ((names[a.name] ?? '') < (names[b.name] ?? '') ? -1 : 1))
      const top = ((tallest - column.length) * (box.height + box.down)) / 2
      sorted.forEach(({ name }, index) => {
        place.set(name, { x: at * (box.width + box.right), y: top + index * (box.height + box.down) })
      })
    })
    const size = {
      width: columns.length * (box.width + box.right) - box.right + 2,
      height: tallest * (box.height + box.down) + 2,
    }
    const image = svg('svg', {
      viewBox: `-1 -1 ${size.width} ${size.height}`,
      width: size.width,
      height: size.height,
      role: 'img',
      'aria-label': `Access of ${chosen.value}`,
    })
    for (const { from, to, change, words } of edges.values()) {
      const [a, b] = [place.get(from), place.get(to)]
      if (a === undefined || b === undefined) continue
      const [x, y, z] = [a.x + box.width, a.y + box.height / 2, b.y + box.height / 2]
      const bend = (x + b.x) / 2
      const line = svg('path', {
        d: `M${x} ${y}C${bend} ${y} ${bend} ${z} ${b.x} ${z}`,
        class: `way ${change}`,
      })
      if (words.size > 0) line.append(svg('title', {}, [...words].join(', ')))
      image.append(line)
    }
    for (const [name, { x, y }] of place) {
      const text = names[name] ?? ''
      const group = svg('g', { class: text === chosen.value ? 'name self' : 'name' })
      const short = text.length > 26 ? `${text.slice(0, 25)}…` : text
      group.append(
        svg('title', {}, text),
        svg('rect', { x, y, width: box.width, height: box.height, rx: 5 }),
        svg('text', { x: x + 10, y: y + 20 }, short),
      )
      image.append(group)
    }
    picture.append(image)
  }
  chosen?.addEventListener('input', draw)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('[data-show]') : null
    const name = link?.getAttribute('data-show')
    if (name === null || name === undefined || chosen === null) return
    chosen.value = name
    draw()
    element('graph')?.scrollIntoView()
    chosen.focus()
  })
}
