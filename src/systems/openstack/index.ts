import type { Connector } from '../../connector/contract.ts'
import type { SystemConfig } from '../../model/workspace.ts'
import { description } from './describe.ts'
import { floorOf } from './floor.ts'
import type { Limits } from './invariants.ts'
import { rulesOf } from './rules.ts'

/** OpenStack Keystone, and CloudVPS as a profile. What speaks HTTP is loaded when a system is opened and not before. */
export const openstack: Connector = {
  description,
  ...variantOf({ settings: {} }),
  variant: variantOf,
  openReader: async (target) => (await import('./client.ts')).openReader(target),
  openWriter: async (target) => (await import('./client.ts')).openWriter(target),
}

function variantOf(config: Pick<SystemConfig, 'profile' | 'settings'>): Pick<Connector, 'rules' | 'floor'> {
  const { profile, settings } = config
  const { domain, deleteProjects } = settings
  const limits: Limits = {
    cloudvps: profile === 'cloudvps',
    home: typeof domain === 'string' ? domain : 'Default',
    deleteProjects: deleteProjects === true,
  }
  return {
    rules: rulesOf(limits),
    floor: floorOf(limits.cloudvps ? ['main-customer', 'customer-admin'] : ['admin']),
  }
}
