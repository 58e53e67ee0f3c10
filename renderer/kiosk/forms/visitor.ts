import { say } from '../../ui/strings/say.ts'
import type { SessionContext } from '../machine/session-types.ts'
import { formOfAddress } from './show.ts'

/** Who is being served, as the status line says it: 周先生正在办理, 周先生替赵先生办. Nobody without a card. */
export function visitLine({ card, proxy }: Pick<SessionContext, 'card' | 'proxy'>): string | null {
  if (card === null) return null
  const who = formOfAddress(card.applicant)
  if (proxy === null || proxy.principal === null) return say('status.visit', { who })
  return say('proxy.visit', { agent: who, principal: formOfAddress(proxy.principal) })
}
