import { ledgerSuite } from '../ledger/suite.ts'
import { plainLedger, plainReader, type Store } from './plain-ledger.ts'

// What the explorer proves over the plain ledger holds for the real ones as far as they keep the same contract.
ledgerSuite('plain', () => {
  const values = new Map<string, unknown>()
  const store: Store = { get: (name) => values.get(name), set: (name, value) => void values.set(name, value) }
  return Promise.resolve({
    open: (now, gone) =>
      new Promise((resolve) => {
        resolve(plainLedger(store, gone === undefined ? { now } : { now, isGone: gone }))
      }),
    reader: (now) =>
      new Promise((resolve) => {
        resolve(plainReader(store, now))
      }),
    ruin: () => {
      store.set('ruined', true)
      return Promise.resolve()
    },
    drop: () => Promise.resolve(),
  })
})
