/**
 * The same people and memberships as Terraform resources of the built-in `terraform_data`: no provider, no network, the
 * least that Terraform can have to do.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupsOf, handle, range } from './organisation.js'

/** @param {string} folder is made anew @param {import('./organisation.js').Size} size @returns {number} how many resources */
export function writeTerraform(folder, size) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const blocks = range(size.people).flatMap((index) => [person(index), ...memberships(index, size)])
  writeFileSync(join(folder, 'main.tf'), blocks.join('\n'))
  return blocks.length
}

function person(index) {
  return `resource "terraform_data" "${handle(index)}" {
  input = {
    name  = "${handle(index)}"
    email = "${handle(index)}@acme.example"
    role  = "Member"
  }
}
`
}

function memberships(index, size) {
  return groupsOf(index, size).map(
    (group) => `resource "terraform_data" "${handle(index)}_${group}" {
  input = {
    person = terraform_data.${handle(index)}.id
    group  = "${group}"
  }
}
`,
  )
}
