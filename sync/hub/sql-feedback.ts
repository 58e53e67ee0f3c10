import type { Kysely } from 'kysely'
import type { FeedbackCounts, NewComplaint, NewRating } from './store.ts'
import type { HubTables } from './tables.ts'

/** Ratings and complaints in PGlite and PostgreSQL. The primary key on the rated case decides who was first. */
export async function keepRating(db: Kysely<HubTables>, rating: NewRating): Promise<boolean> {
  const { caseId, submissionId, level, reasons, hasWords, at } = rating
  const row = { case_id: caseId, submission_id: submissionId, level, has_words: hasWords, rated_at: at }
  const added = await db
    .insertInto('ratings')
    .values({ ...row, reasons: JSON.stringify(reasons) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('case_id')
    .executeTakeFirst()
  if (added !== undefined) return true
  const first = await db.selectFrom('ratings').select('submission_id').where('case_id', '=', caseId).executeTakeFirst()
  return first?.submission_id === submissionId
}

export async function keepComplaint(db: Kysely<HubTables>, complaint: NewComplaint): Promise<void> {
  const { submissionId, what, itemId, sort, anonymous, at } = complaint
  await db
    .insertInto('complaints')
    .values({ submission_id: submissionId, what, item_id: itemId, sort, anonymous, complained_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function feedbackCounts(db: Kysely<HubTables>): Promise<FeedbackCounts> {
  const ratings = await db
    .selectFrom('ratings')
    .select((eb) => ['level', eb.fn.countAll<number>().as('count')])
    .groupBy('level')
    .execute()
  const complaints = await db
    .selectFrom('complaints')
    .select((eb) => ['sort', eb.fn.countAll<number>().as('count')])
    .groupBy('sort')
    .execute()
  return {
    ratings: new Map(ratings.map(({ level, count }) => [level, Number(count)])),
    complaints: new Map(complaints.map(({ sort, count }) => [sort, Number(count)])),
  }
}
