import { useEffect } from 'react'
import type { StaffView } from '../../../electron/bridge/staff.contract.ts'
import type { SessionActor } from '../session-wiring.ts'
import { useCodes } from '../use-codes.ts'
import { useBridge, useWatch } from '../use-watch.ts'

/** What every badge begins with (sync/protocol/staff.ts); the rest is for main to read. */
const BADGE_SCHEME = 'bianmin-staff:'
const NOBODY: StaffView = { call: null, pin: null, assist: null }

export interface Staff extends StaffView {
  readonly call: StaffView['call']
  /** Calls a person; main says what could be heard. */
  readonly onCall: () => void
  /** Staff leaves, the citizen goes on alone, or the PIN page is left. */
  readonly onLeave: (what: 'pin' | 'assist') => void
}

/** What main says of staff, told to the session, and what the page may ask of it. */
export function useStaff(session: SessionActor): Staff {
  const bridge = useBridge()
  const view = useWatch('staff', (client, options) => client.staff.watch(undefined, options)) ?? NOBODY
  const isHelping = view.assist !== null
  const { pin } = view

  useEffect(() => {
    session.send({ type: 'ASSIST', isHelping })
    // Whoever helps where nobody has begun begins a visit: it ends, and her part in it.
    if (isHelping && session.getSnapshot().matches({ journey: 'idle' })) session.send({ type: 'START' })
  }, [session, isHelping])
  useEffect(() => {
    if (pin !== null) session.send({ type: 'TOUCH' })
  }, [session, pin])
  // A badge from a scanner that types; main never hands those of the device host to the page.
  useCodes((text) => {
    if (!text.trim().startsWith(BADGE_SCHEME)) return false
    bridge
      .call((client) => client.staff.badge({ text }))
      .catch((cause: unknown) => console.warn('the badge was not taken', cause))
    return true
  })

  return {
    ...view,
    onCall: () => {
      bridge
        .call((client) => client.staff.call())
        .catch((cause: unknown) => console.warn('staff could not be called', cause))
    },
    onLeave: (what) => {
      bridge
        .call((client) => client.staff.leave({ what }))
        .catch((cause: unknown) => console.warn('main did not hear that staff left', cause))
    },
  }
}
