import { say } from '../../ui/strings/say.ts'
import type { SessionContext } from '../machine/session-types.ts'
import { formOfAddress } from './show.ts'

/** Who is being served, as the status line may say it: 周先生, or 周先生替赵先生. Nobody without a card. */
export function visitorOf({ card, proxy }: Pick<SessionContext, 'card' | 'proxy'>): string | null {
  if (card === null) return null
  const agent = formOfAddress(card.applicant)
  if (proxy === null || proxy.principal === null) return agent
  return say('proxy.visitor', { agent, principal: formOfAddress(proxy.principal) })
}
