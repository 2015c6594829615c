/**
 * The same groups, people and memberships as Terraform resources of the built-in `terraform_data`: no provider, no
 * network, the least that Terraform can have to do. A membership refers to its person and its group, as it would.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupCount, groupHandle, groupsOf, handle, range } from './organisation.js'

/** @param {string} folder is made anew @param {import('./organisation.js').Size} size @returns {number} how many resources */
export function writeTerraform(folder, size) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const blocks = [
    ...range(groupCount(size.people)).map(group),
    ...range(size.people).flatMap((index) => [person(index), ...memberships(index, size)]),
  ]
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

function group(index) {
  return `resource "terraform_data" "${groupHandle(index)}" {
  input = {
    name        = "${groupHandle(index)}"
    description = "Team number ${index}"
    regions     = ["eu-central-1"]
    max_devices = ${1 + (index % 9)}
  }
}
`
}

function memberships(index, size) {
  return groupsOf(index, size).map(
    (name) => `resource "terraform_data" "${handle(index)}_${name}" {
  input = {
    person = terraform_data.${handle(index)}.id
    group  = terraform_data.${name}.id
  }
}
`,
  )
}
