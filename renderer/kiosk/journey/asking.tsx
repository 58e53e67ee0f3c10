import { local, say } from '../../ui/strings/say.ts'
import { ClosedOptions } from '../forms/closed-options.ts'
import { proxyForm, relationLabel } from '../machine/proxy-steps.ts'
import {
  BoundPage,
  ConsentPage,
  ConsentRefusedPage,
  FormPage,
  PrincipalPage,
  ProxyRefusedPage,
} from '../pages/visit-pages.ts'
import type { ItemProps } from './props.ts'
import { BlankPage } from './waiting.tsx'

/** What is asked before the item's own questions. */

/** What happens with her data. */
export function Consent({ state, send, item, onStaff }: ItemProps) {
  if (state.matches({ journey: { consent: 'refused' } }))
    return <ConsentRefusedPage item={item} onHome={() => send({ type: 'HOME' })} onStaff={onStaff} />
  return <ConsentPage item={item} onAgree={() => send({ type: 'AGREE' })} onRefuse={() => send({ type: 'REFUSE' })} />
}

/** What the agent is to the principal, in words. */
export function relationIn(...about: Parameters<typeof relationLabel>): string {
  const label = relationLabel(...about)
  return label === undefined ? '' : local(label)
}

interface AskingProps extends ItemProps {
  readonly today: string
}

/** For whom, and by what authority. */
export function Asking({ state, send, catalogue, connection, item, today, onStaff }: AskingProps) {
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
