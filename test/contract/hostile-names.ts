/** Names that somebody gives things in a live system, in the hope that whoever looks at them does what they say. */
const escape = '\u001b'

/** What a name is made of: plain parts, and parts that mean something to what shows them. */
const parts: readonly string[] = [
  ...['ana', 'team', 'Payroll', '0', ' ', '-', '.', 'é', '日本'],
  ...[
    `${escape}[2J`,
    `${escape}[31m`,
    `${escape}]8;;http://evil.example${escape}\\here`,
    '\u009b1A',
    '\b\b\b',
    '\r',
  ],
  ...['\n', '\t', '\u0000', '\u2028', '\u2029', '\u0085', '\u007f'],
  ...['\u202e', '\u2066', '\u2069', '\u200b', '\u200d', '\ufeff', '\u00ad', '\u{e0041}', '\ufe0f'],
  ...['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</td>', '<!--', '&lt;', '&#60;'],
  ...[
    '![i](http://evil.example/i.png)',
    '[l](javascript:alert(1))',
    '**',
    '`',
    '```',
    '|',
    '\\',
    '~~~',
    '# ',
    '> ',
  ],
  ...[
    '@acme/owners',
    '#1',
    'GH-1',
    'https://evil.example',
    'www.evil.example',
    '$x$',
    '==',
    '<http://evil.example>',
  ],
  ...['::error file=a::b', '::stop-commands::x', '##[error]', '%0A', '${{ secrets.X }}'],
  ...[
    '=cmd|x',
    '+1',
    '@SUM(1)',
    '"',
    "'",
    ',',
    ';',
    '{}',
    '[]',
    ': ',
    '- ',
    '&a',
    '*a',
    '!!js',
    '%',
    '{{x}}',
    '<%=x%>',
  ],
]

/** So many names, all different, the same in every run. */
export function hostileNames(count: number, seed = 1): readonly string[] {
  const random = generator(seed)
  const names = new Set<string>()
  while (names.size < count) {
    const length = 1 + Math.floor(random() * 4)
    const picked = Array.from({ length }, () => parts[Math.floor(random() * parts.length)])
    names.add(`${picked.join('')}${names.size.toString(36)}`.slice(0, 110))
  }
  return [...names]
}

/** mulberry32: small, and good enough to pick parts. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
