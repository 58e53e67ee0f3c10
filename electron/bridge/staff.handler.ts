import { implement } from '@orpc/server'
import { follow } from '../cell.ts'
import type { StaffDesk } from '../staff-desk.ts'
import { staff } from './staff.contract.ts'

export function staffHandlers(desk: StaffDesk) {
  const os = implement(staff)
  return os.router({
    watch: os.watch.handler(({ signal }) => follow(desk.view, signal)),
    call: os.call.handler(() => desk.call()),
    badge: os.badge.handler(({ input }) => ({ isBadge: desk.takeCode(input.text) })),
    pin: os.pin.handler(({ input }) => desk.pin(input.pin)),
    leave: os.leave.handler(({ input }) => {
      desk.leave(input.what)
      return { left: true as const }
    }),
  })
}
