import { implement } from '@orpc/server'
import type { Log } from '../events.ts'
import { type About, maintenance } from './maintenance.contract.ts'

export function maintenanceHandlers(about: About, log: Log) {
  const os = implement(maintenance)
  return os.router({
    about: os.about.handler(() => about),
    report: os.report.handler(({ input }) => {
      log('page-event', { page: input.event, detail: withoutPersons(input.detail) })
      return { logged: true as const }
    }),
  })
}

/**
 * The page must report nothing of a citizen; if a fault's text does all the same (a value inside a message), names,
 * addresses and numbers do not get into the log: runs of letters beyond Latin and of five or more digits are covered.
 */
export function withoutPersons(detail: string): string {
  return detail.replace(/[^\P{L}a-zA-Z]+/gu, '＊').replace(/\d[\d -]{3,}[\dXx]/g, '＊')
}
