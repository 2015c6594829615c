/**
 * Two identities that a reviewer cannot tell apart are how somebody slips into a group unseen. Matching is exact
 * everywhere else; here, and only here, text is folded to find twins, and a twin is an error and never a match.
 */
import { skeleton } from './confusables.ts'
import type { Manifest, Path, Problem, RawDocument } from './document.ts'
import { showPlace } from './place.ts'

/**
 * Identities of people and resources that do not survive Unicode normalisation, hold invisible characters or mix
 * scripts in a word, e-mail addresses with a local part beyond ASCII, and every identity that looks like another of
 * the same kind in the same system. Two that are *equal* are not for this stage: it looks for what merely seems so.
 *
 * Linear: each identity is looked up by its folded forms. Plain ASCII is only lower-cased.
 */
export function identityProblems(manifests: readonly Manifest[]): Problem[] {
  const problems: Problem[] = []
  const seen: Seen = new Map()
  // Handles first: a native name must look like no handle either, wherever that stands in the files.
  for (const manifest of manifests) index(handleOf(manifest), seen, problems)
  for (const manifest of manifests) {
    for (const identity of namesOf(manifest)) {
      // A twin in mixed scripts is one fault: the other place says more than the scripts.
      const before = problems.length
      index(identity, seen, problems)
      if (problems.length === before && !isPlain(identity.text)) problems.push(...faultsOf(identity))
    }
  }
  return problems
}

/** One name by which something is known. */
interface Identity {
  readonly text: string
  /** Names in one space must not look alike: `User dir`, `e-mail`; handles live in a space for all systems. */
  readonly space: string
  /** The space of handles beside it, for native names. */
  readonly handles?: string
  /** What it names: several names of one thing may look as they like. */
  readonly owner: string
  readonly raw: RawDocument
  readonly path: Path
}

type Seen = Map<string, Map<string, Identity>>

/** A handle is lower-case ASCII by its schema, so it has one form. */
function handleOf(manifest: Manifest): Identity {
  const { kind, metadata, raw } = manifest
  const path = ['metadata', 'name']
  return { text: metadata.name, space: kind, owner: `${kind}/${metadata.name}`, raw, path }
}

function namesOf(manifest: Manifest): Identity[] {
  const { kind, raw } = manifest
  const owner = `${kind}/${manifest.metadata.name}`
  const names: Identity[] = []
  const add = (text: string | undefined, system: string, ...path: Path): void => {
    if (text !== undefined) names.push({ text, space: `${kind} ${system}`, handles: kind, owner, raw, path })
  }
  const address = (text: string | undefined, ...path: Path): void => {
    if (text !== undefined) names.push({ text, space: 'e-mail', owner, raw, path })
  }
  switch (manifest.kind) {
    case 'User':
      address(manifest.spec.email, 'spec', 'email')
      for (const [name, account] of Object.entries(manifest.spec.accounts ?? {})) {
        if (typeof account === 'string') continue
        add(account.username, account.system ?? name, 'spec', 'accounts', name, 'username')
        address(account.email, 'spec', 'accounts', name, 'email')
      }
      break
    case 'Group':
      for (const [system, settings] of Object.entries(manifest.spec.systems ?? {})) {
        if (settings.name === undefined) add(manifest.spec.name, system, 'spec', 'name')
        else add(settings.name, system, 'spec', 'systems', system, 'name')
      }
      break
    case 'Role':
    case 'Project':
    case 'Scope':
      add(manifest.spec.name, manifest.spec.system, 'spec', 'name')
      break
    case 'AccessPolicy':
    case 'GroupMapping':
      for (const system of manifest.spec.systems) add(manifest.spec.name, system, 'spec', 'name')
      break
    case 'Settings':
    case 'System':
    case 'Acceptance':
    case 'Guardrail':
      break
  }
  return names
}

/** Enters an identity under its folded forms, and names the one of another owner that is there already. */
function index(identity: Identity, seen: Seen, problems: Problem[]): void {
  const own = spaceOf(seen, identity.space)
  const handles = identity.handles === undefined ? undefined : seen.get(identity.handles)
  let reported = false
  for (const form of formsOf(identity.text)) {
    const twin = own.get(form) ?? handles?.get(form)
    if (!own.has(form)) own.set(form, identity)
    if (twin === undefined || reported || twin.owner === identity.owner || twin.text === identity.text)
      continue
    problems.push(lookAlike(identity, twin))
    reported = true
  }
}

function spaceOf(seen: Seen, space: string): Map<string, Identity> {
  let names = seen.get(space)
  if (names === undefined) seen.set(space, (names = new Map<string, Identity>()))
  return names
}

/** Case folded, and drawn alike: for ASCII these are the same. */
function formsOf(text: string): readonly string[] {
  if (isPlain(text)) return [text.toLowerCase()]
  const visible = text.normalize('NFKC').replace(invisible, '')
  const folded = visible.toLowerCase().toUpperCase().toLowerCase()
  const drawn = skeleton(visible)
  return folded === drawn ? [folded] : [folded, drawn]
}

function isPlain(text: string): boolean {
  return /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text)
}

/** Draws nothing, or nothing of its own: format characters, fillers, spaces of other widths, variation selectors. */
const invisible = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu

function faultsOf(identity: Identity): Problem[] {
  const { text } = identity
  const found = text.match(invisible)?.[0]
  if (found !== undefined) return [invisibleFault(identity, found)]
  if (text !== text.trim() || text.includes('  ')) return [spaceFault(identity)]
  const normal = text.normalize('NFKC')
  if (normal !== text) return [unstableFault(identity, normal)]
  const local = identity.space === 'e-mail' ? text.slice(0, text.lastIndexOf('@')) : ''
  if (!isAscii(local)) return [localPartFault(identity)]
  const mixed = text.split(/[^\p{L}\p{M}\p{N}]+/u).find((word) => !isOfOneScript(word))
  return mixed === undefined ? [] : [mixedFault(identity, mixed)]
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

const scripts = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Armenian',
  'Georgian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Telugu',
  'Thai',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Bopomofo',
  'Cherokee',
  'Ethiopic',
] as const

const ofScript = scripts.map((name) => ({ name, test: new RegExp(`^\\p{Script_Extensions=${name}}$`, 'u') }))

/** Scripts that are written together: UTS 39, "highly restrictive". */
const together: readonly ReadonlySet<string>[] = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
]

function isOfOneScript(word: string): boolean {
  const letters = Array.from(word).filter((character) => /\p{L}/u.test(character))
  const used = new Set(letters.map(scriptOf))
  return used.size <= 1 || together.some((set) => [...used].every((script) => set.has(script)))
}

function scriptOf(letter: string): string {
  return ofScript.find(({ test }) => test.test(letter))?.name ?? 'another script'
}

function problemAt({ raw, path }: Identity, code: string, message: string, fix: string): Problem {
  return { code, severity: 'error', source: raw.source, index: raw.index, path, mark: 'value', message, fix }
}

function lookAlike(identity: Identity, twin: Identity): Problem {
  const place = showPlace({ raw: twin.raw, path: twin.path })
  const message = `"${identity.text}" and "${twin.text}" (${place}, ${twin.owner}) look alike and are not the same.`
  const fix = 'Give one of them a name that cannot be taken for the other, or merge the two.'
  return problemAt(identity, 'look-alike', message, fix)
}

function invisibleFault(identity: Identity, character: string): Problem {
  const message = `This identity holds the character U+${hex(character)}, which cannot be seen.`
  const visible = identity.text.replace(/\p{Zs}/gu, ' ').replace(invisible, '')
  return problemAt(identity, 'invisible-character', message, `Write "${visible}".`)
}

function spaceFault(identity: Identity): Problem {
  const tidy = identity.text.trim().replace(/ {2,}/g, ' ')
  const message = 'This identity has spaces that cannot be seen: at an end, or two in a row.'
  return problemAt(identity, 'invisible-character', message, `Write "${tidy}".`)
}

function unstableFault(identity: Identity, normal: string): Problem {
  const message = `This identity holds ${replaced(identity.text)}, which other systems replace (Unicode NFKC).`
  return problemAt(identity, 'unstable-identity', message, `Write "${normal}".`)
}

/** The first character that normalisation replaces, or joins with the one before it. */
function replaced(text: string): string {
  const character = Array.from(text).find(
    (each) => !isAscii(each) && (each.normalize('NFKC') !== each || /\p{M}/u.test(each)),
  )
  return character === undefined ? 'a character' : `the character U+${hex(character)}`
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

function localPartFault(identity: Identity): Problem {
  const message = 'The part of an e-mail address before the @ is plain ASCII here.'
  return problemAt(
    identity,
    'email-not-ascii',
    message,
    'Use the ASCII address of the mailbox: addresses that fold into others were used to take accounts over.',
  )
}

function mixedFault(identity: Identity, word: string): Problem {
  const byScript = new Map<string, string>()
  for (const letter of word) if (/\p{L}/u.test(letter)) byScript.set(scriptOf(letter), letter)
  const parts = [...byScript].map(([script, letter]) => `${letter} (${script})`)
  const message = `The word "${word}" mixes letters of several scripts: ${parts.join(', ')}.`
  return problemAt(identity, 'mixed-scripts', message, 'Write it in the letters of one script.')
}
