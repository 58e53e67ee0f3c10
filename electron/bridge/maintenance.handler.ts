import { implement } from '@orpc/server'
import type { Log } from '../events.ts'
import type { ReadinessView } from '../readiness.ts'
import type { StaffDoor } from '../staff-door.ts'
import { type About, type Health, maintenance, type QueueRow } from './maintenance.contract.ts'

export interface RowsQuery {
  readonly state: QueueRow['state'] | null
  /** deviceSequence of the last row seen, or null for the newest. */
  readonly before: number | null
  readonly limit: number
}

export type ExportResult =
  | { readonly ok: true; readonly file: string; readonly submissions: number; readonly bytes: number }
  | { readonly ok: false; readonly fault: 'not-written' }

export interface MaintenanceParts extends ReadinessView {
  readonly about: About
  readonly door: StaffDoor
  queueRows(query: RowsQuery): Promise<{ readonly rows: QueueRow[]; readonly more: boolean }>
  health(): Health
  /** How many were quarantined and are queued again. */
  requeue(submissionIds: readonly string[]): Promise<number>
  exportUnsent(): Promise<ExportResult>
  readonly log: Log
}

const DENIED = { ok: false, fault: 'not-unlocked' } as const

export function maintenanceHandlers(parts: MaintenanceParts) {
  const { about, door, log } = parts
  const os = implement(maintenance)
  return os.router({
    about: os.about.handler(() => about),
    report: os.report.handler(({ input }) => {
      log('page-event', { page: input.event, detail: withoutPersons(input.detail) })
      return { logged: true as const }
    }),
    unlock: os.unlock.handler(({ input }) => door.unlock(input.pin)),
    lock: os.lock.handler(({ input }) => {
      door.lock(input.token)
      return { locked: true as const }
    }),
    queueRows: os.queueRows.handler(async ({ input: { token, ...query } }) =>
      door.isOpen(token) ? { ok: true as const, ...(await parts.queueRows(query)) } : DENIED,
    ),
    health: os.health.handler(({ input }) =>
      door.isOpen(input.token) ? { ok: true as const, health: parts.health() } : DENIED,
    ),
    requeue: os.requeue.handler(async ({ input }) =>
      door.isOpen(input.token) ? { ok: true as const, requeued: await parts.requeue(input.submissionIds) } : DENIED,
    ),
    exportUnsent: os.exportUnsent.handler(async ({ input }) =>
      door.isOpen(input.token) ? await parts.exportUnsent() : DENIED,
    ),
    readiness: os.readiness.handler(({ input }) =>
      door.isOpen(input.token) ? { ok: true as const, devices: [...parts.readiness()] } : DENIED,
    ),
    printReadiness: os.printReadiness.handler(async ({ input }) =>
      door.isOpen(input.token) ? await parts.printReadiness() : DENIED,
    ),
  })
}

/**
 * The page must report nothing of a citizen; if a fault's text does all the same (a value inside a message), names,
 * addresses and numbers do not get into the log: runs of letters beyond Latin and of five or more digits are covered.
 */
export function withoutPersons(detail: string): string {
  return detail.replace(/[^\P{L}a-zA-Z]+/gu, '＊').replace(/\d[\d -]{3,}[\dXx]/g, '＊')
}
