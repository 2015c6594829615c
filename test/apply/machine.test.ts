import { describe, expect, it } from 'vitest'
import { next } from '../../src/apply/machine.ts'
import type { ProgramStep } from '../../src/apply/program.ts'
import { newRun, type Effect, type Event } from '../../src/apply/run.ts'
import {
  confirmed,
  ends,
  grant,
  manual,
  play,
  program,
  reasonAt,
  reduction,
  results,
  short,
  step,
  system,
  well,
} from './play.ts'

const needs = (...places: number[]) => step({ needs: places })

describe('the course of a run', () => {
  it('locks, begins, reads again, writes down, sends, settles, verifies, remembers, finishes, releases', () => {
    const { log, run } = play(program(system([grant, grant])))
    expect(log).toEqual([
      'lock',
      'begin',
      'read',
      'intend 0 1',
      'send 0 1',
      'settle 0:done 1:done',
      'verify',
      'remember',
      'finish done',
      'release',
    ])
    expect(run).toMatchObject({ phase: 'over', begun: true })
  })

  it('sends nothing that was not written down before', () => {
    const { effects } = play(program(system([grant, needs(0), reduction, reduction, grant], { batch: 2 })))
    effects.forEach((effect, index) => {
      if (effect.do !== 'send') return
      expect(effects[index - 1]).toEqual({ ...effect, do: 'intend' })
    })
  })

  it('fills batches up to the limit of the system', () => {
    const { log } = play(program(system(Array(5).fill(grant), { batch: 2 })))
    expect(sent(log)).toEqual(['send 0 1', 'send 2 3', 'send 4'])
  })

  it('does not let a step travel with one that it needs', () => {
    const { log } = play(program(system([grant, grant, needs(1), grant])))
    expect(sent(log)).toEqual(['send 0 1', 'send 2 3'])
  })

  it('passes over what is by hand or kept, wherever it stands', () => {
    const plan = program(system([manual, grant, manual, grant, manual]))
    const { log, run } = play(plan)
    expect(sent(log)).toEqual(['send 1 3'])
    expect(ends(plan, run)).toEqual(['-', 'done', '-', 'done', '-'])
  })

  it('reads all systems before it writes to the first', () => {
    const { log } = play(
      program(system([grant]), system([manual], { name: 'wiki' }), system([grant], { name: 'x' })),
    )
    expect(log.slice(0, 5)).toEqual(['lock', 'begin', 'read', 'read@2', 'intend 0'])
  })

  it('does not begin a run that has nothing to send, and still brings the inventory up to date', () => {
    const { log } = play(program(system([manual]), system([], { name: 'wiki' })))
    expect(log).toEqual(['lock', 'remember', 'remember@1', 'release'])
  })
})

describe('before the first write', () => {
  it('a lock that another holds ends the run', () => {
    const { log, run } = play(program(system([grant])), { lock: [{ type: 'held' }] })
    expect([log, run.stop]).toEqual([['lock', 'release'], { why: 'held' }])
  })

  it('an answer to lock or begin that is neither yes nor no is no', () => {
    const odd: Event = { type: 'unread', message: '?' }
    expect(play(program(system([grant])), { lock: [odd] }).log).toEqual(['lock', 'release'])
    expect(play(program(system([grant])), { begin: [odd] }).log).toEqual(['lock', 'begin', 'release'])
  })

  it('a read that is answered by neither a read nor an error is one that failed', () => {
    const { log, run } = play(program(system([grant])), { read: [{ type: 'ok' }] })
    expect([run.systems[0]?.unread, sent(log)]).toEqual(['it gave no answer', []])
  })

  it('what is written down without a yes is not sent', () => {
    const plan = program(system([grant]))
    const { log, run } = play(plan, { intend: [{ type: 'unread', message: '?' }] })
    expect(sent(log)).toEqual([])
    expect([ends(plan, run), reasonAt(run, 0)]).toEqual([['skipped'], 'the run ended before it was sent'])
  })

  it('a plan that was run before ends the run', () => {
    const { log, run } = play(program(system([grant])), { begin: [{ type: 'used' }] })
    expect([log, run.stop]).toEqual([['lock', 'begin', 'release'], { why: 'used' }])
  })

  it('what moved in any system ends the run, and all of it is named', () => {
    const moved = (name: string): Event => ({
      type: 'read',
      moved: [{ system: name, message: 'it changed' }],
    })
    const plan = program(system([grant]), system([grant], { name: 'wiki' }))
    const { log, run } = play(plan, { read: [moved('vpn'), moved('wiki')] })
    expect(log).toEqual(['lock', 'begin', 'read', 'read@1', 'finish stopped', 'release'])
    expect(run).toMatchObject({ stop: { why: 'stale' }, moved: [{ system: 'vpn' }, { system: 'wiki' }] })
  })

  it('F13: a system that cannot be read gets nothing, and does not hold up the others', () => {
    const plan = program(system([grant]), system([grant], { name: 'wiki' }))
    const { log, run } = play(plan, { read: [{ type: 'unread', message: 'it may not be read' }] })
    expect(sent(log)).toEqual(['send@1 0'])
    expect(log).not.toContain('verify')
    expect(log).not.toContain('remember')
    expect(run.systems[0]).toMatchObject({ unread: 'it may not be read', cursor: 0 })
    expect(log.at(-2)).toBe('finish partial')
  })
})

describe('failures', () => {
  it('F28: what needs a failed step is skipped with the reason, however far away, and the rest goes on', () => {
    const plan = program(system([grant, needs(0), needs(1), grant], { batch: 1 }))
    const { log, run } = play(plan, { send: [results('failed')] })
    expect(ends(plan, run)).toEqual(['failed', 'skipped', 'skipped', 'done'])
    expect(reasonAt(run, 1)).toBe('it needs vpn/1, which failed')
    expect(reasonAt(run, 2)).toBe('it needs vpn/2, which was skipped')
    expect(log.at(-2)).toBe('finish partial')
  })

  it('does not travel with others when what it needs failed before', () => {
    const plan = program(system([grant, needs(0), grant, needs(0)]))
    const { log, run } = play(plan, { send: [results('failed')] })
    expect(sent(log)).toEqual(['send 0', 'send 2'])
    expect(ends(plan, run)).toEqual(['failed', 'skipped', 'done', 'skipped'])
  })

  it('a batch in which one failed is not sent again', () => {
    const plan = program(system([grant, grant]))
    const { log, run } = play(plan, { send: [results('done', 'failed')] })
    expect(sent(log)).toEqual(['send 0 1'])
    expect(ends(plan, run)).toEqual(['done', 'failed'])
  })

  it('a batch that failed as a whole is sent one by one, and only the culprit fails', () => {
    const plan = program(system([grant, grant, grant, grant], { batch: 3 }))
    const failing = [
      results('failed', 'failed', 'failed'),
      results('done'),
      results('failed'),
      results('done'),
    ]
    const { log, run } = play(plan, { send: failing })
    expect(sent(log)).toEqual(['send 0 1 2', 'send 0', 'send 1', 'send 2', 'send 3'])
    expect(ends(plan, run)).toEqual(['done', 'failed', 'done', 'done'])
  })

  it('F28: after a failed step no owner is lowered in that system, needed or not', () => {
    const plan = program(system([grant, reduction, grant]), system([reduction], { name: 'wiki' }))
    const { log, run } = play(plan, { send: [results('failed')] })
    expect(ends(plan, run)).toEqual(['failed', 'skipped', 'done'])
    expect(reasonAt(run, 1)).toBe('an earlier step in this system was not done, and then no owner is lowered')
    expect(ends(plan, run, 1)).toEqual(['done'])
    expect(log).not.toContain('confirm 1')
  })

  it('a step that waits for a person is no failure: owners may be lowered once others are confirmed', () => {
    const plan = program(system([grant, reduction]))
    const { run, log } = play(plan, { send: [results('waiting')] })
    expect(ends(plan, run)).toEqual(['waiting', 'done'])
    const waits = { result: 'waiting', forWhom: 'bo', reason: 'an invitation was sent' }
    expect(run.systems[0]?.outcomes['0']?.['0']).toEqual(waits)
    expect(log.at(-2)).toBe('finish done')
  })

  it('what needs a step that waits is skipped', () => {
    const plan = program(system([grant, needs(0)], { batch: 1 }))
    const { run } = play(plan, { send: [results('waiting')] })
    expect(reasonAt(run, 1)).toBe('it needs vpn/1, which waits')
  })

  it('what can never be sent is skipped with its reason, and what needs it too', () => {
    const plan = program(system([step({ impossible: 'it needs vpn/9' }), needs(0), grant]))
    const { run, log } = play(plan)
    expect(ends(plan, run)).toEqual(['skipped', 'skipped', 'done'])
    expect(sent(log)).toEqual(['send 2'])
  })

  it('one system with failures hides nothing of the others', () => {
    const plan = program(system([grant]), system([grant], { name: 'wiki' }))
    const { run } = play(plan, { send: [results('failed')] })
    expect([ends(plan, run, 0), ends(plan, run, 1)]).toEqual([['failed'], ['done']])
  })

  it('a step that failed makes a run that is not whole, however much of it converged', () => {
    const plan = program(system([grant]), system([manual], { name: 'wiki' }))
    expect(play(plan, { send: [results('failed')] }).log.at(-2)).toBe('finish partial')
    expect(play(plan, { send: [results('waiting')] }).log.at(-2)).toBe('finish done')
    expect(play(plan).log.at(-2)).toBe('finish done')
  })

  it('F20: what the last read does not show is looked for again for as long as a read may lag', () => {
    const slow = program(system([grant], { lag: 3 }))
    const open: Event = { type: 'verified', open: [{ step: 0, message: 'it is not there' }] }
    const looks = (...answers: Event[]) =>
      play(slow, { verify: answers })
        .log.slice(6)
        .filter((line) => !/^(remember|release)/.test(line))
    expect(looks(open)).toEqual(['verify', 'pause 1', 'verify', 'finish done'])
    expect(looks(open, open, open, open)).toEqual([
      ...['verify', 'pause 1', 'verify', 'pause 1', 'verify', 'pause 1', 'verify', 'finish partial'],
    ])
    const { log } = play(slow, { verify: [open] }, { 6: { type: 'interrupt' } })
    expect(log.slice(6)).toEqual(['verify', 'finish stopped', 'release'])
  })

  it('what the last read does not show is named, and the run is not whole', () => {
    const open = [{ step: 0, message: 'it is not there' }]
    const { run, log } = play(program(system([grant])), { verify: [{ type: 'verified', open }] })
    expect(run.systems[0]).toMatchObject({ verified: 'open', open })
    expect(log.at(-2)).toBe('finish partial')
  })

  it('a last read that fails is not taken for one that shows all', () => {
    const { run, log } = play(program(system([grant])), { verify: [{ type: 'unread', message: 'gone' }] })
    expect([run.systems[0]?.verified, log.at(-2)]).toEqual(['unread', 'finish partial'])
  })
})

describe('F3: an answer that is lost', () => {
  const plan = program(system([grant, grant, reduction]))

  it('is looked for before anything else, and is done when it is there', () => {
    const { log, run } = play(plan, { send: [results('done', 'uncertain')] })
    expect(log.slice(4, 7)).toEqual(['send 0 1', 'readBack 1', 'settle 0:done 1:done'])
    expect(ends(plan, run)).toEqual(['done', 'done', 'done'])
  })

  it('has failed when it is not there, is not sent again, and lowers no owner', () => {
    const back: Event = { type: 'readBack', found: ['not done'] }
    const { log, run } = play(plan, { send: [results('done', 'uncertain')], readBack: [back] })
    expect(sent(log)).toEqual(['send 0 1'])
    expect(ends(plan, run)).toEqual(['done', 'failed', 'skipped'])
    expect(reasonAt(run, 1)).toBe('it uncertain, and reading back shows that it was not done')
  })

  it.each<[string, Event, string]>([
    ['neither', { type: 'readBack', found: ['unclear'] }, 'reading back does not show whether it was done'],
    ['unread', { type: 'unread', message: 'no route' }, 'it could not be read back: no route'],
    ['no answer for it', { type: 'readBack', found: [] }, 'it could not be read back: it gave no answer'],
  ])('stays uncertain when reading back shows %s, and lowers no owner', (_name, back, reason) => {
    const { run, log } = play(plan, { send: [results('done', 'uncertain')], readBack: [back] })
    expect(ends(plan, run)).toEqual(['done', 'uncertain', 'skipped'])
    expect(reasonAt(run, 1)).toBe(`it uncertain, and ${reason}`)
    expect(log.at(-2)).toBe('finish partial')
  })

  it('a writer that answers for fewer writes than it was given leaves the others uncertain', () => {
    const { log } = play(plan, { send: [results('done')] })
    expect(log).toContain('readBack 1')
  })

  it('is what an answer that says nothing of writes is', () => {
    const { log, run } = play(plan, {
      send: [{ type: 'ok' }],
      readBack: [{ type: 'unread', message: 'gone' }],
    })
    expect(log).toContain('readBack 0 1')
    expect(reasonAt(run, 0)).toBe('no answer came, and it could not be read back: gone')
  })

  it('is looked for again for as long as a read may lag', () => {
    const slow = program(system([grant], { lag: 5 }))
    const not: Event = { type: 'readBack', found: ['not done'] }
    const { log, run } = play(slow, { send: [results('uncertain')], readBack: [not, not] })
    expect(log.slice(4, 11)).toEqual([
      ...['send 0', 'readBack 0', 'pause 1', 'readBack 0', 'pause 1', 'readBack 0', 'settle 0:done'],
    ])
    expect(ends(slow, run)).toEqual(['done'])
  })
})

describe('the barrier before an owner is lowered', () => {
  const plan = program(system([grant, reduction, reduction, grant]))

  it('each one goes alone, after a look of its own', () => {
    const { log } = play(plan)
    expect(log.slice(3, -4)).toEqual([
      ...['intend 0', 'send 0', 'settle 0:done'],
      ...['confirm 1', 'intend 1', 'send 1', 'settle 1:done'],
      ...['confirm 2', 'intend 2', 'send 2', 'settle 2:done'],
      ...['intend 3', 'send 3', 'settle 3:done'],
    ])
  })

  const refused: readonly [string, Partial<Event>, string][] = [
    ['the rules find nobody', { byRules: [] }, 'no other usable owner was found'],
    ['the floor finds nobody', { byFloor: [] }, 'a direct read does not confirm that bo owns the system'],
    [
      'they find different people',
      { byFloor: ['chen'] },
      'a direct read does not confirm that bo owns the system',
    ],
    [
      'another run may lower the only one',
      { reserved: ['bo'] },
      'an earlier run was about to lower bo, and nothing shows that it will not',
    ],
    [
      'an earlier run may lower the only one of two whom both see',
      { byRules: ['ana', 'bo'], byFloor: ['bo'], reserved: ['bo'] },
      'an earlier run was about to lower bo, and nothing shows that it will not',
    ],
    [
      'an earlier run may lower all whom both see',
      { byRules: ['ana', 'bo'], byFloor: ['ana', 'bo'], reserved: ['ana', 'bo'] },
      'an earlier run was about to lower ana, bo, and nothing shows that it will not',
    ],
    [
      'the floor sees none of several',
      { byRules: ['ana', 'bo'], byFloor: [], reserved: ['ana'] },
      'a direct read does not confirm that ana, bo owns the system',
    ],
    ['the look is old', { age: 61 }, 'the owners were read 61 seconds ago, and that is too long to rely on'],
  ]
  it.each(refused)(
    'F22: nothing is sent when %s, and the next owner is looked at afresh',
    (_name, change, reason) => {
      const { log, run } = play(plan, { confirm: [{ ...confirmed, ...change } as Event] })
      expect(ends(plan, run)).toEqual(['done', 'skipped', 'done', 'done'])
      expect(reasonAt(run, 1)).toBe(reason)
      expect(log).not.toContain('send 1')
      expect(log).toContain('confirm 2')
    },
  )

  it('F13: nothing is sent when the owners cannot be read', () => {
    const { log, run } = play(plan, { confirm: [{ type: 'unread', message: 'it may not be read' }] })
    expect(ends(plan, run)).toEqual(['done', 'skipped', 'done', 'done'])
    expect(reasonAt(run, 1)).toBe('the owners could not be read: it may not be read')
    expect(log).not.toContain('send 1')
  })

  it('nothing is sent on an answer that says nothing of owners', () => {
    const { log, run } = play(plan, { confirm: [{ type: 'ok' }] })
    expect(log).not.toContain('send 1')
    expect(reasonAt(run, 1)).toBe('the owners could not be read')
  })

  it('one owner whom both find and nobody reserved is enough', () => {
    const seen = { ...confirmed, byRules: ['ana', 'bo'], byFloor: ['bo', 'chen'], reserved: ['ana'], age: 60 }
    expect(play(plan, { confirm: [seen as Event] }).log).toContain('send 1')
  })

  it('a look that is too old is not repeated: the step was to be sent within a minute', () => {
    const slow = program(system([reduction], { lag: 4 }))
    expect(play(slow, { confirm: [{ ...confirmed, age: 61 } as Event] }).log).not.toContain('pause 1')
  })

  it('F32: a new owner who has to act first makes it wait, and says for whom', () => {
    const pending = ['bo', 'eve'].map((account) => ({ account, because: 'not signed in yet' }))
    const { run } = play(plan, { confirm: [{ ...confirmed, byRules: [], pending } as Event] })
    expect(run.systems[0]?.outcomes['0']?.['1']).toEqual({
      result: 'waiting',
      forWhom: 'bo, eve',
      reason: 'no other owner can be counted on yet: bo is not signed in yet',
    })
  })

  it('F20: a grant that a lagging read does not show yet is waited for, and no longer than the system may lag', () => {
    const slow = program(system([grant, reduction], { lag: 4 }))
    const nobody = { ...confirmed, byRules: [] } as Event
    const patient = play(slow, { confirm: [nobody, nobody, confirmed] })
    expect(patient.log.slice(6, 12)).toEqual([
      'confirm 1',
      'pause 1',
      'confirm 1',
      'pause 1',
      'confirm 1',
      'intend 1',
    ])
    const never = play(slow, { confirm: [nobody, nobody, nobody, nobody, nobody, nobody] })
    expect(never.log.filter((line) => line.startsWith('pause'))).toEqual(['pause 1', 'pause 1', 'pause 2'])
    expect(ends(slow, never.run)).toEqual(['done', 'skipped'])
  })
})

describe('two looks that do not agree', () => {
  const differing = { onlyByRules: ['bo', 'eve'], onlyByFloor: ['ghost', 'shade'] }
  const phantom = { ...confirmed, differing } as Event
  const reason =
    'the two looks at who owns the system do not agree, so nothing more is sent here: only the rules see bo, eve; only the direct read sees ghost, shade'

  it('end the work in their system, and not in the others', () => {
    const plan = program(system([grant, reduction, grant, reduction]), system([grant], { name: 'wiki' }))
    const { log, run } = play(plan, { confirm: [phantom] })
    expect(ends(plan, run)).toEqual(['done', 'skipped', 'skipped', 'skipped'])
    expect([1, 2, 3].map((place) => reasonAt(run, place))).toEqual([reason, reason, reason])
    expect(sent(log)).toEqual(['send 0', 'send@1 0'])
    expect(log.filter((line) => line.startsWith('confirm'))).toEqual(['confirm 1'])
    expect(log).toContain('verify')
    expect(log.at(-2)).toBe('finish partial')
  })

  it('even while somebody else is seen by both', () => {
    const both = { ...confirmed, differing: { onlyByRules: [], onlyByFloor: ['ghost'] } } as Event
    const only = { ...confirmed, differing: { onlyByRules: ['eve'], onlyByFloor: [] } } as Event
    const said = [both, only].map((answer) => {
      const { log, run } = play(program(system([reduction])), { confirm: [answer] })
      expect(sent(log)).toEqual([])
      return reasonAt(run, 0)?.split(': ')[1]
    })
    expect(said).toEqual(['only the direct read sees ghost', 'only the rules see eve'])
  })

  it('are looked at again for as long as a read may lag', () => {
    const slow = program(system([reduction, grant], { lag: 2 }))
    expect(sent(play(slow, { confirm: [phantom] }).log)).toEqual(['send 0', 'send 1'])
    const never = play(slow, { confirm: [phantom, phantom, phantom] })
    expect(sent(never.log)).toEqual([])
    expect(ends(slow, never.run)).toEqual(['skipped', 'skipped'])
  })
})

describe('the first wave', () => {
  const plan = program(
    system([grant, reduction, grant, reduction], { first: 2 }),
    system([grant], { name: 'wiki' }),
    system([grant, grant], { name: 'x', first: 1 }),
  )

  it('is sent in every system before anything else is sent in any', () => {
    const { log, run } = play(plan)
    expect(sent(log)).toEqual(['send 0', 'send 1', 'send@2 0', 'send 2', 'send 3', 'send@1 0', 'send@2 1'])
    expect(log.filter((line) => line.startsWith('verify'))).toEqual(['verify', 'verify@1', 'verify@2'])
    expect(run.systems.map((_, index) => ends(plan, run, index))).toEqual([
      ['done', 'done', 'done', 'done'],
      ['done'],
      ['done', 'done'],
    ])
  })

  it('lowers an owner only once another is confirmed, as any other step', () => {
    const nobody = { ...confirmed, byRules: [] } as Event
    const { log, run } = play(plan, { confirm: [nobody] })
    expect(sent(log)).toEqual(['send 0', 'send@2 0', 'send 2', 'send 3', 'send@1 0', 'send@2 1'])
    expect(ends(plan, run)[1]).toBe('skipped')
  })

  it('goes on where a system cannot be read, and with the others after a failure', () => {
    const { log, run } = play(plan, {
      read: [{ type: 'unread', message: 'no route' }],
      send: [results('failed')],
    })
    expect(sent(log)).toEqual(['send@2 0', 'send@1 0', 'send@2 1'])
    expect(ends(plan, run, 2)).toEqual(['failed', 'done'])
  })

  it('cut short by the time of the run, leaves the rest unsent and what was sent verified', () => {
    const whole = play(plan)
    const at = whole.log.indexOf('send 1')
    const { log, run } = play(plan, {}, { [at]: { type: 'deadline' } })
    expect(sent(log)).toEqual(['send 0', 'send 1'])
    expect(log).toContain('verify')
    expect(run.stop).toEqual({ why: 'deadline' })
    expect(run.phase).toBe('over')
  })
})

describe('F26: an interrupt', () => {
  const plan = program(system([grant, reduction, grant], { lag: 5 }), system([grant], { name: 'wiki' }))
  const whole = play(plan)

  it.each(whole.effects.map((effect, index) => [short(effect), index] as const))(
    'during %s (%i) sends nothing further and still releases the lock',
    (_name, index) => {
      const { log, run } = play(plan, {}, { [index]: { type: 'interrupt' } })
      expect(sent(log.slice(index + 1))).toEqual([])
      expect(log.at(-1)).toBe('release')
      if (index < whole.effects.length - 1) expect(run.stop).toEqual({ why: 'interrupted' })
      const wasBegun = log.includes('begin')
      expect(log.some((line) => line.startsWith('finish'))).toBe(wasBegun)
      for (const line of sent(log))
        expect(log.some((other) => other.startsWith(line.replace('send', 'settle')))).toBe(true)
    },
  )

  it('what was in flight is settled by its answer', () => {
    const { log, run } = play(plan, {}, { [whole.log.indexOf('send 0')]: { type: 'interrupt' } })
    expect(log.slice(5)).toEqual(['send 0', 'settle 0:done', 'finish stopped', 'release'])
    expect(ends(plan, run)).toEqual(['done', '-', '-'])
  })

  it.each(whole.effects.map((effect, index) => [short(effect), index] as const))(
    'an effect that does not end (%s) is given up, and what was sent is uncertain',
    (_name, index) => {
      const answers = { [whole.effects[index]!.do]: [...earlier(index), { type: 'abandoned' } as Event] }
      const { log } = play(plan, answers, { [index]: { type: 'interrupt' } })
      expect(sent(log.slice(index + 1))).toEqual([])
      expect(log.at(-1)).toBe('release')
      if (log[index]!.startsWith('send')) expect(log[index + 1]).toMatch(/^settle.*uncertain/)
    },
  )

  function earlier(index: number): undefined[] {
    const same = whole.effects.slice(0, index).filter((effect) => effect.do === whole.effects[index]!.do)
    return same.map(() => undefined)
  }

  it('between looks at what is uncertain leaves it uncertain', () => {
    const back: Event = { type: 'readBack', found: ['not done'] }
    const lost = play(plan, { send: [results('uncertain')], readBack: [back] }, { 7: { type: 'interrupt' } })
    expect(lost.log.slice(5)).toEqual([
      ...['send 0', 'readBack 0', 'pause 1', 'settle 0:uncertain', 'finish stopped', 'release'],
    ])
  })

  it('before the start lets nothing begin', () => {
    const { run } = next(plan, newRun(plan), { type: 'interrupt' })
    const started = next(plan, run, { type: 'start' })
    expect(next(plan, started.run, { type: 'ok' }).effects).toEqual([{ do: 'release' }])
  })
})

describe('a deadline', () => {
  const plan = program(system([grant, reduction, grant], { batch: 1 }), system([grant], { name: 'wiki' }))

  it('stops between steps: what is in flight ends, what was sent is verified, nothing further is sent', () => {
    const { log, run } = play(plan, {}, { 5: { type: 'deadline' } })
    expect(log.slice(5)).toEqual([
      'send 0',
      'settle 0:done',
      'verify',
      'remember',
      'remember@1',
      'finish stopped',
      'release',
    ])
    expect(run.stop).toEqual({ why: 'deadline' })
  })

  it('while the owners are looked at lowers none of them', () => {
    const { log } = play(plan, {}, { 7: { type: 'deadline' } })
    expect(log.slice(7)).toEqual([
      'confirm 1',
      'verify',
      'remember',
      'remember@1',
      'finish stopped',
      'release',
    ])
  })

  const all = program(system([grant, manual, grant, manual]), system([manual], { name: 'wiki' }))
  const places = play(all).effects.map((effect, index) => [short(effect), index] as const)
  const last = places.findIndex(([name]) => name === 'send 0 2')

  it.each(places.slice(last))('at %s (%i), with nothing left to send, changes nothing', (_name, index) => {
    const { log, run } = play(all, {}, { [index]: { type: 'deadline' } })
    expect([log, run.stop]).toEqual([play(all).log, undefined])
  })

  it('with something left to send in another system stops the run', () => {
    const two = program(system([grant]), system([grant], { name: 'wiki' }))
    const at = play(two).log.indexOf('settle 0:done')
    const { run, log } = play(two, {}, { [at]: { type: 'deadline' } })
    expect([sent(log), log.at(-2), run.stop]).toEqual([['send 0'], 'finish stopped', { why: 'deadline' }])
  })

  it('with nothing left to send where a system could not be read changes nothing either', () => {
    const two = program(system([grant]), system([grant], { name: 'wiki' }))
    const { run, log } = play(
      two,
      { read: [{ type: 'unread', message: 'no route' }] },
      { [play(two).log.indexOf('settle 0:done')]: { type: 'deadline' } },
    )
    expect([sent(log), log.at(-2), run.stop]).toEqual([['send@1 0'], 'finish partial', undefined])
  })

  it('says of what could not be sent anyway why it could not', () => {
    const failing = program(system([grant, needs(0)], { batch: 1 }))
    const { log, run } = play(failing, { send: [results('failed')] }, { 5: { type: 'deadline' } })
    expect([log.at(-2), run.stop]).toEqual(['finish partial', undefined])
    expect(reasonAt(run, 1)).toBe('it needs vpn/1, which failed')
  })

  it('gives way to an interrupt', () => {
    const { log, run } = play(plan, {}, { 5: { type: 'deadline' }, 6: { type: 'interrupt' } })
    expect(log.slice(6)).toEqual(['settle 0:done', 'finish stopped', 'release'])
    expect(run.stop).toEqual({ why: 'interrupted' })
  })
})

describe('F24: the ledger is lost', () => {
  const plan = program(system([grant, reduction, grant]), system([grant], { name: 'wiki' }))
  const whole = play(plan)
  const lost: Event = { type: 'ledgerLost', message: 'the disk is full' }
  const places = whole.effects.map((effect, index) => [short(effect), index] as const)

  it.each(places)('at %s (%i): nothing further is sent, and what is known is kept', (_name, index) => {
    const before = whole.effects.slice(0, index).filter((effect) => effect.do === whole.effects[index]!.do)
    const { log, run } = play(plan, { [whole.effects[index]!.do]: [...before.map(() => undefined), lost] })
    expect(sent(log.slice(index + 1))).toEqual([])
    expect(log.slice(index + 1)).toEqual(log[index] === 'release' ? [] : ['release'])
    expect(run.stop).toEqual({ why: 'ledger', message: 'the disk is full' })
  })

  it.each(places)(
    'F23: a lock that was taken over during %s (%i) ends the run at the next answer',
    (_name, index) => {
      const { log } = play(plan, {}, { [index]: { type: 'lockLost', message: 'taken over' } })
      expect(sent(log.slice(index + 1))).toEqual([])
      expect(log.slice(index + 1)).toEqual(log[index] === 'release' ? [] : ['release'])
    },
  )

  it.each(['finish done', 'release'])(
    'a lock that is found gone during %s, which gives the locks back, is none that was lost',
    (effect) => {
      const { run } = play(
        plan,
        {},
        { [whole.log.indexOf(effect)]: { type: 'lockLost', message: 'not held' } },
      )
      expect(run).toEqual(whole.run)
      expect(run.stop).toBeUndefined()
    },
  )

  it('a lock that was taken over during the last write ends the run as one that lost it', () => {
    const gone: Event = { type: 'lockLost', message: 'taken over' }
    const { log, run } = play(plan, { finish: [lost] }, { [whole.log.indexOf('finish done')]: gone })
    expect(log.at(-1)).toBe('release')
    expect(run.stop).toEqual({ why: 'ledger', message: 'the disk is full' })
  })

  it('what came of a send is in the report, though it could not be written down', () => {
    const { run } = play(plan, { settle: [lost], send: [results('failed')] })
    expect(ends(plan, run)).toEqual(['failed', '-', '-'])
  })
})

describe('an effect that does not end after an interrupt is given up', () => {
  const plan = program(system([grant, reduction, grant], { lag: 5 }))
  const uncertain = {
    send: [results('uncertain')],
    readBack: [{ type: 'readBack', found: ['not done'] }],
  } as const
  const reason = 'the run was interrupted before an answer came'
  const given = (name: string, answers: Parameters<typeof play>[1] = uncertain) => {
    const at = play(plan, answers).log.indexOf(name)
    const left = Object.entries(answers).map(([of, events]) => [of, of === name.split(' ')[0] ? [] : events])
    const abandoned = Object.fromEntries([
      ...left,
      [name.split(' ')[0], [{ type: 'abandoned' }]],
    ]) as typeof answers
    const { log, run } = play(plan, abandoned, { [at]: { type: 'interrupt' } })
    expect(run).toMatchObject({ stop: { why: 'interrupted' }, phase: 'over' })
    return [log.slice(at), reasonAt(run, 0)]
  }

  it.each<[string, string[], string | undefined]>([
    ['lock', ['lock', 'release'], undefined],
    ['begin', ['begin', 'release'], undefined],
    ['read', ['read', 'finish stopped', 'release'], undefined],
    [
      'intend 0',
      ['intend 0', 'settle 0:skipped', 'finish stopped', 'release'],
      'the run ended before it was sent',
    ],
    ['send 0', ['send 0', 'settle 0:uncertain', 'finish stopped', 'release'], reason],
    ['readBack 0', ['readBack 0', 'settle 0:uncertain', 'finish stopped', 'release'], 'it uncertain'],
    ['pause 1', ['pause 1', 'settle 0:uncertain', 'finish stopped', 'release'], 'it uncertain'],
    ['settle 0:done', ['settle 0:done', 'release'], undefined],
  ])('%s', (name, log, said) => {
    expect(given(name)).toEqual([log, said])
  })

  it.each<[string, string[]]>([
    ['confirm 1', ['confirm 1', 'finish stopped', 'release']],
    ['verify', ['verify', 'finish stopped', 'release']],
    ['remember', ['remember', 'finish stopped', 'release']],
    ['finish done', ['finish done', 'release']],
    ['release', ['release']],
  ])('%s, when all went well before', (name, log) => {
    expect(given(name, {})[0]).toEqual(log)
  })
})

describe('why a run stopped', () => {
  const plan = program(system([grant]))
  const at = play(plan).log.indexOf('send 0')

  it('stays what it was when an interrupt comes later', () => {
    const { run } = play(plan, { lock: [{ type: 'held' }] }, { 1: { type: 'interrupt' } })
    expect(run.stop).toEqual({ why: 'held' })
  })

  it('is the loss of the ledger, also after an interrupt', () => {
    const lost: Event = { type: 'lockLost', message: 'taken over' }
    const { run } = play(plan, {}, { [at]: { type: 'interrupt' }, [at + 1]: lost })
    expect(run.stop).toEqual({ why: 'ledger', message: 'taken over' })
  })

  it('is the first loss of the ledger', () => {
    const settling = play(plan).log.indexOf('settle 0:done')
    const { run } = play(
      plan,
      { settle: [{ type: 'ledgerLost', message: 'the disk is full' }] },
      { [settling]: { type: 'lockLost', message: 'taken over' } },
    )
    expect(run.stop).toEqual({ why: 'ledger', message: 'taken over' })
  })

  it('is nothing when a lock is found gone after its end', () => {
    const { run } = play(plan)
    expect(next(plan, run, { type: 'lockLost', message: 'not held' })).toEqual({ run, effects: [] })
  })

  it('is nothing when an interrupt comes after its end', () => {
    const { run } = play(plan)
    expect(next(plan, run, { type: 'interrupt' })).toEqual({ run, effects: [] })
  })
})

describe('the machine as such', () => {
  it('does nothing with an answer that nobody asked for', () => {
    const plan = program(system([grant]))
    const { run } = play(plan)
    expect(next(plan, run, confirmed)).toEqual({ run, effects: [] })
    expect(next(plan, run, { type: 'start' })).toEqual({ run, effects: [] })
    expect(next(plan, newRun(plan), { type: 'ok' }).effects).toEqual([])
  })

  it('holds its whole state in plain JSON that grows with failures, not with steps', () => {
    const plan = program(system(Array(20_000).fill(grant), { batch: 500 }))
    expect(JSON.stringify(play(plan).run).length).toBeLessThan(500)
  })

  it('looks at no step more often the more there are, also when all of them fail', () => {
    const looks = (count: number, answer: (effect: Effect) => Event): number => {
      let seen = 0
      const { steps, ...rest } = system(Array<ProgramStep>(count).fill(grant), { batch: 1 })
      const watched = new Proxy(steps, {
        get: (target, key, self) => {
          if (typeof key === 'string' && /^[0-9]+$/.test(key)) seen += 1
          return Reflect.get(target, key, self) as unknown
        },
      })
      const plan = program({ ...rest, steps: watched })
      let state = next(plan, newRun(plan), { type: 'start' })
      for (let effect: Effect | undefined = state.effects[0]; effect; effect = state.effects[0])
        state = next(plan, state.run, answer(effect))
      return seen / count
    }
    const failing = (effect: Effect): Event => (effect.do === 'send' ? results('failed') : well(effect))
    for (const answer of [well, failing]) {
      expect(looks(1000, answer)).toBeGreaterThan(1)
      expect(looks(8000, answer)).toBeLessThan(looks(1000, answer) + 1)
    }
  })
})

function sent(log: readonly string[]): string[] {
  return log.filter((line) => line.startsWith('send'))
}
