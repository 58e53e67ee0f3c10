import { ageOn } from '../../../sync/protocol/id-number.ts'
import type { SignIn } from '../../../sync/protocol/sign-in.ts'

/** From this age on, by the card, elder mode is offered (domain.md section 4). */
const ELDER_AGE_YEARS = 60

/** Only a card that lies here says how old its holder is (domain.md section 4); what was typed or redeemed offers nothing. */
export function saysAge({ by }: SignIn): boolean {
  return by === 'id-card' || by === 'social-security-card'
}

/** Both ISO dates. */
export function isElderBy(birth: string, today: string): boolean {
  return ageOn(birth, today) >= ELDER_AGE_YEARS
}
