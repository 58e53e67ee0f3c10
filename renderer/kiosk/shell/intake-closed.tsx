import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import { Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'

interface IntakeClosedProps {
  readonly why: Extract<IntakeState, 'no-space' | 'no-power'>
}

/** The disk is nearly full or mains power is gone: what happened, what is safe, where to go. Goes by itself. */
export function IntakeClosed({ why }: IntakeClosedProps) {
  return (
    <Notice kind="trouble" sign="alert" heading={say(`intake.${why}`)} testId={why}>
      <span>{say(`intake.${why}-safe`)}</span>
      <span>{say(`intake.${why}-where`)}</span>
    </Notice>
  )
}
