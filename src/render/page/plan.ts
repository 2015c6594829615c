/** A plan as a page: what refuses it, who gains and loses what, every change with its place, and the ways as a picture. */
import type { Impact } from '../../model/access.ts'
import { refuses, type Finding } from '../../model/finding.ts'
import type { OwnerView, Plan, SystemPlan } from '../../model/plan.ts'
import { refKey, splitTarget, type LinkTarget } from '../../model/resource.ts'
import { accessRows, accessSummary, type AccessRow } from '../access.ts'
import { dormantRows } from '../dormant.ts'
import { acceptance } from '../finding.ts'
import { atLargeWords, targetWords } from '../rights.ts'
import { summaryOf, tallyOf, tallyWords } from '../summary.ts'
import type { Around } from '../text.ts'
import { view, type ChangeView, type Detail, type Shapes } from '../view.ts'
import { each, fragment, graph, lines, nothing, page, type Fragment, type Way } from './frame.ts'

export function planPage(plan: Plan, around: Around, shapes: Shapes): string {
  const refused = plan.findings.some(refuses)
  const title = refused ? 'rolecall plan: refused' : 'rolecall plan'
  const rows = accessRows(plan.impact)
  const body = fragment`<h1>rolecall plan ${refused ? fragment`<span class="badge refuse">refused</span>` : nothing}</h1>
<p>${summaryOf(plan)}</p>
<p class="facts">Made ${plan.createdAt}, holds until ${plan.expiresAt}${plan.commit === undefined ? '' : `, of commit ${plan.commit}`}</p>
<p class="facts mono">intent ${plan.intent}</p>
${aside(plan, around)}${findings(plan)}${lines(
    fragment`${access(plan.impact, rows)}${each(plan.systems, (system) => changes(system, shapes))}`,
    rows.length + plan.systems.reduce((sum, { steps }) => sum + steps.length, 0),
  )}${graph}`
  return page(title, body, waysOf(plan.impact))
}

function aside({ withoutIntent = [] }: Plan, { unread, afterMerge }: Around): Fragment {
  const lines = [
    ...unread.map(({ system, message, fix = '' }) => `${system} was not read: ${message} ${fix}`.trim()),
    ...afterMerge.map((system) => `${system} is read after merge: the protected ref does not have it yet.`),
    ...withoutIntent.map(
      (system) =>
        `${system} has no intent: the change edits what decides over it, and is planned anew after merge.`,
    ),
  ]
  return each(lines, (line) => fragment`<article class="warn"><p>${line}</p></article>`)
}

function findings(plan: Plan): Fragment {
  if (plan.findings.length === 0) return nothing
  return fragment`<h2>Findings</h2>
${each(plan.findings, (finding) => findingPart(finding, plan))}`
}

const shownRefs = 50

function findingPart(finding: Finding, plan: Plan): Fragment {
  const refused = refuses(finding)
  const word = refused ? 'refused' : finding.severity === 'warn' ? 'warning' : 'accepted'
  const refs = finding.refs.slice(0, shownRefs).map(refKey).join(', ')
  const more = finding.refs.length > shownRefs ? ` and ${finding.refs.length - shownRefs} more` : ''
  const document = refused ? acceptance(finding, plan).join('\n').trim() : ''
  return fragment`<article class="${refused ? 'refuse' : finding.severity === 'warn' ? 'warn' : 'fine'}"><h3>${word} <code>${finding.code}</code> in ${finding.system}</h3>
<p>${finding.message}</p>${finding.dormant !== undefined ? dormant(finding) : finding.refs.length > 1 ? fragment`<p class="soft">${refs}${more}</p>` : nothing}
<p>${finding.acceptedBy === undefined ? finding.remedy : `Accepted by ${finding.acceptedBy}.`}</p><p class="soft">rule: ${finding.where}</p>
${document === '' ? nothing : fragment`<pre>${each(document.split('\n'), line)}</pre>`}</article>
`
}

const shownDormant = 500

function dormant(finding: Finding): Fragment {
  const { rows, rest } = dormantRows(finding, shownDormant)
  return fragment`<table><thead><tr><th>account</th><th>can</th><th>last sign-in</th></tr></thead><tbody>${each(
    rows,
    ([who, what, when]) => fragment`<tr><td>${who}</td><td>${what}</td><td>${when}</td></tr>`,
  )}</tbody></table>${rest === 0 ? nothing : fragment`<p class="soft">and ${rest} more</p>`}`
}

function line(text: string): Fragment {
  return fragment`${text}
`
}

function access(impact: Impact, rows: readonly AccessRow[]): Fragment {
  const kind = { '+': 'gain', '-': 'loss', '~': 'change' } as const
  const words = { '+': 'gains', '-': 'loses', '~': 'changes' } as const
  return fragment`<h2>Access: ${accessSummary(impact)}</h2>
<ul class="access">${each(
    rows,
    ({ mark, who, system, what, how, vital }) =>
      fragment`<li data-row class="${kind[mark]}${vital ? ' vital' : ''}"><span title="${words[mark]}">${mark}</span><button type="button" class="name" data-show="${shown(who)}">${who}</button><span>${system}</span><span>${what}</span><span class="soft">${how}</span></li>
`,
  )}</ul>
`
}

/** The person of a row, as the picture calls them. */
function shown(who: string): string {
  return who.replace(/ \(.*\)$/, '')
}

function changes(system: SystemPlan, shapes: Shapes): Fragment {
  const words = tallyWords(tallyOf([system])).join(', ')
  return fragment`<details open><summary><strong>${system.name}</strong> ${words === '' ? 'as declared' : words} <span class="soft">${system.connector}, read ${system.readAt}</span></summary>
${owners(system)}<ul class="changes">${each(system.steps, ({ change }) => changeRow(view(change, system.connector, shapes)))}</ul></details>
`
}

function owners({ owners: { before, after } }: SystemPlan): Fragment {
  const was = new Map(before.map((one) => [one.account, one]))
  const is = new Map(after.map((one) => [one.account, one]))
  const all = [...new Set([...was.keys(), ...is.keys()])].sort()
  if (all.length === 0) return nothing
  return fragment`<details><summary>Owners</summary><table><thead><tr><th>account</th><th>person</th><th>now</th><th>then</th></tr></thead><tbody>${each(
    all,
    (account) => {
      const [now, then] = [was.get(account), is.get(account)]
      return fragment`<tr><td>${account}</td><td>${now?.person ?? then?.person ?? ''}</td><td>${ownerWords(now)}</td><td>${ownerWords(then)}</td></tr>`
    },
  )}</tbody></table></details>
`
}

function ownerWords(owner: OwnerView | undefined): string {
  if (owner === undefined) return 'no owner'
  return owner.usable ? 'usable' : `not counted: ${owner.because.join(', ')}`
}

function changeRow(change: ChangeView): Fragment {
  const { mark, action, ref, from, place = '', because = '', details, steps, keep } = change
  const name = from === undefined ? ref.key : `${from} → ${ref.key}`
  const held = keep === undefined ? '' : ` (${keep})`
  return fragment`<li data-row class="${action}"><span title="${action}">${mark === ' ' ? '·' : mark}</span><span>${ref.kind}</span><span>${name}</span><span>${each(details, detailPart)}${each(steps, (step) => fragment`<div>${step}</div>`)}</span><span class="soft mono">${place} ${because}${held}</span></li>
`
}

function detailPart(detail: Detail): Fragment {
  return fragment`<div><span class="soft">${detail.name}</span> ${valuePart(detail)}</div>`
}

function valuePart(detail: Detail): Fragment {
  if ('lines' in detail) return each(detail.lines, (text) => fragment`<div>${text}</div>`)
  if ('comes' in detail) {
    const members = [
      ...detail.goes.map((text) => fragment`<span class="goes">${text}</span>`),
      ...detail.comes.map((text) => fragment`<span class="comes">${text}</span>`),
    ]
    return members.length === 0
      ? fragment`none`
      : each(members, (member) => fragment`${member === members[0] ? '' : ', '}${member}`)
  }
  const { from, to } = detail
  return fragment`${from === undefined ? nothing : fragment`<span class="goes">${from === '' ? 'none' : from}</span> `}<span class="comes">${to === undefined ? 'not set' : to === '' ? 'none' : to}</span>`
}

/** Ways that a page draws at most; whoever looks further has the JSON of the plan. */
const mostWays = 50_000

function waysOf({ access, people }: Impact): Way[] {
  const systems = new Set(access.map(({ system }) => system))
  const ways: Way[] = []
  for (const { change, system, subjects, through, action, on } of access) {
    const suffix = systems.size > 1 ? ` · ${system}` : ''
    const named = (target: LinkTarget): string => `${targetWords(target)}${suffix}`
    const between = through.filter((name) => splitTarget(name).type !== 'grant').map(named)
    const words = splitTarget(action).type === 'role' ? `role ${splitTarget(action).name}` : action
    for (const subject of subjects) {
      if (ways.length >= mostWays) return ways
      const { type, name } = splitTarget(subject)
      const who = type === 'account' ? (people[system]?.[name] ?? name) : atLargeWords(subject)
      ways.push({ change, words, path: [who, ...between, named(on)] })
    }
  }
  return ways
}
