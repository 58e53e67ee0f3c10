import { implement } from '@orpc/server'
import type { FeedbackIntake } from '../feedback-intake.ts'
import { feedback } from './feedback.contract.ts'

export function feedbackHandlers(intake: FeedbackIntake) {
  const os = implement(feedback)
  return os.router({
    rate: os.rate.handler(({ input }) => intake.rate(input)),
    complain: os.complain.handler(({ input }) => intake.complain(input)),
  })
}
