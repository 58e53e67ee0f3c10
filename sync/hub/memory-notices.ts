import type { MemoryTables } from './memory-tables.ts'
import type { NoticeReads, NoticeRow, NoticeWrites } from './notice-store.ts'

/** The outbox of notices in the memory store; `own` sees what the running transaction wrote. */
export function memoryNoticeReads(tables: MemoryTables, own: boolean): NoticeReads {
  const all = (): (NoticeRow & { readonly hubSequence: number })[] =>
    [...tables.notices.entries(own)].flatMap(([submissionId, notice]) => {
      const row = tables.submissions.get(String(tables.byId.get(submissionId, own)?.[0]), own)
      if (row === undefined) return []
      const { ticket, itemId, acceptedAt, hubSequence } = row
      return [{ submissionId, ...notice, ticket, itemId, acceptedAt, hubSequence }]
    })
  const bare = ({ hubSequence: _, ...row }: ReturnType<typeof all>[number]): NoticeRow => row
  return {
    async noticesOf(person, limit) {
      return all()
        .filter((row) => row.person === person)
        .sort((a, b) => b.acceptedAt.localeCompare(a.acceptedAt) || b.hubSequence - a.hubSequence)
        .slice(0, limit)
        .map(bare)
    },
    async noticeOf(submissionId) {
      return all()
        .filter((row) => row.submissionId === submissionId)
        .map(bare)[0]
    },
    async waitingNotices(limit) {
      return all()
        .filter(({ takenAt }) => takenAt === null)
        .sort((a, b) => a.tries - b.tries || a.hubSequence - b.hubSequence)
        .slice(0, limit)
        .map(bare)
    },
  }
}

export function memoryNoticeWrites(
  tables: MemoryTables,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): NoticeWrites {
  return {
    noticeTried: (submissionId, takenAt) =>
      inTurn(async () => {
        const notice = tables.notices.get(submissionId, true)
        if (notice === undefined || notice.takenAt !== null) return
        tables.notices.set(submissionId, { ...notice, takenAt, tries: notice.tries + 1 })
      }),
  }
}
