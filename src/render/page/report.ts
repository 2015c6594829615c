/** Every right of everybody as a page: for an access review, and to look one person or resource up. */
import type { Line } from '../../access/answers.ts'
import { splitTarget, type LinkTarget } from '../../model/resource.ts'
import { whenWords } from '../dormant.ts'
import { count } from '../layout.ts'
import { atLargeWords, rightWords, subjectWords, targetWords, wayWords } from '../rights.ts'
import { each, fragment, graph, lines, page, type Fragment, type Way } from './frame.ts'

/** `state`: of which state it is told, `as it is`. */
export function reportPage(rights: readonly Line[], state: string, madeAt: string): string {
  const subjects = new Set(rights.map(({ system, subject }) => `${system} ${subject}`)).size
  const systems = [...new Set(rights.map(({ system }) => system))]
  const body = fragment`<h1>rolecall access report</h1>
<p>${count(rights.length, 'right')} of ${count(subjects, 'subject')} in ${count(systems.length, 'system')}, ${state}.</p>
<p class="facts">Made ${madeAt}</p>
${lines(fragment`<ul class="access">${each(rights, row)}</ul>`, rights.length)}${graph}`
  return page('rolecall access report', body, waysOf(rights, systems.length > 1))
}

function row(line: Line): Fragment {
  const vital = line.rank !== 'ordinary'
  const power = line.rank === 'unknown' ? ', of unknown power' : ''
  return fragment`<li data-row class="${vital ? 'vital' : ''}"><span title="${line.rank}">${vital ? '!' : ''}</span><button type="button" class="name" data-show="${nodeOf(line)}">${subjectWords(line.subject, line.person)}</button><span>${line.system}</span><span>${rightWords(line)}${power}</span><span class="soft">${[wayWords(line.through, line.action), whenWords(line)].filter((words) => words !== '').join(' · ')}</span></li>
`
}

/** Somebody, as the picture calls them: one person is one name in all systems. */
function nodeOf({ subject, person }: Line): string {
  const { type, name } = splitTarget(subject)
  return type === 'account' ? (person ?? name) : atLargeWords(subject)
}

function waysOf(lines: readonly Line[], several: boolean): Way[] {
  return lines.map((line) => {
    const named = (target: LinkTarget): string =>
      several ? `${targetWords(target)} · ${line.system}` : targetWords(target)
    const between = line.through.filter((name) => splitTarget(name).type !== 'grant').map(named)
    const { type, name } = splitTarget(line.action)
    const words = type === 'role' && name !== '' ? `role ${name}` : line.action
    return { change: 'same', words, path: [nodeOf(line), ...between, named(line.on)] }
  })
}
