/** Passwords for new accounts: made here, by the rules of the system, and known to nobody before. */
import { randomInt } from 'node:crypto'
import type { Secret } from './contract.ts'
import type { PasswordRules } from './describe.ts'
import { secret } from './secrets.ts'

/** Without letters and digits that people take for one another: it may be read out or typed. */
const sorts = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789'] as const
/** Characters where the system leaves the choice: more than 130 bits. */
const usual = 24

export function newPassword({ min, max, symbols }: PasswordRules): Secret {
  const alphabets = [...sorts, ...(symbols === '' ? [] : [symbols])]
  const length = Math.max(min, Math.min(max, usual))
  const all = alphabets.join('')
  const characters = [...alphabets, ...Array<string>(Math.max(0, length - alphabets.length)).fill(all)]
  return secret(shuffled(characters.map(oneOf)).join(''))
}

function oneOf(alphabet: string): string {
  return alphabet.charAt(randomInt(alphabet.length))
}

/** Fisher-Yates: which sort stands where says nothing. */
function shuffled(characters: string[]): string[] {
  for (let at = characters.length - 1; at > 0; at--) {
    const other = randomInt(at + 1)
    const [one = '', two = ''] = [characters[at], characters[other]]
    characters[at] = two
    characters[other] = one
  }
  return characters
}
