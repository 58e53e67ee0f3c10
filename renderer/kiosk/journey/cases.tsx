import { BindingsPage, CardPage, CasesPage, LookupClosed, LookupPage } from '../pages/visit-pages.ts'
import type { JourneyProps } from './props.ts'

/** What became of it: by ticket, or by card with what the hub knows of her. Nothing of it while staff looks on. */

export function Lookup({ state: { context }, send, catalogue, onStaff, onAlone }: JourneyProps) {
  if (context.isHelped) return <LookupClosed onAlone={onAlone} />
  return (
    <LookupPage
      items={catalogue?.items ?? []}
      onStaff={onStaff}
      onMyCases={() => send({ type: 'MY_CASES' })}
      onFound={(itemId) => send({ type: 'LOOKED_UP', itemId })}
    />
  )
}

export function Cases({ state, send, catalogue, connection, devices, onStaff, onAlone }: JourneyProps) {
  const { context } = state
  const { card } = context
  if (context.isHelped) return <LookupClosed onAlone={onAlone} />
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
