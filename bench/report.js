/** Figures as the tables of bench/README.md. Values in, text out. */

/** @param {any} results what bench/run.js measured @returns {string} Markdown */
export function tables(results) {
  return [
    `Measured on ${results.date}: ${results.machine}. Medians; seconds of wall time and MiB of resident memory at the peak.`,
    '',
    ...commands(results),
    '',
    ...growth(results),
    '',
    ...parsing(results),
    '',
    ...memory(results),
    '',
    ...besideTable(results.beside),
    ...targets(results),
  ].join('\n')
}

const columns = [
  ['validate', 'validate'],
  ['first', 'plan, empty target'],
  ['apply', 'first apply'],
  ['plan', 'plan, nothing to do'],
  ['percent', 'plan, 1 % changed'],
  ['drift', 'drift'],
]

function commands({ one, organisations }) {
  return [
    '**Time and memory**',
    '',
    row(['people', 'to a file', ...columns.map(([, title]) => title)]),
    row(['---:', '---:', ...columns.map(() => '---:')]),
    ...[one, ...organisations].map((each) =>
      row([
        number(each.people),
        number(each.perFile ?? 1),
        ...columns.map(([name]) => `${seconds(each[name].seconds)} s, ${mebibytes(each[name].mebibytes)}`),
      ]),
    ),
  ]
}

function growth({ one, organisations }) {
  const steps = organisations.flatMap((large) => {
    const small = organisations.find(
      (each) => each.people * 10 === large.people && each.perFile === large.perFile,
    )
    return small ? [{ small, large }] : []
  })
  return [
    '**Growth**: ten times the people, how many times the time, each net of the same command for one person',
    '',
    row(['people', 'to a file', ...columns.map(([, title]) => title)]),
    row(['---:', '---:', ...columns.map(() => '---:')]),
    ...steps.map(({ small, large }) =>
      row([
        `${number(small.people)} → ${number(large.people)}`,
        number(large.perFile),
        ...columns.map(([name]) => times(net(large, one, name) / net(small, one, name))),
      ]),
    ),
  ]
}

function parsing({ one, organisations }) {
  return [
    '**Parsing**: what of a plan with nothing to do goes into parsing YAML, and what into all the rest',
    '',
    row(['people', 'to a file', 'parsing', 'all the rest', 'rest ÷ parsing']),
    row(['---:', '---:', '---:', '---:', '---:']),
    ...organisations.map((each) => {
      const rest = net(each, one, 'plan') - each.parse.parsing
      return row([
        number(each.people),
        number(each.perFile),
        `${seconds(each.parse.parsing)} s`,
        `${seconds(rest)} s`,
        times(rest / each.parse.parsing),
      ])
    }),
  ]
}

function memory({ organisations }) {
  return [
    '**Memory**: kB at the peak for each person, everything included',
    '',
    row(['people', 'to a file', ...columns.map(([, title]) => title)]),
    row(['---:', '---:', ...columns.map(() => '---:')]),
    ...organisations.map((each) =>
      row([
        number(each.people),
        number(each.perFile),
        ...columns.map(([name]) => ((each[name].mebibytes * 1048.576) / each.people).toFixed(1)),
      ]),
    ),
  ]
}

function targets({ start, fifty, one, organisations, beside }) {
  const largest = organisations.filter(
    (each) => each.people === Math.max(...organisations.map((o) => o.people)),
  )
  const ratio = start.version.seconds / start.node.seconds
  const worstGrowth = Math.max(
    ...organisations.flatMap((large) => {
      const small = organisations.find(
        (each) => each.people * 10 === large.people && each.perFile === large.perFile,
      )
      return small ? columns.map(([name]) => net(large, one, name) / net(small, one, name)) : []
    }),
  )
  const worstRest = Math.max(
    ...largest.map((each) => (net(each, one, 'plan') - each.parse.parsing) / each.parse.parsing),
  )
  const worstPlan = Math.max(...largest.map((each) => (each.plan.mebibytes * 1048.576) / each.people))
  const worstAny = Math.max(
    ...largest.flatMap((each) => columns.map(([name]) => (each[name].mebibytes * 1048.576) / each.people)),
  )
  const people = number(largest[0].people)
  return [
    '**Aims**',
    '',
    row(['aim', 'measured', '']),
    row(['---', '---', '---']),
    aim(
      '`--version` within 3 × `node -e 0`',
      `${milliseconds(start.version)} ÷ ${milliseconds(start.node)} = ${times(ratio)}`,
      ratio <= 3,
    ),
    aim(
      '50 people planned in under 0.5 s',
      `${seconds(fifty.first.seconds)} s first, ${seconds(fifty.again.seconds)} s with nothing to do`,
      Math.max(fifty.first.seconds, fifty.again.seconds) < 0.5,
    ),
    aim(
      `a plan of ${people} people costs less beside parsing than parsing does`,
      times(worstRest),
      worstRest < 1,
    ),
    aim('ten times the people, at most 11 × the time', `at worst ${times(worstGrowth)}`, worstGrowth <= 11),
    aim(
      `at most 6 kB at the peak for each of ${people} people, plan with nothing to do`,
      `${worstPlan.toFixed(1)} kB`,
      worstPlan <= 6,
    ),
    aim('the same for every command', `at worst ${worstAny.toFixed(1)} kB`, worstAny <= 6),
    ...besideAims(beside),
  ]
}

/** Like beside like, as far as there is a like. */
function besideTable({ rolecall, terraform }) {
  if (!terraform) return []
  const rows = [
    ['plan, nothing applied yet', 'first'],
    ['first apply', 'apply'],
    ['plan, all applied, nothing to do', 'again'],
  ].filter(([, name]) => terraform[name])
  return [
    `**Beside Terraform** ${terraform.version}: 1,237 people with three groups each, ${number(terraform.resources)} resources there`,
    '',
    row(['', 'rolecall', 'Terraform', 'faster', 'memory']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...rows.map(([title, name]) =>
      row([
        title,
        ...[rolecall[name], terraform[name]].map(
          (one) => `${seconds(one.seconds)} s, ${mebibytes(one.mebibytes)}`,
        ),
        times(terraform[name].seconds / rolecall[name].seconds),
        percent(rolecall[name].mebibytes / terraform[name].mebibytes),
      ]),
    ),
    '',
  ]
}

function besideAims({ rolecall, terraform }) {
  // Where nothing can be measured: what was seen elsewhere, on a machine about half as fast as a present one.
  const known = { seconds: 16, mebibytes: 551 }
  const [name, theirs] = terraform?.again ? ['again', terraform.again] : ['first', terraform?.first ?? known]
  const ours = rolecall[name]
  const faster = theirs.seconds / ours.seconds
  const share = ours.mebibytes / theirs.mebibytes
  const from = terraform ? 'measured beside it' : 'no terraform here; its figure of another machine'
  return [
    aim('1,237 people: 20 × faster than Terraform', `${times(faster)}, ${from}`, faster >= 20),
    aim(
      '1,237 people: planned in a twentieth of the 16 s seen elsewhere',
      `${seconds(ours.seconds)} s`,
      ours.seconds <= 0.8,
    ),
    aim('1,237 people: in at most a fifth of its memory', percent(share), share <= 0.2),
  ]
}

function percent(value) {
  return `${(value * 100).toFixed(0)} %`
}

function aim(what, measured, met) {
  return row([what, measured, met ? 'met' : '**not met**'])
}

/** Without what one person costs too: start-up, modules, opening files. */
function net(each, one, name) {
  return each[name].seconds - one[name].seconds
}

function row(cells) {
  return `| ${cells.join(' | ')} |`
}

function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

function seconds(value) {
  return value < 10 ? value.toFixed(2) : value.toFixed(1)
}

function milliseconds(one) {
  return `${(one.seconds * 1000).toFixed(0)} ms`
}

function mebibytes(value) {
  return `${value.toFixed(0)} MiB`
}

function times(value) {
  return `${value.toFixed(1)} ×`
}
