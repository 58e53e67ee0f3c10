import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Spaced } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { local, say } from '../../ui/strings/say.ts'
import type { Badge } from '../shell/badge.ts'
import { BadgeView } from '../shell/badge-view.tsx'

interface ItemCardProps {
  readonly item: ServiceItem
  readonly badge: Badge | null
  readonly onChoose: () => void
}

/** Name, one line of use or the reason of its badge; the whole card is the target. */
export function ItemCard({ item, badge, onChoose }: ItemCardProps) {
  return (
    <button type="button" className="item-card" data-testid={`item-${item.id}`} onClick={onChoose}>
      <span className="seal" aria-hidden="true">
        {item.seal}
      </span>
      <span className="item-words">
        <span className="item-name">{local(item.name)}</span>
        <span className="item-use">
          <Spaced text={badge === null || badge.reason === null ? local(item.use) : say(badge.reason)} />
        </span>
      </span>
      <BadgeView badge={badge} />
      <Sign name="forward" />
    </button>
  )
}
