import { Notice } from '../../ui/components.tsx'
import { say } from '../../ui/strings/say.ts'

/** The disk is nearly full: what happened, what is safe, where to go. Goes by itself when there is room again. */
export function NoSpace() {
  return (
    <Notice kind="trouble" sign="alert" heading={say('intake.no-space')} testId="no-space">
      <span>{say('intake.no-space-safe')}</span>
      <span>{say('intake.no-space-where')}</span>
    </Notice>
  )
}
