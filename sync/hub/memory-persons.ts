import type { MemoryTables } from './memory-tables.ts'
import type { PersonReads, PersonWrites } from './person-store.ts'

/** Persons in the memory store; `own` sees what the running transaction wrote. */
export function memoryPersonReads(tables: MemoryTables, own: boolean): PersonReads {
  return {
    async casesOf(person, limit) {
      const found = []
      for (const [submissionId, mark] of tables.persons.entries(own)) {
        const row = tables.submissions.get(String(tables.byId.get(submissionId, own)?.[0]), own)
        const held = tables.cases.get(submissionId, own)
        if (mark !== person || row === undefined || held === undefined) continue
        const { ticket, itemId, acceptedAt, hubSequence } = row
        found.push({ hubSequence, told: { ticket, itemId, acceptedAt, state: held.state, at: held.at ?? acceptedAt } })
      }
      const newest = found.sort(
        (a, b) => b.told.acceptedAt.localeCompare(a.told.acceptedAt) || b.hubSequence - a.hubSequence,
      )
      return newest.slice(0, limit).map(({ told }) => told)
    },
    async personQuestions(limit) {
      const rows = [...tables.personQuestions.entries(own)].sort(([a], [b]) => Number(b) - Number(a))
      return rows.slice(0, limit).map(([, row]) => row)
    },
  }
}

export function memoryPersonWrites(
  tables: MemoryTables,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): PersonWrites {
  return {
    personKey: (fresh) =>
      inTurn(async () => {
        const key = tables.personKey.get('1', true) ?? fresh
        tables.personKey.set('1', key)
        return key
      }),
    notePersonQuestion: (row) =>
      inTurn(async () => {
        const before = [...tables.personQuestions.entries(true)].length
        tables.personQuestions.set(String(before + 1), row)
      }),
  }
}
