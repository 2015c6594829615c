import { openPostgres, openPostgresReader } from '../../../src/ledger/postgres.ts'
import { ledgerSuite } from '../../ledger/suite.ts'
import { dropPlace, newPlace, url, withPostgres } from './place.ts'
import { sql } from './server.ts'

withPostgres('what every ledger does', () => {
  ledgerSuite('PostgreSQL', () => {
    const place = newPlace()
    return Promise.resolve({
      open: (now, isGone = () => false) => openPostgres(place, { now, isGone }),
      reader: (now) => openPostgresReader(place, now),
      ruin: async () => {
        await sql(url, `create schema "${place.schema}"`)
        await sql(url, `create table "${place.schema}".rolecall (precious integer)`)
      },
      drop: () => dropPlace(place),
    })
  })
})
