import { describe, expect, it } from 'vitest'
import { changesOf, live, person, short, wish, type World } from './world.ts'

/** What a plan leaves alone: things that are ignored, and limits that the stage does not let it set. */

const told = (world: World): string[] => changesOf(world).map(short)

describe('what is ignored', () => {
  it('keeps its name, though a document says that it was called so', () => {
    const world = {
      wishes: [wish(person('ana'), { previousKeys: ['root'] })],
      live: [person('root')],
    }
    expect(told({ ...world, config: { ignore: { account: ['ro*'] } } })).toEqual(['create account:ana'])
    expect(told(world)).toEqual(['rename account:ana from root -username root +username ana'])
  })
})

describe('the stage additions', () => {
  it('limits nobody to a scope: the first one takes the rest away', () => {
    const limited = person('ana', { links: { role: ['role:Owner'], scope: ['scope:eu'] } })
    const world = {
      wishes: [wish(limited), wish(live('scope', 'eu'))],
      live: [person('ana', { links: { role: ['role:Owner'] } }), live('scope', 'eu')],
    }
    expect(told({ ...world, config: { stage: 'additions' } })).toEqual([
      'keep account:ana (stage update) +scope scope:eu',
    ])
    expect(told(world)).toEqual(['update account:ana +scope scope:eu'])
  })
})
