import { implement } from '@orpc/server'
import type { AgentRation } from '../agent-ration.ts'
import type { CardSession } from '../card-session.ts'
import { follow } from '../cell.ts'
import type { PrincipalSeat } from '../principal-seat.ts'
import { proxy } from './proxy.contract.ts'

export interface ProxyParts {
  readonly session: Pick<CardSession, 'applicant' | 'expectPrincipal'>
  readonly seat: Pick<PrincipalSeat, 'event'>
  readonly ration: Pick<AgentRation, 'left'>
}

export function proxyHandlers({ session, seat, ration }: ProxyParts) {
  const os = implement(proxy)
  return os.router({
    left: os.left.handler(() => {
      const agent = session.applicant()
      return { left: agent === undefined ? 0 : ration.left(agent.idNumber) }
    }),
    expectPrincipal: os.expectPrincipal.handler(({ input }) => ({ expected: session.expectPrincipal(input.expected) })),
    watchPrincipal: os.watchPrincipal.handler(({ signal }) => follow(seat.event, signal)),
  })
}
