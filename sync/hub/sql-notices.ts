import { type Kysely, sql, type Transaction } from 'kysely'
import type { NewNotice, NoticeReads, NoticeWrites } from './notice-store.ts'
import type { HubTables } from './tables.ts'

/** The outbox of notices in PGlite and PostgreSQL. */
export function sqlNoticeReads(db: Kysely<HubTables>): NoticeReads {
  const notices = () =>
    db
      .selectFrom('notices')
      .innerJoin('submissions', 'submissions.submission_id', 'notices.submission_id')
      .select([
        'notices.submission_id as submissionId',
        'notices.person',
        'notices.what',
        'notices.at',
        'notices.taken_at as takenAt',
        'notices.tries',
        'submissions.ticket',
        'submissions.item_id as itemId',
        'submissions.accepted_at as acceptedAt',
      ])
  return {
    noticesOf: (person, limit) =>
      notices()
        .where('notices.person', '=', person)
        .orderBy('submissions.accepted_at', 'desc')
        .orderBy('submissions.hub_sequence', 'desc')
        .limit(limit)
        .execute(),
    noticeOf: (submissionId) => notices().where('notices.submission_id', '=', submissionId).executeTakeFirst(),
    waitingNotices: (limit) =>
      notices()
        .where('notices.taken_at', 'is', null)
        .orderBy('notices.tries')
        .orderBy('submissions.hub_sequence')
        .limit(limit)
        .execute(),
  }
}

export function sqlNoticeWrites(db: Kysely<HubTables>): NoticeWrites {
  return {
    async noticeTried(submissionId, takenAt) {
      await db
        .updateTable('notices')
        .set({ tries: sql<number>`tries + 1`, taken_at: takenAt })
        .where('submission_id', '=', submissionId)
        .where('taken_at', 'is', null)
        .execute()
    },
  }
}

/** With the change of the case that it is of. */
export async function keepNotice(
  trx: Transaction<HubTables>,
  submissionId: string,
  { person, what }: NewNotice,
  at: string,
): Promise<void> {
  await trx
    .insertInto('notices')
    .values({ submission_id: submissionId, person, what, at, taken_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
