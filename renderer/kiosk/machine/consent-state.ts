import { and, assign } from 'xstate'
import type { SessionSetup } from './session-setup.ts'
import { freshVisit } from './session-steps.ts'

/** What happens with her data: asked before the card is read for it and anything is filled in, unless it is asked beside the summary. */
export function consentState(session: SessionSetup) {
  return session.createStateConfig({
    initial: 'asking',
    on: { HOME: 'home' },
    states: {
      asking: {
        always: [
          { guard: 'asksConsent', target: 'open' },
          { guard: and(['hasCard', 'isProxy']), target: '#session.journey.proxy' },
          { guard: 'isSignedIn', target: '#session.journey.form' },
          { target: '#session.journey.card' },
        ],
      },
      open: {
        on: {
          AGREE: { target: 'asking', actions: 'agree' },
          REFUSE: 'refused',
          BACK: '#session.journey.item',
        },
      },
      /** What was filled in goes; the item stays, to be named. */
      refused: {
        entry: assign(({ context }) => ({ ...freshVisit(context), item: context.item })),
        on: { BACK: '#session.journey.item' },
      },
    },
  })
}
