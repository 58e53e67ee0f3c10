import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Notice, Spaced } from '../../ui/components.tsx'
import { Sign, type SignName } from '../../ui/icons.tsx'
import { local, say } from '../../ui/strings/say.ts'
import { stepCount } from '../forms/form-pages.ts'
import { printerSentence } from '../forms/sentences.ts'
import type { Badge } from '../shell/badge.ts'
import { BadgeView } from '../shell/badge-view.tsx'
import { Page } from '../shell/page.tsx'
import { BeginActions, WhoHasToGo } from './begin-actions.tsx'

interface ItemPageProps {
  readonly item: ServiceItem
  readonly badge: Badge | null
  /** What to sign in with while the reader is broken. */
  readonly otherWays: string | null
  readonly devices: Devices | null
  readonly onBegin: (forSomebodyElse: boolean) => void
}

/** What she does today, by whether it is signed and how she may sign in. */
const TODAY = {
  sign: { byCard: 'item.today-sign', anyWay: 'item.today-sign-other' },
  fill: { byCard: 'item.today-fill', anyWay: 'item.today-fill-other' },
} as const

/** What to bring, how long it takes, and what happens on this machine today (picture 03). */
export function ItemPage({ item, badge, otherWays, devices, onBegin }: ItemPageProps) {
  const canPrint = devices?.receiptPrinter?.state === 'ready' || devices?.receiptPrinter?.state === 'printing'
  const isConnected = badge?.kind === 'done-here' || badge?.reason === 'reason.result-later'
  const department = local(item.department.name)
  const isClosed = badge?.kind === 'window'
  return (
    <Page
      testId="item-page"
      className="item-guide"
      question={
        <>
          <span>{local(item.name)}</span>
          <BadgeView badge={badge} isLong />
        </>
      }
      hint={
        <span className="item-facts">
          <span>{department}</span>
          {item.crossProvince ? <span>{say('item.facts.cross')}</span> : null}
          <span>{say('item.facts.free')}</span>
        </span>
      }
      read={
        <>
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
      actions={<BeginActions item={item} isClosed={isClosed} own={say('item.self')} onBegin={onBegin} />}
    >
      <div className="sheets">
        <section className="sheet">
          <h2 className="section">{say('item.bring')}</h2>
          {item.bring.map((thing) => (
            <Row key={local(thing.what)} sign={thing.sign} what={local(thing.what)} note={local(thing.note)} />
          ))}
        </section>
        <section className="sheet">
          <h2 className="section">{say('item.how-long')}</h2>
          <Days word={say('item.legal')} days={item.days.legal} of={item.days.legal} isOurs={false} />
          <Days word={say('item.promised')} days={item.days.promised} of={item.days.legal} isOurs />
        </section>
        {isClosed ? null : (
          <section className="sheet">
            <h2 className="section">{say('item.today')}</h2>
            <Row
              sign="check"
              what={say(TODAY[item.signature ? 'sign' : 'fill'][otherWays === null ? 'byCard' : 'anyWay'])}
              note={say('item.today-steps', { steps: stepCount(item, {}), minutes: item.minutes })}
            />
            <Row
              sign={canPrint ? 'check' : 'alert'}
              what={say(canPrint ? 'item.today-print' : 'item.today-no-print')}
              note={printerSentence(devices)}
            />
            <Row
              sign={isConnected ? 'check' : 'tray'}
              what={say(isConnected ? 'item.today-deliver' : 'item.today-deliver-later')}
              note={say(isConnected ? 'item.today-deliver-note' : 'item.today-deliver-later-note')}
            />
            {item.notice === undefined ? null : <Notice kind="information">{local(item.notice)}</Notice>}
          </section>
        )}
      </div>
    </Page>
  )
}

function Row({ sign, what, note }: { sign: SignName; what: string; note: string }) {
  return (
    <div className="row">
      <Sign name={sign} />
      <span className="row-words">
        <strong>{what}</strong>
        <span className="row-note">
          <Spaced text={note} />
        </span>
      </span>
    </div>
  )
}

/** Working days as blocks; more than ten are too small to count and stand as a number only. */
const MOST_BLOCKS = 10

function Days({ word, days, of, isOurs }: { word: string; days: number; of: number; isOurs: boolean }) {
  const blocks = of <= MOST_BLOCKS ? Math.max(of, 1) : 0
  return (
    <div className={`days ${isOurs ? 'days-ours' : ''}`}>
      <span>{word}</span>
      <span className="days-blocks" aria-hidden="true">
        {Array.from({ length: blocks }, (_, day) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its day
          <i key={day} className={day < days ? 'is-filled' : 'is-spared'} />
        ))}
      </span>
      <span>
        <Spaced text={days === 0 ? say('item.at-once') : say('item.days', { days })} />
      </span>
    </div>
  )
}
