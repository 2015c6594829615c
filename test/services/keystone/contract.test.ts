import { beforeAll, describe } from 'vitest'
import { calls } from '../../contract/calls.ts'
import { names } from '../../contract/names.ts'
import { pages } from '../../contract/pages.ts'
import { readers } from '../../contract/readers.ts'
import { roundtrip } from '../../contract/roundtrip.ts'
import { secrets } from '../../contract/secrets.ts'
import { cloudvps, openstack, prepareContract } from './contract.ts'
import { withKeystone } from './world.ts'

withKeystone('the contract suite over a real Keystone', () => {
  beforeAll(prepareContract)
  describe('what was applied is equal', () => {
    roundtrip(openstack)
  })
  describe('what was applied at CloudVPS is equal', () => {
    roundtrip(cloudvps)
  })
  describe('who only asks', () => {
    readers(openstack)
  })
  describe('lists', () => {
    pages(openstack)
  })
  describe('names', () => {
    names(openstack)
  })
  describe('secrets', () => {
    secrets(openstack)
  })
  describe('calls', () => {
    calls(openstack)
  })
})
