/** What there is to reach, to read only: regions, networks and hosts with their applications and IP services. */
import { paged } from './paging.ts'
import { find, unsetAs, type Api, type World } from './world.ts'

const lists = {
  networks: 'networks',
  'networks/applications': 'networkApplications',
  'networks/ip-services': 'networkIpServices',
  hosts: 'hosts',
  'hosts/applications': 'hostApplications',
  'hosts/ip-services': 'hostIpServices',
} as const

export function places(api: Api, world: World): void {
  const { store, unknowns } = world
  const shown = (item: { readonly description: string | null }): object => ({
    ...item,
    description: unsetAs(item.description, unknowns),
  })

  // a list without an envelope
  api.get('/api/v1/regions', (c) => c.json(store.look().regions))

  for (const [path, list] of Object.entries(lists)) {
    api.get(`/api/v1/${path}`, (c) => {
      const all: readonly { readonly description: string | null; readonly networkItemId?: unknown }[] =
        store.look()[list]
      const network = list === 'networkApplications' ? c.req.query('networkId') : undefined
      const items = network === undefined ? all : all.filter(({ networkItemId }) => networkItemId === network)
      return paged(c, items, world, shown)
    })
  }
  // after the lists: `applications` is no id
  for (const [path, list] of Object.entries(lists)) {
    api.get(`/api/v1/${path}/:id`, (c) =>
      c.json(
        shown(find<{ id: string; description: string | null }>(store.look()[list], c.req.param('id'), path)),
      ),
    )
  }
}
