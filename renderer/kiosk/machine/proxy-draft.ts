import type { PrincipalShown } from '../../../electron/bridge/bindings.contract.ts'
import type { Answers } from '../../../sync/protocol/answers.ts'
import type { BindingFault } from '../../../sync/protocol/binding.ts'
import type { ProxyFault } from '../../../sync/protocol/proxy-rules.ts'
import type { Applicant } from '../../../sync/protocol/submission.ts'
import type { Faults } from '../forms/form-pages.ts'

/** What a visit for somebody else knows of it: for whom, what the agent is to that person, by what authority. */
export interface ProxyDraft {
  /** By field id of the questions in proxy-steps.ts. */
  readonly answers: Answers
  readonly faults: Faults
  /** Index of the question that is asked. */
  readonly page: number
  /** Known once all is answered: from the second card, or as it was typed. */
  readonly principal: Applicant | null
  /** In the place of the principal, by a standing binding: whom main knows, and the page only by a masked name. */
  readonly bound: PrincipalShown | null
  /** Number of the person, or name of the binding, for whom the item's form was begun. */
  readonly begunFor: string | null
  /** Why it cannot be handed in for somebody else. */
  readonly refused: ProxyFault | BindingFault | 'agent-limit' | null
}
