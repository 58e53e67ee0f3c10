import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'

/** Whether nothing new is taken in at all, and so why. */
export function isClosed(intake: IntakeState): intake is Extract<IntakeState, 'no-space' | 'no-power'> {
  return intake === 'no-space' || intake === 'no-power'
}
