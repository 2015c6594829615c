import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Source } from '../../src/manifest/document.ts'
import type { Workspace } from '../../src/model/workspace.ts'
import { read, world, type World } from '../world.ts'

/** A small organisation of every kind, with names that a locale would sort or fold in its own way. */
const everything: World = ['ilke', 'i.ilke', 'z-ozan', 'a_anne', 'chen', 'bo', 'ana'].reduce(
  (all, name, i) =>
    all.user(name, {
      givenName: ['Ilke', 'İlke', 'Özan', 'Ånne', 'chen', 'Bo', 'ana'][i] ?? '',
      groups: { primary: 'engineering', secondary: i % 2 === 0 ? ['oncall', 'i18n'] : ['i18n'] },
      accounts: { dir: { username: name.toUpperCase() } },
    }),
  world()
    .system('dir')
    .system('vpn')
    .group('engineering', {
      systems: { dir: { regions: ['İ', 'i', 'I', 'ı', 'z', 'ä', 'a'] }, vpn: { account: {} } },
    })
    .group('oncall', { parent: 'engineering', managers: ['bo'] })
    .group('i18n')
    .role('auditor', { privileges: ['write', 'read', 'İnspect'] })
    .project('web')
    .scope('eu', { enterprises: ['web'], datacenters: ['fra', 'Ams'] })
    .policy('reach', { subjects: [{ group: 'oncall' }, { user: 'ana' }], resources: [{ application: 'x' }] })
    .policy('hold', {
      subjects: [{ group: 'oncall' }, { user: 'ana' }],
      roles: ['auditor', 'Member'],
      resources: [{ project: 'web' }],
    })
    .mapping('saml', { rules: [{ attribute: 'g', in: ['b', 'a'], group: 'oncall' }] }),
)

/** All that a plan is made of, without the places, which are another when a document stands elsewhere. */
function serialised(sources: readonly Source[]): string {
  const { workspace, diagnostics } = read(sources)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return JSON.stringify(plain(workspace), (key, value: unknown) =>
    key === 'file' || key === 'line' ? undefined : value,
  )
}

function plain(workspace: Workspace | undefined): unknown {
  return [...(workspace?.desired ?? [])].map(([name, { wishes, comparesGrants }]) => ({
    name,
    comparesGrants,
    owners: workspace?.systems.get(name)?.owners,
    wishes: Object.entries(wishes).map(([kind, all]) => [kind, [...all]]),
    people: [...(workspace?.people ?? [])],
  }))
}

/** The documents of a file, each with its text. */
function documents(sources: readonly Source[]): string[] {
  return sources.flatMap(({ text }) => text.split('---\n'))
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('the order of input does not matter', () => {
  const manifests = everything.manifests()
  const expected = serialised(manifests)

  it('files in any order, documents in any order, and any number of files give the same graphs to the byte', () => {
    const rest = documents(manifests.filter(({ file }) => file !== 'rolecall.yaml'))
    const [settings = '', ...systems] = documents(manifests.filter(({ file }) => file === 'rolecall.yaml'))
    const shuffled = fc.shuffledSubarray(rest, { minLength: rest.length })
    const shuffledSystems = fc.shuffledSubarray(systems, { minLength: systems.length })
    fc.assert(
      fc.property(
        shuffled,
        shuffledSystems,
        fc.integer({ min: 1, max: rest.length }),
        fc.boolean(),
        (all, two, perFile, reversed) => {
          const files = [{ file: 'rolecall.yaml', text: [settings, ...two].join('---\n') }]
          for (let i = 0; i < all.length; i += perFile)
            files.push({ file: `access/${i}.yaml`, text: all.slice(i, i + perFile).join('---\n') })
          expect(serialised(reversed ? files.reverse() : files)).toBe(expected)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('keys in any order give the same graphs', () => {
    const turned = manifests.map(({ file, text }) => ({
      file,
      text: text
        .split('---\n')
        .map((document) => {
          const [apiVersion = '', kind = '', ...others] = document.split(/^(?=\w)/m)
          return [...others.reverse(), kind, apiVersion].join('')
        })
        .join('---\n'),
    }))
    expect(serialised(turned)).toBe(expected)
  })

  it.each(['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu'])(
    'a clock in %s changes nothing',
    (zone) => {
      vi.stubEnv('TZ', zone)
      expect(serialised(manifests)).toBe(expected)
    },
  )

  it('no text is compared, folded or formatted by a locale', () => {
    for (const name of ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase'] as const)
      vi.spyOn(String.prototype, name).mockImplementation(() => {
        throw new Error(`${name} depends on the machine`)
      })
    vi.spyOn(Intl, 'Collator').mockImplementation(() => {
      throw new Error('Collator depends on the machine')
    })
    expect(serialised(manifests)).toBe(expected)
  })
})
