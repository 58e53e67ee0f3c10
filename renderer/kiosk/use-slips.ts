import type { SessionActor } from './session-wiring.ts'
import { useCodes } from './use-codes.ts'

/** What every slip begins with (sync/protocol/handover.ts); the rest is for main to read. */
const SLIP_SCHEME = 'bianmin-handover:'

/** A slip that is shown where nothing is filled in yet takes its form up; elsewhere it is nobody's. */
export function useSlips(session: SessionActor): void {
  useCodes((text) => {
    if (!text.trim().startsWith(SLIP_SCHEME)) return false
    const event = { type: 'SLIP', code: text.trim() } as const
    const isWanted = session.getSnapshot().can(event)
    if (isWanted) session.send(event)
    return isWanted
  })
}
