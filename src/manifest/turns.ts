/**
 * The days on which the manifests may mean something else than on the day before, with nobody writing anything: each day
 * that something begins, the one after its last, and the one on which a grace is over. Some turn out to change nothing.
 */
import type { Json } from '../model/json.ts'
import type { Manifest } from './document.ts'
import { dayAfter } from './dates.ts'

/** Of these documents, each once and sorted. */
export function turnsOf(manifests: Iterable<Manifest>, grace: number): string[] {
  const days = new Set<string>()
  for (const { kind, spec } of manifests) {
    if (kind !== 'User' && kind !== 'Group' && kind !== 'AccessPolicy') continue
    walk(spec as unknown as Json, (key, day) => {
      if (key === 'from') days.add(day)
      else {
        days.add(dayAfter(day, 1))
        if (kind === 'User') days.add(dayAfter(day, grace + 1))
      }
    })
  }
  return [...days].filter((day) => form.test(day)).sort()
}

/** A day in the year 10000 has five digits, and compares with no other. */
const form = /^\d{4}-\d\d-\d\d$/

function walk(value: Json, found: (key: 'from' | 'until', day: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries<Json>(value)) {
    if (typeof item !== 'string') walk(item, found)
    else if ((key === 'from' || key === 'until') && form.test(item)) found(key, item)
  }
}
