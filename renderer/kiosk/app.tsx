import { useSelector } from '@xstate/react'
import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from 'react'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import type { Applicant } from '../../sync/protocol/submission.ts'
import { Notice } from '../ui/components.tsx'
import { applyPanel } from '../ui/panel.ts'
import { say } from '../ui/strings/say.ts'
import { whyNoHandover } from './forms/handover-why.ts'
import { clockTime, formOfAddress, isoDate } from './forms/show.ts'
import { visitLine } from './forms/visitor.ts'
import type { LiveViewStore } from './live-view.ts'
import { IdlePage } from './pages/idle-page.tsx'
import type { SessionActor } from './session-wiring.ts'
import { badgeOf } from './shell/badge.ts'
import { isElderBy, saysAge } from './shell/elder-age.ts'
import { Frame } from './shell/frame.tsx'
import { Page } from './shell/page.tsx'
import type { SheetName } from './shell/sheets.tsx'
import { signInWays } from './shell/sign-in-ways.ts'
import { StaffSheet } from './shell/staff-sheet.tsx'
import { statusLine } from './shell/status-line.ts'
import { StaffArea } from './staff/staff-area.tsx'
import { type Staff, useStaff } from './staff/use-staff.ts'
import { useAbout } from './use-about.ts'
import { useLanguage } from './use-language.ts'
import { useNow } from './use-now.ts'
import { useSlips } from './use-slips.ts'
import { useSpeech } from './use-speech.ts'
import { useVisitParts } from './use-visit-parts.ts'
import { useBridge, useLine, useWatch } from './use-watch.ts'

interface AppProps {
  readonly session: SessionActor
  readonly view: LiveViewStore
}

/** Frame, page and overlays around the session; what each page does is the machine's. */
export function App({ session, view }: AppProps) {
  const state = useSelector(session, (snapshot) => snapshot)
  const { queue, schedule, find } = useSyncExternalStore(view.subscribe, view.get)
  const staff = useStaff(session)
  useSlips(session)
  const line = useLine()
  const about = useAbout()
  const now = useNow()
  const intake = useWatch('intake', (client, options) => client.queue.watchIntake(undefined, options))?.intake ?? 'open'
  const devices = useWatch('devices', (client, options) => client.devices.watchDevices(undefined, options))
  const { context } = state
  const { look } = context
  const delivery = useWatch(context.accepted === null ? null : context.accepted.submissionId, (client, options) =>
    client.submissions.watchDelivery({ submissionId: context.accepted?.submissionId ?? '' }, options),
  )
  const [isStaffOpen, setIsStaffOpen] = useState(false)
  const [sheet, setSheet] = useState<SheetName | null>(null)
  const visit = useVisitParts()
  const languages = useLanguage((language) => session.send({ type: 'LOOK', change: { language } }))

  // Before the pages' layout effects: they measure in the new look.
  useInsertionEffect(() => {
    if (about !== null) applyPanel(about.pxPerMm, look)
  }, [about, look])
  useEffect(() => {
    if (delivery !== null) session.send({ type: 'DELIVERY', delivery })
  }, [delivery, session])
  useReadyThenWorker(view)

  const isIdle = state.matches({ journey: 'idle' })
  const isAsking = state.matches({ attention: 'asking' })
  const isWiping = state.hasTag('wiping')
  const visitor = context.card === null ? null : formOfAddress(context.card.applicant)
  const liveQueue = line === null ? null : queue
  const connection = liveQueue?.connection ?? null
  const present = { signIn: context.card?.signIn ?? null, isHelped: context.isHelped }
  const badge = (item: ServiceItem) => badgeOf(item, devices, connection, intake, present)
  const ways = (item: ServiceItem) => (devices === null ? null : signInWays(item, devices, connection, present))
  const can = (type: 'BACK' | 'HOME') => (state.can({ type }) ? () => session.send({ type }) : null)
  const isVisit = !isIdle && !isWiping && !state.matches({ journey: 'restoring' })
  const offersElder =
    isVisit &&
    // Whose slip it is, and in which mode it goes on, is not known yet.
    !state.matches({ journey: 'slip' }) &&
    look.mode === 'standard' &&
    !context.elderOffered &&
    context.otherCard === null &&
    context.card !== null &&
    saysAge(context.card.signIn) &&
    isElderBy(context.card.applicant.birth, isoDate(now))
  const speech = useSpeech({
    look,
    isVisit: isVisit && !state.matches({ journey: 'maintenance' }),
    secrets: context.card === null ? [] : secretsOf(context.card.applicant),
  })
  const callStaff = () => {
    setIsStaffOpen(true)
    if (staff.assist === null) staff.onCall()
  }
  const leavePin = () => staff.onLeave('pin')
  const goOnAlone = () => staff.onLeave('assist')
  const handOver = () => {
    setIsStaffOpen(false)
    session.send({ type: 'HAND_OVER' })
  }
  const isFilling =
    state.matches({ journey: 'form' }) || state.matches({ journey: 'papers' }) || state.matches({ journey: 'confirm' })
  const maintain = () => {
    setIsStaffOpen(false)
    session.send({ type: 'MAINTAIN' })
  }

  return (
    <Frame
      about={about}
      status={statusLine(liveQueue, now.getTime(), intake)}
      connection={liveQueue?.connection ?? 'unknown'}
      waiting={liveQueue?.waiting ?? null}
      visitor={isIdle || isWiping ? null : visitLine(context)}
      now={now}
      showsDate={isIdle}
      onEnd={isIdle || isWiping || visitor === null ? null : () => session.send({ type: 'END' })}
      onBack={isWiping ? null : staff.pin === null ? can('BACK') : leavePin}
      onHome={isWiping || state.matches({ journey: 'home' }) ? null : can('HOME')}
      onStaff={callStaff}
      staffWords={staffWords(staff)}
      onLanguage={isWiping ? null : () => setSheet('language')}
      onLook={isWiping ? null : () => setSheet('look')}
      speech={speech.tool}
    >
      <StaffArea assist={isWiping ? null : staff.assist} onLeave={goOnAlone}>
        {staff.pin !== null && visit !== null && !isWiping ? (
          <visit.StaffPinPage desk={staff.pin} onLeave={leavePin} />
        ) : isIdle ? (
          <IdlePage
            reader={context.reader}
            badges={context.catalogue?.items.map(badge) ?? []}
            intake={intake}
            onStart={() => session.send({ type: 'START' })}
            onElder={() => {
              session.send({ type: 'LOOK', change: { mode: 'elder' } })
              session.send({ type: 'START' })
            }}
            onLookUp={() => session.send({ type: 'LOOK_UP' })}
            languages={languages}
          />
        ) : visit === null ? (
          <Page testId="blank-page" />
        ) : (
          <visit.Journey
            state={state}
            send={session.send}
            catalogue={context.catalogue}
            connection={connection}
            devices={devices}
            badgeOf={badge}
            waysOf={ways}
            intake={intake}
            queue={liveQueue}
            schedule={schedule}
            find={find}
            now={now}
            onStaff={callStaff}
            onAlone={goOnAlone}
          />
        )}
        {line === null && !isWiping ? <LostLine isIdle={isIdle} /> : null}
        {isStaffOpen ? (
          <StaffSheet
            about={about}
            call={staff.call}
            onClose={() => setIsStaffOpen(false)}
            handOver={
              isFilling && state.can({ type: 'HAND_OVER' })
                ? { onPress: handOver, whyNot: whyNoHandover(liveQueue?.connection ?? null, devices, 'why-not') }
                : null
            }
            onMaintain={state.can({ type: 'MAINTAIN' }) ? maintain : null}
          />
        ) : null}
        {visit === null ? null : (
          <visit.Sheets
            open={sheet}
            onOpen={setSheet}
            context={context}
            send={session.send}
            visitor={visitor}
            isWiping={isWiping}
            isAsking={isAsking}
            offersElder={offersElder}
            languages={languages}
            speech={speech}
          />
        )}
      </StaffArea>
    </Frame>
  )
}

/** What of a card may stand in a sentence. */
function secretsOf(applicant: Applicant): readonly string[] {
  const address = formOfAddress(applicant)
  return [applicant.name, applicant.idNumber, address === say('who.unknown') ? '' : address]
}

/** On the red bar: that somebody is called, or who is here. */
function staffWords({ call, assist }: Staff): string | null {
  if (assist !== null) return say('footer.staff-here', { name: assist.name })
  if (call === null || call.answeredAt !== null) return null
  return say('footer.staff-called', { time: clockTime(new Date(call.at)) })
}

/** A line that is back within this time was never missed. */
const LOST_AFTER_MS = 700

function LostLine({ isIdle }: { readonly isIdle: boolean }) {
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsShown(true), LOST_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return null
  return (
    <div className="lost-line">
      <Notice
        kind="trouble"
        sign="again"
        heading={say(isIdle ? 'bridge.lost-idle' : 'bridge.lost')}
        testId="bridge-lost"
      />
    </div>
  )
}

/** Once the idle page can be used: says so to main, then starts the sync worker, which nobody waits for. */
function useReadyThenWorker(view: LiveViewStore): void {
  const bridge = useBridge()
  useEffect(() => {
    performance.mark('bianmin:page-ready')
    const readyAtMs = Math.round(performance.now())
    const idle = requestIdleCallback(() => {
      void import('./start-worker.ts').then(({ startLiveView }) => startLiveView(bridge, view))
    })
    const report = () => {
      if (bridge.line === null) return
      unsubscribe()
      bridge
        .call((client) => client.maintenance.report({ event: 'page-ready', detail: `readyAtMs=${readyAtMs}` }))
        .catch((cause: unknown) => console.warn('could not report that the page is ready', cause))
    }
    const unsubscribe = bridge.subscribe(report)
    report()
    return () => {
      cancelIdleCallback(idle)
      unsubscribe()
    }
  }, [bridge, view])
}
