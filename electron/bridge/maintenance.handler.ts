import { implement } from '@orpc/server'
import type { Log } from '../events.ts'
import { type About, maintenance } from './maintenance.contract.ts'

export function maintenanceHandlers(about: About, log: Log) {
  const os = implement(maintenance)
  return os.router({
    about: os.about.handler(() => about),
    report: os.report.handler(({ input }) => {
      log('page-event', { page: input.event, detail: input.detail })
      return { logged: true as const }
    }),
  })
}
