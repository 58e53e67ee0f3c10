import type { ReactNode } from 'react'
import type { Devices } from '../../../electron/bridge/devices.contract.ts'
import type { Catalogue, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { say } from '../../ui/strings/say.ts'
import type { SessionEvent } from '../machine/session-types.ts'
import { witnessForm } from '../machine/sign-in-steps.ts'
import { CardPage } from '../pages/card-page.tsx'
import { FormPage } from '../pages/form-page.tsx'
import { CodePage, SocialSecurityPage, WitnessPage, WitnessRefusedPage } from '../pages/sign-in-pages.tsx'
import type { SessionState } from '../session-state.ts'
import { Page } from '../shell/page.tsx'
import type { SignInWays } from '../shell/sign-in-ways.ts'
import { Waiting } from '../shell/waiting.tsx'

interface SignInProps {
  readonly state: SessionState
  readonly send: (event: SessionEvent) => void
  readonly item: ServiceItem
  readonly catalogue: Catalogue | null
  readonly devices: Devices | null
  /** null while devices are not known yet. */
  readonly ways: SignInWays | null
  readonly today: string
  readonly onStaff: () => void
}

/** The page of wherever signing in stands. */
export function SignIn({ state, send, item, catalogue, devices, ways, today, onStaff }: SignInProps): ReactNode {
  const { context } = state
  const { signingIn, reader, proxy, look } = context
  const back = () => send({ type: 'BACK' })
  if (state.matches({ journey: { card: 'socialSecurity' } }))
    return <SocialSecurityPage item={item} reader={reader} onStaff={onStaff} />
  if (state.matches({ journey: { card: 'code' } })) {
    return (
      <CodePage
        item={item}
        refused={signingIn.codeRefused}
        isAsking={state.matches({ journey: { card: { code: 'asking' } } })}
        onCode={(text) => send({ type: 'CODE', text })}
      />
    )
  }
  if (state.matches({ journey: { card: { witness: 'checking' } } }))
    return <WitnessPage item={item} onChecked={() => send({ type: 'NEXT' })} />
  if (state.matches({ journey: { card: { witness: 'typing' } } })) {
    return (
      <FormPage
        look={look}
        item={witnessForm(item)}
        pageIndex={signingIn.page}
        answers={signingIn.answers}
        faults={signingIn.faults}
        changing={false}
        applicant={null}
        isForSomebodyElse={false}
        divisions={catalogue?.divisions ?? []}
        today={today}
        onAnswer={(field, value) => send({ type: 'ANSWER', field, value })}
        onNext={() => send({ type: 'NEXT' })}
      />
    )
  }
  if (state.matches({ journey: { card: { witness: 'refused' } } }) && signingIn.witnessRefused !== null)
    return <WitnessRefusedPage refused={signingIn.witnessRefused} onBack={back} />
  if (state.matches({ journey: { card: 'witness' } })) {
    return (
      <Page testId="witness-asking" className="waiting-page">
        <Waiting text={say('witness.asking')} />
      </Page>
    )
  }
  return (
    <CardPage
      item={item}
      isAgent={proxy !== null}
      isMore={context.card !== null}
      reader={reader}
      devices={devices}
      ways={ways}
      onWay={(way) => send({ type: 'SIGN_IN_BY', way })}
      onOnlyLook={back}
      onStaff={onStaff}
    />
  )
}
