import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import {
  countDiagnostics,
  diagnosticsGithub,
  diagnosticsJson,
  diagnosticsText,
} from '../../src/render/diagnostics.ts'
import { markdown, markdownBlock, markdownCode, terminal, workflowCommand } from '../../src/render/encode.ts'

function at(text: string, column: number, length: number, more: Partial<Diagnostic> = {}): Diagnostic {
  const span = { file: 'access/people.yaml', line: 14, column, length, text }
  return {
    code: 'unknown-role',
    severity: 'error',
    span,
    message: 'There is no such role.',
    fix: 'Write another.',
    ...more,
  }
}

describe('a diagnostic as text', () => {
  it('is the place, the line with a caret, one sentence and one fix', () => {
    const diagnostic = at('    role: Adminstrator', 11, 12, {
      message: 'CloudConnexa has no role "Adminstrator".',
      fix: 'Did you mean "Administrator"? The roles are Owner, Administrator, Member.',
    })
    expect(diagnosticsText([diagnostic])).toBe(
      [
        'access/people.yaml:14:11  unknown-role',
        '  14 |     role: Adminstrator',
        '     |           ^^^^^^^^^^^^',
        '  CloudConnexa has no role "Adminstrator".',
        '  Did you mean "Administrator"? The roles are Owner, Administrator, Member.',
        '',
      ].join('\n'),
    )
  })

  it('says what is less than an error', () => {
    expect(diagnosticsText([at('a', 1, 1, { severity: 'hint' })])).toMatch(
      /^access\/people[.]yaml:14:1 {2}hint unknown-role\n/,
    )
  })

  it('has no place where there is none', () => {
    const { span: _, ...nowhere } = at('', 1, 1)
    expect(diagnosticsText([nowhere])).toBe('unknown-role\n  There is no such role.\n  Write another.\n')
  })

  it.each([
    ['wide characters', '山田: x', 5, '  14 | 山田: x', '     |       ^'],
    ['marked wide characters', 'a: 山田', 4, '  14 | a: 山田', '     |    ^^^^'],
    ['an emoji of two units', '😀: x', 5, '  14 | 😀: x', '     |     ^'],
    ['a combining mark', 're\u0301: x', 6, '  14 | re\u0301: x', '     |     ^'],
    ['an escape', 'a\u200b: x', 5, '  14 | a\\u{200b}: x', '     |            ^'],
    ['a tab', '\ta: x', 5, '  14 | \\u{9}a: x', '     |         ^'],
  ])('the caret stands under its text after %s', (_, text, column, line, caret) => {
    const length = text.length - column + 1
    expect(
      diagnosticsText([at(text, column, length)])
        .split('\n')
        .slice(1, 3),
    ).toEqual([line, caret])
  })

  it('of a long line shows the part around the mark', () => {
    const text = `${'a'.repeat(5000)}MARK${'b'.repeat(5000)}`
    const [, line, caret] = diagnosticsText([at(text, 5001, 4)]).split('\n')
    expect(line!.length).toBeLessThan(120)
    expect(line!.indexOf('MARK')).toBe(caret!.indexOf('^^^^'))
    expect(line).toMatch(/^ {2}14 \| …a+MARKb+…$/)
  })

  it('of a mark longer than the window still shows its beginning', () => {
    const [, line, caret] = diagnosticsText([at('x'.repeat(9000), 10, 8000)]).split('\n')
    expect(caret).toMatch(/\^{20,100}$/)
    expect(line!.length).toBeLessThan(120)
  })

  it('shows a hundred of one file and counts the rest, errors before warnings', () => {
    const many = [
      ...Array.from({ length: 150 }, () => at('a', 1, 1, { severity: 'warning' })),
      ...Array.from({ length: 7 }, () => at('a', 1, 1)),
    ]
    const text = diagnosticsText(many)
    expect(text.match(/ {2}warning unknown-role/g)).toHaveLength(93)
    expect(text.match(/ {2}unknown-role/g)).toHaveLength(7)
    expect(text).toMatch(/\naccess\/people[.]yaml: and 57 more[.]\n$/)
  })

  it('counts in words', () => {
    const severities = ['error', 'warning', 'warning', 'hint'] as const
    expect(countDiagnostics(severities.map((severity) => at('a', 1, 1, { severity })))).toBe(
      '1 error, 2 warnings and 1 hint',
    )
    expect(countDiagnostics([])).toBeUndefined()
  })
})

describe('a diagnostic for programs', () => {
  it('as JSON holds all of them, and whether the manifests are valid', () => {
    const many = Array.from({ length: 300 }, () => at('a', 2, 1, { severity: 'warning' }))
    const parsed = JSON.parse(diagnosticsJson(many)) as { valid: boolean; diagnostics: unknown[] }
    expect(parsed.valid).toBe(true)
    expect(parsed.diagnostics).toHaveLength(300)
    expect(parsed.diagnostics[0]).toEqual({
      code: 'unknown-role',
      severity: 'warning',
      file: 'access/people.yaml',
      line: 14,
      column: 2,
      length: 1,
      message: 'There is no such role.',
      fix: 'Write another.',
    })
    expect(JSON.parse(diagnosticsJson([at('a', 1, 1)]))).toMatchObject({ valid: false })
  })

  it('as workflow commands marks the line, errors first', () => {
    const lines = diagnosticsGithub([at('a', 3, 4, { severity: 'hint' }), at('a', 1, 1)]).split('\n')
    expect(lines).toEqual([
      '::error file=access/people.yaml,line=14,col=1,endColumn=2,title=unknown-role::There is no such role.%0AWrite another.',
      '::notice file=access/people.yaml,line=14,col=3,endColumn=7,title=unknown-role::There is no such role.%0AWrite another.',
      '',
    ])
  })
})

const hostile = [
  '\u001b[2K\u001b[1A\u001b[31mred',
  'a\u009b31m',
  'line\nbreak\r\nand\u2028more\u0085',
  '::error::owned',
  '::set-output name=x::y',
  '##[error]owned',
  '%0A::error::owned',
  '%250A::error::owned',
  '\u202egnp.exe',
  'ad\u200bmin\ufeff\u2060\u00ad',
  '\u{e0041}\u{e0042}',
  '\ud800',
  'a\ufff9hidden\ufffb',
  '@octocat and @org/team',
  'a@acme.example',
  '<img src=https://evil.example/x.png>',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  '[x]: https://evil.example',
  'https://evil.example www.evil.example',
  '`code` ``` fence ````',
  '~~~ fence',
  '# heading',
  '- item\n1. item',
  '| cell | cell |',
  '---',
  '&lt;b&gt; &#64;x &copy;',
  '#123 GH-123 org/repo#5',
  '\\@x \\<b>',
  '$x^2$ ==x==',
  '<!-- comment -->',
]

describe('hostile names', () => {
  it.each(hostile)('%j cannot be seen to do anything on a terminal', (name) => {
    expect(terminal(name)).toMatch(
      /^[^\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]*$/,
    )
    expect(terminal(terminal(name))).toBe(terminal(name))
  })

  it('what is not hidden stays as it is', () => {
    for (const name of ['Ana Silva', 'Zoë', '山田 太郎', 'שלום', '😀', 'O’Neill', 'a/b:c'])
      expect(terminal(name)).toBe(name)
  })

  it.each(hostile)('%j is text and nothing else in Markdown', (name) => {
    const text = markdown(name)
    const gap = '&#8203;'
    expect(text).not.toMatch(/[<>\n]/)
    expect(text.replaceAll(gap, '\u200b')).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www[.]|&(?!(?:amp|lt|gt);)/i)
    expect(text.replace(/\\[\\`*_{}[\]()!|~^$=+-]/g, '')).not.toMatch(/[\\`*_[\]()!|~$]/)
    expect(text).not.toMatch(/^(?:#{1,6}|[-+*]|\d+[.)]) /)
  })

  it.each(hostile)('%j stays inside inline code and inside a block', (name) => {
    const inline = markdownCode(name)
    const fence = /^`+/.exec(inline)![0]
    expect(inline.endsWith(fence)).toBe(true)
    const runs = inline.slice(fence.length, -fence.length).match(/`+/g) ?? []
    expect(runs.every((run) => run.length !== fence.length)).toBe(true)
    const lines = markdownBlock(`before\n${name}`, 'text').split('\n')
    const ends = lines
      .slice(1)
      .filter(
        (line) =>
          line.startsWith('`'.repeat(3)) &&
          new RegExp(`^\`{${/^`+/.exec(lines[0]!)![0].length},}\\s*$`).test(line),
      )
    expect(ends).toEqual([lines.at(-1)])
  })

  it('T13: no name becomes a command of the runner', () => {
    const names = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(names, names, (file, message) => {
        const span = { file, line: 1, column: 1, length: 1 }
        const output = diagnosticsGithub([{ code: 'x', severity: 'error', span, message }])
        const commands = output.split(/\r\n|\r|\n/).filter((line) => line !== '')
        expect(commands).toHaveLength(1)
        const [, properties, data] = /^::error (.*?)::(.*)$/s.exec(commands[0]!)!
        const read = Object.fromEntries(
          properties!
            .split(',')
            .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
        )
        expect(Object.keys(read)).toEqual(['file', 'line', 'col', 'endColumn', 'title'])
        expect(decoded(read['file']!)).toBe(file.split('\n').map(terminal).join('\n'))
        expect(decoded(data!)).toBe(message.split('\n').map(terminal).join('\n'))
      }),
      { numRuns: 1000 },
    )
  })

  it('properties lose what would end them', () => {
    expect(workflowCommand('a,b:c%', 'property')).toBe('a%2Cb%3Ac%25')
    expect(workflowCommand('a,b:c%\nd')).toBe('a,b:c%25%0Ad')
  })
})

/** As the runner decodes the data of a command. */
function decoded(text: string): string {
  return text.replace(/%(25|0A|0D|3A|2C)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
