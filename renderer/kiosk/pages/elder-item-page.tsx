import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Notice, Spaced } from '../../ui/components.tsx'
import { Sign, type SignName } from '../../ui/icons.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { stepCount } from '../forms/form-pages.ts'
import type { Badge } from '../shell/badge.ts'
import { BadgeView } from '../shell/badge-view.tsx'
import { Page } from '../shell/page.tsx'
import { BeginActions, WhoHasToGo } from './begin-actions.tsx'

interface ElderItemProps {
  readonly item: ServiceItem
  readonly badge: Badge | null
  /** What to sign in with while the reader is broken. */
  readonly otherWays: string | null
  readonly onBegin: (forSomebodyElse: boolean) => void
}

/** More things to bring than these are named by hall staff and on the paper guide. */
const THINGS_SHOWN = 2

/** Elder mode's guide: what to bring, how long it takes here, when the result comes; nothing else. */
export function ElderItemPage({ item, badge, otherWays, onBegin }: ElderItemProps) {
  const isClosed = badge?.kind === 'window'
  const { promised } = item.days
  return (
    <Page
      testId="item-page"
      className="elder-item"
      question={local(item.name)}
      read={
        <>
          <BadgeView badge={badge} isLong />
          {badge?.reason == null ? null : (
            <Notice kind={isClosed ? 'trouble' : 'information'} sign={isClosed ? 'door' : 'tray'}>
              {say(badge.reason)}
            </Notice>
          )}
          {isClosed || otherWays === null ? null : (
            <Notice kind="trouble" sign="card" testId="other-ways">
              {otherWays}
            </Notice>
          )}
          <WhoHasToGo item={item} isClosed={isClosed} />
        </>
      }
      actions={<BeginActions item={item} isClosed={isClosed} own={say('elder-item.begin')} onBegin={onBegin} />}
    >
      <section className="sheet elder-facts">
        {item.bring.slice(0, THINGS_SHOWN).map((thing) => (
          <Fact key={local(thing.what)} sign={thing.sign} what={local(thing.what)} note={local(thing.note)} />
        ))}
        <Fact
          sign="pencil"
          what={say('elder-item.steps', { steps: stepCount(item, {}) })}
          note={say('elder-item.minutes', { minutes: item.minutes })}
        />
        <Fact
          sign="check"
          what={promised === 0 ? say('elder-item.at-once') : say('elder-item.days', { days: promised })}
          note={say('item.facts.free')}
        />
      </section>
    </Page>
  )
}

function Fact({ sign, what, note }: { readonly sign: SignName; readonly what: string; readonly note: string }) {
  return (
    <div className="row">
      <Sign name={sign} />
      <span className="row-words">
        <strong>
          <Spaced text={what} />
        </strong>
        <span className="row-note">
          <Spaced text={note} />
        </span>
      </span>
    </div>
  )
}
