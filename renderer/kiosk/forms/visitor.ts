import { say } from '../../ui/strings/say.ts'
import type { SessionContext } from '../machine/session-types.ts'
import { formOfAddress } from './show.ts'

/** Who is being served, as the status line says it: 周先生正在办理, 周先生替赵先生办. Nobody without a card. */
export function visitLine({ card, proxy }: Pick<SessionContext, 'card' | 'proxy'>): string | null {
  if (card === null) return null
  const who = formOfAddress(card.applicant)
  const principal = proxy?.bound?.maskedName ?? (proxy?.principal ? formOfAddress(proxy.principal) : undefined)
  return principal === undefined ? say('status.visit', { who }) : say('proxy.visit', { agent: who, principal })
}
