/** The answer of `access simulate`: the groups, and the rules that give them, in processing order. */
import type { Attributes, Mapped } from '../access/simulate.ts'
import { terminal } from './encode.ts'

interface Simulated extends Mapped {
  readonly mapping: string
  readonly mode: 'single' | 'multiple' | 'unknown' | undefined
}

export function simulationText(
  system: string,
  attributes: Attributes,
  mappings: readonly Simulated[],
): string {
  const sent = Object.entries(attributes).flatMap(([name, values]) =>
    values.map((value) => terminal(`${name}=${value}`)),
  )
  return [
    `${terminal(system)}  for ${sent.join(', ')}`,
    ...mappings.flatMap((mapping) => ['', ...lines(mapping)]),
    '',
    'It takes effect at the next sign-in.',
    '',
  ].join('\n')
}

function lines({ mapping, mode, primary, secondary, matches, beyond, byFallback }: Simulated): string[] {
  const used = mode === 'single' ? matches.slice(0, 1) : matches
  const ways = used.map(
    ({ rule, value, group }) => `  rule ${rule}     ${terminal(value)} → ${terminal(group)}`,
  )
  const left = matches.length - used.length
  return [
    `mapping ${terminal(mapping)}, ${words(mode)}`,
    `  primary    ${primary === undefined ? 'none' : terminal(primary)}${byFallback && primary !== undefined ? ' (the fallback: no rule matches)' : byFallback ? ': no rule matches, and there is no fallback' : ''}`,
    `  secondary  ${secondary.length === 0 ? 'none' : secondary.map(terminal).join(', ')}`,
    ...(beyond.length === 0
      ? []
      : [
          `  beyond     ${beyond.map(terminal).join(', ')}: more than the system allows, and which it takes is not documented`,
        ]),
    ...ways,
    ...(left === 0
      ? []
      : [`  ${left} further ${left === 1 ? 'match' : 'matches'} without effect, since the first decides`]),
  ]
}

function words(mode: Simulated['mode']): string {
  if (mode === 'single') return 'single: the first rule that matches decides'
  if (mode === 'multiple')
    return 'multiple: the first rule that matches gives the primary group, later ones secondary'
  return 'mode unknown: taken as multiple, which gives more'
}
