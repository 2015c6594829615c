/** Settings that change what access means: the topology, as a bare text, and the group mappings, to read only. */
import { fullMesh } from './account.ts'
import { Refusal } from './errors.ts'
import type { GroupMappings } from './wire.ts'
import { lagOf, type Api, type World } from './world.ts'

export function settings(api: Api, world: World): void {
  const { store, unknowns } = world

  api.get('/api/v1/settings/wpc/topology', (c) => c.text(store.look().topology))
  api.put('/api/v1/settings/wpc/topology', async (c) => {
    const topology = await c.req.text()
    if (topology !== 'FULL_MESH' && topology !== 'CUSTOM')
      throw new Refusal(400, 'The topology is FULL_MESH or CUSTOM')
    store.change((account) => {
      const meshed = account.accessGroups.some(({ defaultGroup }) => defaultGroup)
      if (topology === 'CUSTOM' && account.topology === 'FULL_MESH' && !meshed)
        account.accessGroups.push(fullMesh(account))
      account.topology = topology
    }, lagOf(c))
    return c.text(topology)
  })

  for (const provider of ['saml', 'ldap'] as const) {
    api.get(`/api/v1/settings/auth/${provider}/group-mappings`, (c) => {
      const { authentication, mappings } = store.look()
      if (authentication === provider || unknowns.mappingsUnused === 'stored')
        return c.json(mappings[provider])
      if (unknowns.mappingsUnused === '404') throw new Refusal(404, `${provider} is not configured`)
      return c.json({ fallbackGroupId: null, mappings: [] } satisfies GroupMappings)
    })
  }
}
