import { CaseStateSchema } from '../../../sync/protocol/contact.ts'
import type { PersonCase } from '../../../sync/protocol/person.ts'
import { say } from '../../ui/strings/say.ts'
import { isBinding } from '../forms/binding-form.ts'

const [, TAKEN_ON] = CaseStateSchema.options

/** How far a case is, and what comes next. A binding is done with when the hub has taken it on: nobody works on it. */
export function caseWords({ itemId, state }: Pick<PersonCase, 'itemId' | 'state'>): {
  readonly state: string
  readonly next: string
} {
  if (isBinding({ id: itemId }) && state === TAKEN_ON)
    return { state: say('binding-case.done'), next: say('binding-case.done-next') }
  return { state: say(`case.${state}`), next: say(`case.${state}.next`) }
}
