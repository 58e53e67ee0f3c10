import { implement } from '@orpc/server'
import type { CardSession } from '../card-session.ts'
import { follow } from '../cell.ts'
import { identity } from './identity.contract.ts'

export function identityHandlers(session: CardSession) {
  const os = implement(identity)
  return os.router({
    watchCard: os.watchCard.handler(({ signal }) => follow(session.card, signal)),
  })
}
