/**
 * Writes an organisation of any size as a rolecall repository: who is in it follows from its size alone, so that two
 * runs measure the same thing.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * @typedef {object} Size
 * @property {number} people
 * @property {number} [perFile] people in one file; 1 is one file a person
 * @property {number} [secondary] secondary groups of each, besides the primary one
 */

/** @param {string} folder is made anew @param {Size} size */
export function writeOrganisation(folder, size) {
  rmSync(folder, { recursive: true, force: true })
  const { people } = size
  write(join(folder, 'rolecall.yaml'), [settings, system].join('---\n'))
  const groups = range(groupCount(people)).map(group)
  const policies = range(Math.max(1, Math.floor(people / 50))).map((index) => policy(index, size))
  inFiles(groups, 1000, (part, text) => write(join(folder, `access/groups/${part}.yaml`), text))
  inFiles(policies, 1000, (part, text) => write(join(folder, `access/policies/${part}.yaml`), text))
  writePeople(folder, size, range(people), 0)
}

/** One person in a hundred leaves one group for another. @param {string} folder @param {Size} size */
export function changeOnePercent(folder, size) {
  const changed = range(Math.max(1, Math.floor(size.people / 100))).map((index) => index * 100)
  const { perFile = 1 } = size
  const whole = changed.flatMap((index) => {
    const first = index - (index % perFile)
    return range(Math.min(perFile, size.people - first)).map((offset) => first + offset)
  })
  const moved = new Set(changed)
  writePeople(folder, size, [...new Set(whole)], (index) => (moved.has(index) ? 1 : 0))
}

/** @param {string} folder @param {Size} size @param {number[]} indices @param {number | ((index: number) => number)} shift */
function writePeople(folder, size, indices, shift) {
  const { perFile = 1 } = size
  const files = new Map()
  for (const index of indices) {
    const part = Math.floor(index / perFile)
    const text = person(index, size, typeof shift === 'number' ? shift : shift(index))
    files.set(part, [...(files.get(part) ?? []), text])
  }
  for (const [part, texts] of files) {
    const path = perFile === 1 ? `${Math.floor(part / 1000)}/${handle(part)}` : `${part}`
    write(join(folder, `access/people/${path}.yaml`), texts.join('---\n'))
  }
}

/** @param {number} people */
export function groupCount(people) {
  return Math.max(5, Math.floor(people / 20))
}

/** The groups of a person, all different: the primary one and then the others. With `shift`, the last one is another. */
export function groupsOf(index, { people, secondary = 3 }, shift = 0) {
  const count = groupCount(people)
  const primary = index % count
  const others = range(count)
    .slice(0, secondary + 3)
    .map((step) => (index * 7 + step) % count)
    .filter((number) => number !== primary)
  return [primary, ...others.slice(0, secondary - 1), others[secondary - 1 + shift]].map(groupHandle)
}

export function handle(index) {
  return `p${String(index).padStart(6, '0')}`
}

export function groupHandle(index) {
  return `team-${String(index).padStart(5, '0')}`
}

const settings = `apiVersion: rolecall/v1
kind: Settings
metadata:
  name: bench
spec:
  ledger:
    file: .rolecall/ledger.db
`

const system = `apiVersion: rolecall/v1
kind: System
metadata:
  name: office
spec:
  connector: directory
  settings:
    file: .rolecall/office.db
  stage: full
  defaults:
    account:
      role: Member
`

function person(index, size, shift) {
  const [primary, ...secondary] = groupsOf(index, size, shift)
  // Three owners, whatever the size.
  const role = index < 3 ? ' {role: Owner}' : ' {}'
  return `apiVersion: rolecall/v1
kind: User
metadata:
  name: ${handle(index)}
  labels:
    site: site-${index % 17}
spec:
  email: ${handle(index)}@acme.example
  givenName: Given${index}
  familyName: Family${index}
  employment: employee
  groups:
    primary: ${primary}
    secondary:
${secondary.map((name) => `      - ${name}\n`).join('')}  accounts:
    office:${role}
`
}

function group(index) {
  return `apiVersion: rolecall/v1
kind: Group
metadata:
  name: ${groupHandle(index)}
spec:
  description: Team number ${index}
  systems:
    office:
      regions:
        - eu-central-1
      maxDevices: ${1 + (index % 9)}
`
}

function policy(index, { people }) {
  const count = groupCount(people)
  const subjects = [...new Set([index * 2, index * 2 + 1].map((number) => number % count))]
  return `apiVersion: rolecall/v1
kind: AccessPolicy
metadata:
  name: policy-${String(index).padStart(5, '0')}
spec:
  systems:
    - office
  subjects:
${subjects.map((number) => `    - group: ${groupHandle(number)}\n`).join('')}  resources:
    - application: application-${index}
`
}

/** @param {string[]} texts @param {number} most @param {(part: number, text: string) => void} each */
function inFiles(texts, most, each) {
  for (let first = 0; first < texts.length; first += most)
    each(first / most, texts.slice(first, first + most).join('---\n'))
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

export function range(count) {
  return Array.from({ length: count }, (_, index) => index)
}
