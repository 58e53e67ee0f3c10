import { ageOn } from '../../../sync/protocol/id-number.ts'

/** From this age on, by the card, elder mode is offered (domain.md section 4). */
const ELDER_AGE_YEARS = 60

/** Both ISO dates. */
export function isElderBy(birth: string, today: string): boolean {
  return ageOn(birth, today) >= ELDER_AGE_YEARS
}
