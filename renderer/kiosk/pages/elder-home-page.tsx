import { useState } from 'react'
import type { IntakeState } from '../../../electron/bridge/queue.contract.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice, Spaced } from '../../ui/components.tsx'
import { local, say } from '../../ui/strings/say.ts'
import type { Badge } from '../shell/badge.ts'
import { BadgeView } from '../shell/badge-view.tsx'
import { isClosed } from '../shell/intake.ts'
import { IntakeClosed } from '../shell/intake-closed.tsx'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'

/** Four answers at most; what is not among them is behind 更多的事 (look.md section 1). */
const CHOICES = 4

interface ElderHomeProps {
  readonly items: readonly ServiceItem[] | null
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly visitor: string | null
  readonly intake: IntakeState
  readonly onChoose: (item: ServiceItem) => void
  readonly onMyCases: () => void
  readonly onComplain: () => void
}

/** Elder mode's home (picture 14): three things people come for, and what became of the last one; the rest page by page. */
export function ElderHomePage({ items, badgeOf, visitor, intake, onChoose, onMyCases, onComplain }: ElderHomeProps) {
  const [page, setPage] = useState(0)
  const groups = groupsOf(items ?? [])
  const shown = groups[page] ?? []
  return (
    <Page
      testId="home-page"
      className="elder-home"
      question={<Broken text={say('elder-home.question')} />}
      read={
        isClosed(intake) ? (
          <IntakeClosed why={intake} />
        ) : (
          <Notice kind="information" sign="card" testId={visitor === null ? 'card-first' : 'card-ok'}>
            {say(visitor === null ? 'elder-home.card-first' : 'home.card-ok-plain')}
          </Notice>
        )
      }
      actions={
        items !== null && items.length > 0 ? (
          <Button className="tall" onPress={() => setPage((page + 1) % groups.length)} testId="more-items">
            {say(page + 1 < groups.length ? 'elder-home.more' : 'elder-home.first')}
          </Button>
        ) : undefined
      }
    >
      {items === null ? (
        <Waiting text={say('home.loading')} />
      ) : items.length === 0 ? (
        <Notice kind="trouble" sign="alert" heading={say('home.empty')} />
      ) : (
        <div className={`elder-choices ${page === 0 ? '' : 'is-further'}`}>
          {shown.map((item) => (
            <ElderItem key={item.id} item={item} badge={badgeOf(item)} onChoose={() => onChoose(item)} />
          ))}
          {page === 0 ? (
            <button type="button" className="choice elder-choice" data-testid="my-cases" onClick={onMyCases}>
              <span className="seal" aria-hidden="true">
                {say('elder-home.look-up-seal')}
              </span>
              <span className="choice-words">
                <span className="choice-word">{say('elder-home.look-up')}</span>
                <span className="choice-note">{say('elder-home.look-up-note')}</span>
              </span>
            </button>
          ) : null}
          {page === 1 ? (
            <button type="button" className="choice elder-choice" data-testid="complain" onClick={onComplain}>
              <span className="seal" aria-hidden="true">
                {say('complaint.seal')}
              </span>
              <span className="choice-words">
                <span className="choice-word">{say('complaint.entry')}</span>
                <span className="choice-note">{say('elder-home.complain-note')}</span>
              </span>
            </button>
          ) : null}
        </div>
      )}
    </Page>
  )
}

/** The first group leaves a place for 我办的事, the second, behind 更多的事 pressed once, for 投诉和建议. */
function groupsOf(items: readonly ServiceItem[]): readonly (readonly ServiceItem[])[] {
  const few = CHOICES - 1
  const groups = [items.slice(0, few), items.slice(few, 2 * few)]
  for (let at = 2 * few; at < items.length; at += CHOICES) groups.push(items.slice(at, at + CHOICES))
  return groups
}

interface ElderItemProps {
  readonly item: ServiceItem
  readonly badge: Badge | null
  readonly onChoose: () => void
}

function ElderItem({ item, badge, onChoose }: ElderItemProps) {
  const use = badge === null || badge.reason === null ? local(item.use) : say(badge.reason)
  return (
    <button type="button" className="choice elder-choice" data-testid={`item-${item.id}`} onClick={onChoose}>
      <span className="seal" aria-hidden="true">
        {item.seal}
      </span>
      <span className="choice-words">
        <span className="choice-word">{local(item.name)}</span>
        <span className="choice-note">
          <Spaced text={use} />
        </span>
        <BadgeView badge={badge} />
      </span>
    </button>
  )
}
