import { implement } from '@orpc/server'
import type { HandoverDesk } from '../handover-desk.ts'
import { handover } from './handover.contract.ts'

export function handoverHandlers(desk: Pick<HandoverDesk, 'handOver' | 'open' | 'held'>) {
  const os = implement(handover)
  return os.router({
    handOver: os.handOver.handler(({ input }) => desk.handOver(input)),
    open: os.open.handler(({ input }) => desk.open(input.code)),
    held: os.held.handler(() => ({ erasing: desk.held() })),
  })
}
