import { useCallback, useEffect, useState } from 'react'
import type { Health, QueueRow } from '../../../../electron/bridge/maintenance.contract.ts'
import type { QueueView } from '../../../../sync/protocol/queue-view.ts'
import type { ServiceItem } from '../../../../sync/protocol/service-item.ts'
import { showTicket } from '../../../../sync/protocol/ticket.ts'
import { Button, Notice, Spaced } from '../../../ui/components.tsx'
import { local, say } from '../../../ui/strings/say.ts'
import type { Schedule } from '../../live-view.ts'
import { Page } from '../../shell/page.tsx'
import { Waiting } from '../../shell/waiting.tsx'
import { useBridge } from '../../use-watch.ts'
import { DevicesPage } from './devices-page.tsx'
import { PinPage } from './pin-page.tsx'
import { cabinetWords, headline, size, stamp, stateWords } from './queue-words.ts'
import { type QueueList, type Tab, useQueue } from './use-queue.ts'

const TABS: readonly Tab[] = ['quarantined', 'queued', 'received']

interface MaintenanceProps {
  readonly queue: QueueView | null
  readonly items: readonly ServiceItem[]
  readonly schedule: Schedule | null
  readonly now: Date
  readonly onLeave: () => void
}

/** Behind the PIN: how the machine and its queue stand. Who applied is not known here and not shown. */
export function MaintenancePage(props: MaintenanceProps) {
  const bridge = useBridge()
  const [token, setToken] = useState<string | null>(null)
  const [view, setView] = useState<'queue' | 'devices'>('queue')
  const onLocked = useCallback(() => setToken(null), [])
  useEffect(() => {
    if (token === null) return
    return () => {
      bridge
        .call((client) => client.maintenance.lock({ token }))
        .catch((cause: unknown) => console.warn('main was not told that the maintainer left', cause))
    }
  }, [bridge, token])
  if (token === null) return <PinPage onOpen={setToken} />
  if (view === 'queue')
    return <Opened {...props} token={token} onLocked={onLocked} onDevices={() => setView('devices')} />
  return <DevicesPage token={token} onLocked={onLocked} onQueue={() => setView('queue')} onLeave={props.onLeave} />
}

interface OpenedProps extends MaintenanceProps {
  readonly token: string
  readonly onLocked: () => void
  readonly onDevices: () => void
}

function Opened(props: OpenedProps) {
  const { queue, items, token, now } = props
  const [tab, setTab] = useState<Tab>('quarantined')
  const list = useQueue({
    token,
    tab,
    stamp: JSON.stringify(queue),
    schedule: props.schedule,
    onLocked: props.onLocked,
  })
  const count = { quarantined: queue?.quarantined, queued: queue?.waiting, received: queue?.received }
  return (
    <Page
      testId="maintenance-page"
      className="maintenance"
      question={<Spaced text={headline(queue, list.health, now.getTime())} />}
      read={list.health === null ? null : <Stands health={list.health} />}
      actions={<Actions {...props} tab={tab} list={list} />}
    >
      <div className="tabs" role="tablist">
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            aria-selected={each === tab}
            className={`choice ${each === tab ? 'is-chosen' : ''}`}
            data-testid={`tab-${each}`}
            onClick={() => setTab(each)}
          >
            <Spaced text={say(`maintain.tab.${each}`, { count: count[each] ?? 0 })} />
          </button>
        ))}
      </div>
      {list.rows === null ? (
        <Waiting text={say('maintain.looking')} />
      ) : list.rows.length === 0 ? (
        <p className="maintenance-none">{say(`maintain.none.${tab}`)}</p>
      ) : (
        <div className="sheet queue-rows">
          {list.rows.map((row) => (
            <Row key={row.submissionId} row={row} items={items} nowMs={now.getTime()} />
          ))}
        </div>
      )}
      {list.page > 1 || list.more ? (
        <div className="pager">
          <Button isOff={list.page === 1} onPress={() => list.turn(-1)}>
            {say('home.previous-page')}
          </Button>
          <span>{say('maintain.page', { page: list.page })}</span>
          <Button isOff={!list.more} onPress={() => list.turn(1)} testId="rows-next">
            {say('home.next-page')}
          </Button>
        </div>
      ) : null}
    </Page>
  )
}

function Row({
  row,
  items,
  nowMs,
}: {
  readonly row: QueueRow
  readonly items: readonly ServiceItem[]
  readonly nowMs: number
}) {
  const item = items.find((each) => each.id === row.itemId)
  return (
    <div className="queue-row" data-testid={`row-${row.ticket}`} data-state={row.state} data-reason={row.reason ?? ''}>
      <strong className="queue-ticket">{showTicket(row.ticket)}</strong>
      <span className="queue-words">
        <span className="queue-what">
          <span>{item === undefined ? row.itemId : local(item.name)}</span>
          <span className="soft">
            <Spaced text={say('maintain.row-accepted', { time: stamp(row.acceptedAt), size: size(row.bytes) })} />
          </span>
        </span>
        <span className={row.state === 'quarantined' ? 'queue-trouble' : 'soft'}>
          <Spaced text={stateWords(row, nowMs)} />
          {row.detail === null || row.state !== 'quarantined' ? null : <span className="soft">　{row.detail}</span>}
        </span>
      </span>
    </div>
  )
}

/** How the machine itself stands; what needs somebody is a notice, the rest is one line. */
function Stands({ health }: { readonly health: Health }) {
  return (
    <div className="stands" data-testid="health">
      {health.damage.slice(-2).map((each) => (
        <Notice
          key={`${each.place} ${each.at}`}
          kind="trouble"
          sign="alert"
          heading={say(`maintain.damage.${each.kind}`, { time: stamp(each.at) })}
        >
          <span>
            {each.tickets.length === 0
              ? say('maintain.damage-no-ticket')
              : say('maintain.damage-tickets', { tickets: each.tickets.map(showTicket).join(say('list.and')) })}
          </span>
        </Notice>
      ))}
      {health.intake === 'open' ? null : (
        <Notice kind="trouble" sign="alert" heading={say(`intake.${health.intake}`)}>
          <span>{say(health.intake === 'no-power' ? 'maintain.power-lost' : 'maintain.make-room')}</span>
        </Notice>
      )}
      {health.oneTimePrints.isDamaged ? (
        <Notice kind="trouble" sign="alert" heading={say('maintain.one-time-damaged')}>
          <span>{say('maintain.one-time-damaged-line')}</span>
        </Notice>
      ) : null}
      <p className="soft">
        <Spaced
          text={[
            health.freeBytes === null
              ? say('maintain.free-unknown')
              : say('maintain.free', { size: size(health.freeBytes) }),
            health.backedUpThrough === null
              ? say('maintain.no-backup')
              : say('maintain.backup', { sequence: health.backedUpThrough }),
            health.lastReconciledAt === null
              ? say('maintain.never-compared')
              : say('maintain.compared', { time: stamp(health.lastReconciledAt) }),
            say(`maintain.drain.${health.drainOwner}`),
            ...cabinetWords(health),
          ].join(say('maintain.and'))}
        />
      </p>
    </div>
  )
}

type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'exporting' }
  | { readonly kind: 'said'; readonly text: string; readonly isTrouble: boolean; readonly file?: string }

interface ActionsProps extends OpenedProps {
  readonly tab: Tab
  readonly list: QueueList
}

function Actions({ token, tab, list, onLocked, onDevices, onLeave }: ActionsProps) {
  const bridge = useBridge()
  const [doing, setDoing] = useState<Doing>({ kind: 'nothing' })
  const lost = (cause: unknown) => {
    console.warn('main did not answer the maintainer', cause)
    setDoing({ kind: 'said', text: say('maintain.lost'), isTrouble: true })
  }
  const requeue = () => {
    const submissionIds = (list.rows ?? []).map((row) => row.submissionId)
    bridge
      .call((client) => client.maintenance.requeue({ token, submissionIds }))
      .then((answer) => {
        if (!answer.ok) return onLocked()
        setDoing({ kind: 'said', text: say('maintain.requeued', { count: answer.requeued }), isTrouble: false })
        list.refresh()
      })
      .catch(lost)
  }
  const exportAll = () => {
    setDoing({ kind: 'exporting' })
    bridge
      .call((client) => client.maintenance.exportUnsent({ token }))
      .then((answer) => {
        if (answer.ok) {
          const { file, submissions: count, bytes } = answer
          if (count === 0) setDoing({ kind: 'said', text: say('maintain.nothing-to-export'), isTrouble: false })
          else
            setDoing({
              kind: 'said',
              text: say('maintain.exported', { count, size: size(bytes) }),
              isTrouble: false,
              file,
            })
        } else if (answer.fault === 'not-unlocked') onLocked()
        else setDoing({ kind: 'said', text: say('maintain.not-exported'), isTrouble: true })
      })
      .catch(lost)
  }
  return (
    <>
      {doing.kind === 'exporting' ? <Waiting text={say('maintain.exporting')} testId="exporting" /> : null}
      {doing.kind === 'said' ? (
        <Notice
          kind={doing.isTrouble ? 'trouble' : 'information'}
          sign={doing.isTrouble ? 'alert' : 'check'}
          heading={doing.text}
          testId="maintenance-said"
        >
          {doing.file === undefined ? null : (
            <>
              <span className="maintenance-file">{doing.file}</span>
              <span>{say('maintain.exported-next')}</span>
            </>
          )}
        </Notice>
      ) : null}
      <div className="maintenance-actions">
        <Button
          sign="again"
          isOff={tab !== 'quarantined' || list.rows?.length === 0}
          onPress={requeue}
          testId="requeue"
        >
          {say('maintain.requeue')}
        </Button>
        <Button sign="tray" isOff={doing.kind === 'exporting'} onPress={exportAll} testId="export">
          {say('maintain.export')}
        </Button>
        <Button sign="printer" onPress={onDevices} testId="show-devices">
          {say('maintain.devices')}
        </Button>
        <Button sign="leave" look="primary" onPress={onLeave} testId="maintenance-leave">
          {say('maintain.leave')}
        </Button>
      </div>
    </>
  )
}
