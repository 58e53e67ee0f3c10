import { useLayoutEffect, useRef, useState } from 'react'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { Connection } from '../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'
import type { Badge } from '../shell/badge.ts'
import { isClosed } from '../shell/intake.ts'
import { IntakeClosed } from '../shell/intake-closed.tsx'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { ItemCard } from './item-card.tsx'
import { useRoom } from './use-room.ts'

interface HomePageProps {
  /** null while no catalogue has come. */
  readonly items: readonly ServiceItem[] | null
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly connection: Connection | null
  readonly visitor: string | null
  readonly onChoose: (item: ServiceItem) => void
  readonly intake: IntakeState
  readonly onMyCases: () => void
  readonly onSearch: () => void
  readonly onComplain: () => void
}

/** As many usually have room on our panels. */
const ITEMS = { upright: 8, lying: 4 } as const

export function HomePage(props: HomePageProps) {
  const { items, badgeOf, connection, visitor, onChoose, intake, onMyCases, onSearch, onComplain } = props
  const [page, setPage] = useState(0)
  const [guess] = useState(() => (matchMedia('(orientation: landscape)').matches ? ITEMS.lying : ITEMS.upright))
  const [hasPages, setHasPages] = useState((items?.length ?? 0) > guess)
  const isOffline = connection === 'no-network' || connection === 'hub-silent'
  const list = useRef<HTMLDivElement>(null)
  // The rest by 下一页, never by dragging.
  const room = useRoom(list, `${items?.length} ${hasPages} ${isOffline} ${intake}`, guess)
  const pages = Math.max(1, Math.ceil((items?.length ?? 0) / room))
  const shownPage = Math.min(page, pages - 1)
  useLayoutEffect(() => setHasPages(pages > 1), [pages])
  return (
    <Page
      testId="home-page"
      className="home"
      question={say('home.question')}
      read={
        <>
          {isClosed(intake) ? (
            <IntakeClosed why={intake} />
          ) : isOffline ? (
            <Notice kind="trouble" testId="offline-notice">
              <strong className="notice-heading">
                {say(connection === 'no-network' ? 'home.offline' : 'home.hub-silent')}
              </strong>
              <span className="notice-line">
                <Sign name="tray" />
                {say('home.offline-kept')}
              </span>
              <span className="notice-line">
                <Sign name="printer" />
                {say('home.offline-receipt')}
              </span>
              <span className="notice-line">
                <Sign name="send" />
                {say('home.offline-sent')}
              </span>
            </Notice>
          ) : null}
          <Notice kind="information" sign="card" testId={visitor === null ? 'card-first' : 'card-ok'}>
            {cardWords(visitor)}
          </Notice>
        </>
      }
    >
      {items === null ? (
        <Waiting text={say('home.loading')} />
      ) : items.length === 0 ? (
        <Notice kind="trouble" sign="alert" heading={say('home.empty')} />
      ) : (
        <>
          <button type="button" className="box search-entry" data-testid="search-entry" onClick={onSearch}>
            <Sign name="search" />
            {say('search.entry')}
          </button>
          <div className="section-row">
            <h2 className="section">{say('home.items')}</h2>
            <span className="section-ways">
              <Button onPress={onComplain} sign="send" testId="complain">
                {say('complaint.entry')}
              </Button>
              <Button onPress={onMyCases} sign="card" testId="my-cases">
                {say('cases.home-entry')}
              </Button>
            </span>
          </div>
          <div className="items" ref={list}>
            {items.slice(shownPage * room, (shownPage + 1) * room).map((item) => (
              <ItemCard key={item.id} item={item} badge={badgeOf(item)} onChoose={() => onChoose(item)} />
            ))}
          </div>
          {pages > 1 ? (
            <div className="pager">
              <Button isOff={shownPage === 0} onPress={() => setPage(shownPage - 1)}>
                {say('home.previous-page')}
              </Button>
              <span>{say('home.page', { page: shownPage + 1, pages })}</span>
              <Button isOff={shownPage + 1 === pages} onPress={() => setPage(shownPage + 1)} testId="items-next">
                {say('home.next-page')}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Page>
  )
}

function cardWords(visitor: string | null): string {
  if (visitor === null) return say('home.card-first')
  return visitor === say('who.unknown') ? say('home.card-ok-plain') : say('home.card-ok', { who: visitor })
}
