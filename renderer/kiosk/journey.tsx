import { type ReactNode, useEffect, useState } from 'react'
import type { Devices } from '../../electron/bridge/devices.contract.ts'
import type { IntakeState } from '../../electron/bridge/queue.contract.ts'
import type { ScannedPage } from '../../electron/bridge/scanning.contract.ts'
import type { Connection, QueueView } from '../../sync/protocol/queue-view.ts'
import type { Catalogue, Material, ServiceItem } from '../../sync/protocol/service-item.ts'
import { local, say } from '../ui/strings/say.ts'
import { ClosedOptions } from './forms/closed-options.ts'
import { isComplaint } from './forms/complaint-form.ts'
import { formOfAddress, isoDate } from './forms/show.ts'
import { HandoverJourney } from './handover-journey.tsx'
import type { Find, Schedule } from './live-view.ts'
import { isAgreed } from './machine/consent-steps.ts'
import { pageShown, pagesOf, paperNow } from './machine/paper-steps.ts'
import { itemInHand, proxyForm, proxyStepsShown, relationLabel, subjectOf, unmetHere } from './machine/proxy-steps.ts'
import type { SessionContext, SessionEvent } from './machine/session-types.ts'
import { licenceToldFor } from './machine/told-steps.ts'
import { HomePage } from './pages/home-page.tsx'
import { ProxySteps } from './pages/proxy-steps-shown.ts'
import {
  BindingsPage,
  BoundPage,
  CardPage,
  CasesPage,
  ConfirmPage,
  ConsentPage,
  ConsentRefusedPage,
  cannotScanKey,
  ElderHomePage,
  ElderItemPage,
  FormPage,
  ItemPage,
  LookupClosed,
  LookupPage,
  PapersPage,
  PreconditionPage,
  PrincipalPage,
  ProxyRefusedPage,
  RateAlone,
  RatingPage,
  ReceiptPage,
  SearchPage,
  SignIn,
} from './pages/visit-pages.ts'
import type { SessionState } from './session-state.ts'
import type { Badge } from './shell/badge.ts'
import { Page } from './shell/page.tsx'
import { otherWaysLine, type SignInWays } from './shell/sign-in-ways.ts'
import { Waiting } from './shell/waiting.tsx'
import { useCardPainted } from './use-card-painted.ts'

interface JourneyProps {
  readonly state: SessionState
  readonly send: (event: SessionEvent) => void
  readonly catalogue: Catalogue | null
  readonly connection: Connection | null
  readonly devices: Devices | null
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly waysOf: (item: ServiceItem) => SignInWays | null
  readonly intake: IntakeState
  readonly queue: QueueView | null
  readonly schedule: Schedule | null
  readonly find: Find | null
  readonly now: Date
  readonly onStaff: () => void
  /** The citizen goes on without the staff who helps. */
  readonly onAlone: () => void
}

/** The page of the state that the session is in; all but the idle page, which stands before this is there. */
export function Journey(props: JourneyProps) {
  const { card } = props.state.context
  const isPersonShown = props.state.matches({ journey: 'home' }) || props.state.matches({ journey: 'form' })
  useCardPainted(isPersonShown && card !== null ? card.readId : null)
  const { item, proxy } = props.state.context
  const at =
    props.state.matches({ journey: 'card' }) || props.state.matches({ journey: 'consent' })
      ? 'card'
      : props.state.matches({ journey: 'proxy' })
        ? 'questions'
        : 'form'
  return (
    <ProxySteps value={item === null || proxy === null ? NO_STEPS : proxyStepsShown(item, proxy, at)}>
      {pageOf(props)}
    </ProxySteps>
  )
}

const NO_STEPS = { behind: 0, ahead: 0 } as const
const NO_ITEMS: readonly ServiceItem[] = []

function pageOf(props: JourneyProps): ReactNode {
  const { state, send, catalogue, connection, devices, badgeOf, intake, onStaff } = props
  const { context } = state
  const { item, card, accepted } = context
  const divisions = catalogue?.divisions ?? []
  if (state.matches({ journey: 'maintenance' })) return <Maintenance {...props} />
  if (state.matches({ journey: 'lookup' })) {
    if (context.isHelped) return <LookupClosed onAlone={props.onAlone} />
    return (
      <LookupPage
        items={catalogue?.items ?? []}
        onStaff={onStaff}
        onMyCases={() => send({ type: 'MY_CASES' })}
        onFound={(itemId) => send({ type: 'LOOKED_UP', itemId })}
      />
    )
  }
  if (state.matches({ journey: 'cases' }) || state.matches({ journey: 'bindings' })) {
    if (context.isHelped) return <LookupClosed onAlone={props.onAlone} />
    const isCases = state.matches({ journey: 'cases' })
    if (card === null && connection === 'connected') {
      return (
        <CardPage
          item={null}
          isAgent={false}
          isMore={false}
          reader={context.reader}
          devices={devices}
          ways={null}
          onWay={() => undefined}
          onOnlyLook={() => send({ type: isCases ? 'LOOK_UP' : 'BACK' })}
          onStaff={onStaff}
        />
      )
    }
    if (!isCases) {
      return (
        <BindingsPage
          key={card?.readId ?? ''}
          isElder={context.look.mode === 'elder'}
          onBind={() => send({ type: 'BIND' })}
          onUnbind={(bindings, id) => send({ type: 'UNBIND', bindings, id })}
        />
      )
    }
    return (
      <CasesPage
        key={card?.readId ?? ''}
        items={catalogue?.items ?? []}
        isElder={context.look.mode === 'elder'}
        onTicket={() => send({ type: 'LOOK_UP' })}
        onBindings={() => send({ type: 'BINDINGS' })}
      />
    )
  }
  if (state.matches({ journey: 'search' })) {
    return (
      <SearchPage
        items={catalogue?.items ?? NO_ITEMS}
        query={context.query ?? ''}
        find={props.find}
        badgeOf={badgeOf}
        onChoose={(chosen, query) => send({ type: 'CHOOSE', item: chosen, query })}
        onStaff={onStaff}
      />
    )
  }
  if (state.matches({ journey: { slip: 'consenting' } }) && item !== null) return <Consent {...props} item={item} />
  for (const at of ['handover', 'slip'] as const) {
    if (!state.matches({ journey: at })) continue
    const stage = Object.values(state.value.journey)[0] ?? ''
    return <HandoverJourney {...{ at, stage, context, send, connection, devices, onStaff }} />
  }
  if (state.matches({ journey: 'restoring' })) return <WaitingPage text={say('restoring')} testId="restoring-page" />
  if (state.hasTag('wiping')) return <WaitingPage text={say('ending')} testId="ending-page" />
  if (state.matches({ journey: 'rate' }) && context.rating !== null) {
    const leave = () => send({ type: 'END' })
    if (context.isHelped && !context.submitting) return <RateAlone onAlone={props.onAlone} onEnd={leave} />
    const isRefused = state.matches({ journey: { rate: 'refused' } })
    return (
      <RatingPage
        rating={context.rating}
        look={context.look}
        stage={isRefused ? 'refused' : context.submitting ? 'sending' : 'asking'}
        onChange={(change) => send({ type: 'RATE', change })}
        onSend={() => send({ type: 'RATE_SEND' })}
        onEnd={leave}
      />
    )
  }
  if (state.matches({ journey: 'home' }) || item === null) {
    const visitor = card === null ? null : formOfAddress(card.applicant)
    if (context.look.mode === 'elder') {
      return (
        <ElderHomePage
          items={catalogue?.items ?? null}
          badgeOf={badgeOf}
          visitor={visitor}
          intake={intake}
          onChoose={(chosen) => send({ type: 'CHOOSE', item: chosen })}
          onMyCases={() => send({ type: 'MY_CASES' })}
          onComplain={() => send({ type: 'COMPLAIN' })}
        />
      )
    }
    return (
      <HomePage
        items={catalogue?.items ?? null}
        badgeOf={badgeOf}
        connection={connection}
        visitor={visitor}
        onChoose={(chosen) => send({ type: 'CHOOSE', item: chosen })}
        intake={intake}
        onMyCases={() => send({ type: 'MY_CASES' })}
        onSearch={() => send({ type: 'SEARCH' })}
        onComplain={() => send({ type: 'COMPLAIN' })}
      />
    )
  }
  const paper = paperNow(context)
  const begin = (forSomebodyElse: boolean) => send({ type: 'BEGIN', forSomebodyElse })
  if (state.matches({ journey: 'item' })) {
    const ways = props.waysOf(item)
    const otherWays = ways === null || card !== null ? null : otherWaysLine(ways)
    const shown = { item, badge: badgeOf(item), otherWays, onBegin: begin }
    return context.look.mode === 'elder' ? <ElderItemPage {...shown} /> : <ItemPage {...shown} devices={devices} />
  }
  const isNameless = isComplaint(item)
  const today = isoDate(new Date())
  // Who may not begin it for herself is told so, and is not asked.
  const isOwn = context.proxy === null && card !== null
  if (state.matches({ journey: 'consent' }) && !(isOwn && unmetHere(item, context, today).length > 0))
    return <Consent {...props} item={item} />
  const isStaffs = context.takenUp !== null && card === null && state.matches({ journey: 'form' })
  if (state.matches({ journey: 'card' }) || (card === null && !isNameless && !isStaffs)) {
    return (
      <SignIn
        state={state}
        send={send}
        item={item}
        catalogue={catalogue}
        devices={devices}
        ways={props.waysOf(item)}
        today={isoDate(new Date())}
        onStaff={onStaff}
      />
    )
  }
  const { proxy } = context
  if (state.matches({ journey: 'proxy' })) return <Asking {...props} item={item} today={today} />
  const applicant = isNameless ? null : subjectOf(context)
  // By a standing binding: as much of the name as the page is told.
  const boundName = proxy?.bound?.maskedName ?? null
  if (applicant === null && !isNameless && !isStaffs && boundName === null) return <BlankPage />
  const agent =
    proxy === null || card === null ? null : { name: card.applicant.name, relation: relationIn(item, proxy) }
  const unmet = isNameless ? [] : unmetHere(item, context, today)
  if (unmet.length > 0 && accepted === null)
    return <PreconditionPage item={item} unmet={unmet} onHome={() => send({ type: 'HOME' })} onStaff={onStaff} />
  const inHand = itemInHand(context) ?? item
  if (state.matches({ journey: 'form' })) {
    return (
      <FormPage
        look={context.look}
        item={inHand}
        pageIndex={context.pageIndex}
        answers={context.answers}
        faults={context.faults}
        changing={context.changing}
        applicant={applicant}
        boundName={boundName}
        isForSomebodyElse={proxy !== null}
        told={context.told}
        divisions={divisions}
        today={today}
        onAnswer={(field, value) => send({ type: 'ANSWER', field, value })}
        onNext={() => send({ type: 'NEXT' })}
      />
    )
  }
  if (state.matches({ journey: 'papers' }) && paper !== undefined)
    return <Papers {...props} item={inHand} paper={paper} />
  if (state.matches({ journey: 'confirm' }) || accepted === null) {
    const isAsking =
      state.matches({ journey: { confirm: 'asking' } }) || state.matches({ journey: { confirm: 'lost' } })
    return (
      <ConfirmPage
        look={context.look}
        item={inHand}
        answers={context.answers}
        applicant={context.answers.named === 'yes' ? (card?.applicant ?? null) : applicant}
        boundName={boundName}
        agent={agent}
        divisions={divisions}
        today={today}
        papers={context.papers}
        scanned={context.scanned}
        told={context.told}
        signature={context.signature}
        problem={context.problem}
        isAgreed={isAgreed(context)}
        onRefuse={() => send({ type: 'REFUSE' })}
        isHelped={context.isHelped}
        onAlone={props.onAlone}
        intake={intake}
        stage={isAsking ? 'asking' : context.submitting ? 'submitting' : 'ready'}
        onChange={(field) => send({ type: 'CHANGE', field })}
        onChangePaper={(materialId) => send({ type: 'CHANGE_PAPER', materialId })}
        onSign={(signature) => send({ type: 'SIGN', signature })}
        onSubmit={() => send({ type: 'SUBMIT' })}
      />
    )
  }
  return (
    <ReceiptPage
      item={inHand}
      answers={context.answers}
      name={applicant?.name ?? boundName}
      agentName={agent?.name ?? null}
      accepted={accepted}
      delivery={context.delivery}
      connection={connection}
      printing={context.printing}
      trouble={context.trouble}
      troubleAt={context.troubleAt}
      onPrintAgain={() => send({ type: 'PRINT_AGAIN' })}
      onAnother={() => send({ type: 'ANOTHER' })}
      onStaff={onStaff}
      onEnd={() => send({ type: 'FINISH' })}
    />
  )
}

function Consent({ state, send, item, onStaff }: JourneyProps & { readonly item: ServiceItem }) {
  if (state.matches({ journey: { consent: 'refused' } }))
    return <ConsentRefusedPage item={item} onHome={() => send({ type: 'HOME' })} onStaff={onStaff} />
  return <ConsentPage item={item} onAgree={() => send({ type: 'AGREE' })} onRefuse={() => send({ type: 'REFUSE' })} />
}

interface PapersProps extends JourneyProps {
  readonly item: ServiceItem
  readonly paper: Material
}

function Papers({ state, send, item, paper, devices, intake, onStaff }: PapersProps) {
  const { context } = state
  const pages = pagesOf(context, paper.id)
  const stage = state.matches({ journey: { papers: 'checking' } })
    ? 'checking'
    : state.matches({ journey: { papers: 'scanning' } })
      ? 'scanning'
      : state.matches({ journey: { papers: 'choosing' } })
        ? 'choosing'
        : 'looking'
  return (
    <PapersPage
      item={item}
      answers={context.answers}
      paper={paper}
      paperIndex={context.paperIndex}
      stage={stage}
      draftId={context.draftId ?? ''}
      pages={pages.length}
      dropped={context.dropped.length}
      shown={shownPage(context, pages)}
      trouble={context.paperTrouble}
      cannotScan={cannotScanKey(devices, intake)}
      licence={licenceToldFor(context, paper)}
      onScan={() => send({ type: 'SCAN' })}
      onCancel={() => send({ type: 'CANCEL_SCAN' })}
      onGood={() => send({ type: 'PAGE_GOOD' })}
      onAgain={() => send({ type: 'PAGE_AGAIN' })}
      onDrop={() => send({ type: 'DROP_PAGES' })}
      onUndrop={() => send({ type: 'UNDROP_PAGES' })}
      onGive={(way) => send({ type: 'GIVE', way })}
      onNext={() => send({ type: 'NEXT' })}
      onStaff={onStaff}
    />
  )
}

function relationIn(...about: Parameters<typeof relationLabel>): string {
  const label = relationLabel(...about)
  return label === undefined ? '' : local(label)
}

interface AskingProps extends JourneyProps {
  readonly item: ServiceItem
  readonly today: string
}

/** For whom, and by what authority: before the item's own questions. */
function Asking({ state, send, catalogue, connection, item, today, onStaff }: AskingProps) {
  const { proxy, card, look, principalSeen } = state.context
  if (proxy === null || card === null || state.matches({ journey: { proxy: 'opening' } })) return <BlankPage />
  if (state.matches({ journey: { proxy: 'refused' } }))
    return (
      <ProxyRefusedPage
        item={item}
        refused={proxy.refused ?? 'forbidden'}
        onHome={() => send({ type: 'HOME' })}
        onStaff={onStaff}
      />
    )
  if (state.matches({ journey: { proxy: 'card' } }))
    return (
      <PrincipalPage
        item={item}
        proxy={proxy}
        seen={principalSeen}
        onNext={() => send({ type: 'NEXT' })}
        onStaff={onStaff}
      />
    )
  if (state.matches({ journey: { proxy: 'bound' } }))
    return (
      <BoundPage
        item={item}
        proxy={proxy}
        isElder={look.mode === 'elder'}
        onChoose={(principal) => send({ type: 'BOUND', principal })}
        onBack={() => send({ type: 'BACK' })}
      />
    )
  return (
    <ClosedOptions value={connection === 'connected' ? NONE_CLOSED : closedOffline()}>
      <FormPage
        look={look}
        item={proxyForm(item, proxy.answers)}
        pageIndex={proxy.page}
        answers={proxy.answers}
        faults={proxy.faults}
        changing={false}
        applicant={card.applicant}
        divisions={catalogue?.divisions ?? []}
        today={today}
        onAnswer={(field, value) => send({ type: 'ANSWER', field, value })}
        onNext={() => send({ type: 'NEXT' })}
      />
    </ClosedOptions>
  )
}

const NONE_CLOSED: ReadonlyMap<string, string> = new Map()
/** What only the hub can say, without network. */
const closedOffline = (): ReadonlyMap<string, string> => new Map([['standing-binding', say('bound.offline')]])

function shownPage(context: SessionContext, pages: readonly ScannedPage[]) {
  const shown = pageShown(context)
  if (shown === undefined) return null
  return { pageId: shown.pageId, number: 1 + pages.findIndex(({ pageId }) => pageId === shown.pageId) }
}

type MaintenancePages = typeof import('./pages/maintenance-pages.ts')

/** The maintainers' pages come when a maintainer does. */
function Maintenance({ queue, catalogue, schedule, now, send }: JourneyProps) {
  const [pages, setPages] = useState<MaintenancePages | null>(null)
  useEffect(() => {
    import('./pages/maintenance-pages.ts').then(setPages, (cause: unknown) => {
      console.error('the maintenance pages are not there', cause)
      send({ type: 'HOME' })
    })
  }, [send])
  if (pages === null) return <BlankPage />
  return (
    <pages.MaintenancePage
      queue={queue}
      items={catalogue?.items ?? []}
      schedule={schedule}
      now={now}
      onLeave={() => send({ type: 'END' })}
    />
  )
}

function BlankPage() {
  return <Page testId="blank-page" />
}

function WaitingPage({ text, testId }: { readonly text: string; readonly testId: string }) {
  return (
    <Page testId={testId} className="waiting-page">
      <Waiting text={text} />
    </Page>
  )
}
