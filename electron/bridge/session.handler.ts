import { implement } from '@orpc/server'
import type { CardSession } from '../card-session.ts'
import { session } from './session.contract.ts'

export function sessionHandlers(visit: CardSession) {
  const os = implement(session)
  return os.router({
    open: os.open.handler(({ input }) => ({ sameVisit: visit.open(input.pageId) })),
    save: os.save.handler(({ input }) => ({ saved: visit.save(input) })),
    restore: os.restore.handler(({ input }) => visit.restore(input.readId)),
    end: os.end.handler(({ input }) => {
      visit.end(input.why)
      return { wiped: true as const }
    }),
  })
}
