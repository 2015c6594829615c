import { describe, expect, it } from 'vitest'
import { kinds } from '../../src/model/resource.ts'
import { toResource } from '../../src/systems/directory/convert.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { layouts } from '../../src/systems/directory/layout.ts'

describe('native → Resource', () => {
  it('reads an account whose role and status nobody knows as it stands', () => {
    const row = {
      id: 7,
      user_name: 'Ana',
      type: 'robot',
      status: 'hibernating',
      sealed: 0,
      role: 'role:Emperor',
    }
    expect(
      toResource('people', 'account', { ...row, groups: '["group:z","group:a"]', manages: '[]' }),
    ).toEqual({
      ref: { system: 'people', kind: 'account', key: 'ana' },
      id: 'account/7',
      fields: { username: 'Ana', type: 'robot', status: 'hibernating', sealed: false },
      links: {
        role: ['role:Emperor'],
        primaryGroup: [],
        groups: ['group:a', 'group:z'],
        manages: [],
        scope: [],
      },
    })
  })

  it('folds user names in ASCII alone: the Kelvin sign is not a k', () => {
    const key = (name: string): string => toResource('people', 'account', { id: 1, user_name: name }).ref.key
    expect(key('KIM')).toBe('kim')
    expect(key('\u212AIM')).toBe('\u212Aim')
  })

  it.each(kinds)(
    '%s: every field and link of the description has its column, and none is left over',
    (kind) => {
      const described = description.kinds[kind]
      expect(Object.keys(layouts[kind].fields).sort()).toEqual(Object.keys(described?.fields ?? {}).sort())
      expect(Object.keys(layouts[kind].links).sort()).toEqual(Object.keys(described?.links ?? {}).sort())
    },
  )
})
