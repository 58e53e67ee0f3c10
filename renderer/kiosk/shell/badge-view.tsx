import { Sign, type SignName } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'
import type { Badge, BadgeKind } from './badge.ts'

const SIGN_OF: Readonly<Record<BadgeKind, SignName>> = { 'done-here': 'check', 'taken-in': 'tray', window: 'door' }

/** Sign and word, never colour alone. */
export function BadgeView({ badge, isLong = false }: { readonly badge: Badge | null; readonly isLong?: boolean }) {
  if (badge === null) return <span className="badge badge-unknown" />
  return (
    <span className={`badge badge-${badge.kind} ${isLong ? 'badge-long' : ''}`} data-badge={badge.kind}>
      <Sign name={SIGN_OF[badge.kind]} />
      {say(`${isLong ? 'badge.long' : 'badge'}.${badge.kind}`)}
    </span>
  )
}
