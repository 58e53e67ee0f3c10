import { endedRow, type HandoverReads, type HandoverWrites } from './handover-store.ts'
import type { MemoryTables } from './memory-tables.ts'

/** The hand-over part of the memory store: `own` sees what the running transaction wrote. */
export function memoryHandoverReads(tables: MemoryTables, own: boolean): HandoverReads {
  return {
    handover: async (handoverId) => tables.handovers.get(handoverId, own),
    openHandoversOf: async (terminalId, since) =>
      [...tables.handovers.entries(own)]
        .filter(([, row]) => row.sealedBy === terminalId && row.ended === null && row.sealedAt > since)
        .map(([, row]) => row.sealedAt)
        .sort(),
    handoverLog: async (handoverId) => tables.handoverLog.get(handoverId, own) ?? [],
  }
}

/** `write` refuses what a process that died still wants to do. */
export function memoryHandoverWrites(tables: MemoryTables, write: <T>(work: () => T) => Promise<T>): HandoverWrites {
  return {
    saveHandover: (row) => write(() => tables.handovers.set(row.handoverId, row)),
    logHandover: (line) =>
      write(() => {
        const before = tables.handoverLog.get(line.handoverId, true) ?? []
        tables.handoverLog.set(line.handoverId, [...before, line])
      }),
    sweepHandovers: (now, forgetBefore) =>
      write(() => {
        const over: string[] = []
        for (const [id, row] of [...tables.handovers.entries(true)]) {
          if (row.ended === null && row.expiresAt <= now) {
            over.push(id)
            tables.handovers.set(id, endedRow(row, 'expired'))
          }
          if (row.expiresAt < forgetBefore) tables.handovers.delete(id)
        }
        return over
      }),
  }
}
