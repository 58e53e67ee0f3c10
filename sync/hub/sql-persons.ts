import type { Kysely } from 'kysely'
import { z } from 'zod'
import { PersonKindSchema } from '../protocol/person.ts'
import type { PersonReads, PersonWrites } from './person-store.ts'
import type { HubTables } from './tables.ts'

const KindsSchema = z.array(PersonKindSchema)

export function sqlPersonReads(db: Kysely<HubTables>): PersonReads {
  return {
    async casesOf(person, limit) {
      const rows = await db
        .selectFrom('case_persons')
        .innerJoin('submissions', 'submissions.submission_id', 'case_persons.submission_id')
        .innerJoin('cases', 'cases.submission_id', 'case_persons.submission_id')
        .select([
          'submissions.ticket',
          'submissions.item_id as itemId',
          'submissions.accepted_at as acceptedAt',
          'cases.state',
          'cases.opened_at as openedAt',
        ])
        .where('case_persons.person', '=', person)
        .orderBy('submissions.accepted_at', 'desc')
        .orderBy('submissions.hub_sequence', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ openedAt, ...row }) => ({ ...row, at: openedAt ?? row.acceptedAt }))
    },
    async personQuestions(limit) {
      const rows = await db.selectFrom('person_questions').selectAll().orderBy('id', 'desc').limit(limit).execute()
      return rows.map((row) => ({
        at: row.at,
        terminalId: row.terminal_id,
        person: row.person,
        kinds: KindsSchema.parse(JSON.parse(row.kinds)),
        told: KindsSchema.parse(JSON.parse(row.told)),
        item:
          row.item_id === null || row.item_version === null || row.consent_sha256 === null
            ? null
            : { id: row.item_id, version: row.item_version, consentSha256: row.consent_sha256 },
      }))
    },
  }
}

export function sqlPersonWrites(db: Kysely<HubTables>): PersonWrites {
  return {
    async personKey(fresh) {
      await db
        .insertInto('person_key')
        .values({ id: 1, key: fresh })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const row = await db.selectFrom('person_key').select('key').where('id', '=', 1).executeTakeFirstOrThrow()
      return row.key
    },
    async notePersonQuestion({ at, terminalId, person, kinds, told, item }) {
      await db
        .insertInto('person_questions')
        .values({
          ...{ at, person, terminal_id: terminalId, kinds: JSON.stringify(kinds), told: JSON.stringify(told) },
          item_id: item?.id ?? null,
          item_version: item?.version ?? null,
          consent_sha256: item?.consentSha256 ?? null,
        })
        .execute()
    },
  }
}
