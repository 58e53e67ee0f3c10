import type { MemoryTables } from './memory-tables.ts'
import type { StaffReads, StaffWrites } from './staff-store.ts'

/** The staff part of the memory store: `own` sees what the running transaction wrote. */
export function memoryStaffReads(tables: MemoryTables, own: boolean): StaffReads {
  return {
    staff: async () => [...tables.staff.entries(own)].map(([, row]) => row).sort((a, b) => (a.id < b.id ? -1 : 1)),
    staffList: async (terminalId) => tables.staffLists.get(terminalId, own),
    helpersOf: async (submissionId) => tables.helpers.get(submissionId, own) ?? [],
  }
}

/** `write` refuses what a process that died still wants to do. */
export function memoryStaffWrites(tables: MemoryTables, write: (work: () => void) => Promise<void>): StaffWrites {
  return {
    saveStaff: (row) =>
      write(() => {
        for (const [id, other] of tables.staff.entries(true)) {
          if (id !== row.id && other.badgeId === row.badgeId) {
            throw new Error(`memory store: duplicate key in staff: ${row.badgeId}`)
          }
        }
        tables.staff.set(row.id, row)
      }),
    saveStaffList: (list) => write(() => tables.staffLists.set(list.terminalId, list)),
  }
}
