import type { ReactNode } from 'react'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { say } from '../../ui/strings/say.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import { formOfAddress, isoDate } from '../forms/show.ts'
import { isAgreed } from '../machine/consent-steps.ts'
import { paperNow } from '../machine/paper-steps.ts'
import { itemInHand, proxyStepsShown, subjectOf, unmetHere } from '../machine/proxy-steps.ts'
import { HomePage } from '../pages/home-page.tsx'
import { ProxySteps } from '../pages/proxy-steps-shown.ts'
import {
  ConfirmPage,
  ElderHomePage,
  ElderItemPage,
  FormPage,
  ItemPage,
  PreconditionPage,
  RateAlone,
  RatingPage,
  ReceiptPage,
  SearchPage,
  SignIn,
} from '../pages/visit-pages.ts'
import { otherWaysLine } from '../shell/sign-in-ways.ts'
import { useCardPainted } from '../use-card-painted.ts'
import { Asking, Consent, relationIn } from './asking.tsx'
import { Cases, Lookup } from './cases.tsx'
import { HandoverJourney } from './handover.tsx'
import { Maintenance } from './maintenance.tsx'
import { Papers } from './papers.tsx'
import type { JourneyProps } from './props.ts'
import { BlankPage, WaitingPage } from './waiting.tsx'

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
  if (state.matches({ journey: 'lookup' })) return <Lookup {...props} />
  if (state.matches({ journey: 'cases' }) || state.matches({ journey: 'bindings' })) return <Cases {...props} />
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
