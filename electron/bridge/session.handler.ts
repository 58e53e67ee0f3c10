import { implement } from '@orpc/server'
import type { CardSession } from '../card-session.ts'
import { session } from './session.contract.ts'

/** While staff helps no signature is kept: the citizen draws it alone. */
export function sessionHandlers(visit: CardSession, isStaffHelping: () => boolean = () => false) {
  const os = implement(session)
  return os.router({
    open: os.open.handler(({ input }) => ({ sameVisit: visit.open(input.pageId) })),
    save: os.save.handler(({ input: { signature, ...others } }) => ({
      saved: visit.save(signature === undefined || isStaffHelping() ? others : { ...others, signature }),
    })),
    restore: os.restore.handler(({ input }) => visit.restore(input.readId)),
    end: os.end.handler(({ input }) => {
      visit.end(input.why)
      return { wiped: true as const }
    }),
  })
}
