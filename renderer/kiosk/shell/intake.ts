import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { ConfirmProblem } from '../machine/session-types.ts'

/** Whether nothing new is taken in at all, and so why. */
export function isClosed(intake: IntakeState): intake is Extract<IntakeState, 'no-space' | 'no-power'> {
  return intake === 'no-space' || intake === 'no-power'
}

/**
 * What stands above the submit button, as a submit-fault: why nothing is taken in, said before anybody presses; after a
 * refusal that is over, that it can be pressed again; else what came of the last press.
 */
export function confirmProblem(intake: IntakeState, problem: ConfirmProblem | null) {
  if (isClosed(intake)) return intake
  return problem === 'no-space' || problem === 'no-power' ? 'open-again' : problem
}
