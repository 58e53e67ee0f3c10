import { assign } from 'xstate'
import { backInRating, freshRating, rated, rateRequest, ratingBefore } from './rating-steps.ts'
import { ASK_AGAIN_MS, type SessionSetup } from './session-setup.ts'
import { freshVisit } from './session-steps.ts'

/** 好差评 on the way out. Voluntary: every way out of it ends the visit or leads home. */
export function ratingState(session: SessionSetup, newId: () => string) {
  return session.createStateConfig({
    initial: 'asking',
    entry: assign(() => ({ rating: freshRating(newId()) })),
    on: {
      DELIVERY: { actions: assign({ delivery: ({ event }) => event.delivery }) },
    },
    states: {
      asking: {
        on: {
          RATE: {
            actions: assign(({ context, event }) =>
              context.rating === null ? {} : { rating: rated(context.rating, event.change) },
            ),
          },
          RATE_SEND: {
            guard: ({ context }) => !context.isHelped && rateRequest(context) !== null,
            target: 'sending',
          },
          BACK: {
            guard: ({ context }) => context.rating !== null && ratingBefore(context.rating) !== undefined,
            actions: assign(({ context }) => backInRating(context)),
          },
          HOME: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
        },
      },
      sending: {
        entry: assign({ submitting: true }),
        exit: assign({ submitting: false }),
        invoke: {
          src: 'rate',
          input: ({ context }) => context,
          onDone: [
            {
              guard: ({ event }) => event.output.ok,
              target: '#session.journey.ending',
              actions: assign({ why: 'done' }),
            },
            { target: 'refused' },
          ],
          onError: 'lost',
        },
      },
      /** The answer was lost: the same draft is sent again, once main is there. */
      lost: {
        entry: assign({ submitting: true }),
        exit: assign({ submitting: false }),
        after: {
          [ASK_AGAIN_MS]: [
            { guard: 'isConnected', target: 'sending' },
            { target: 'lost', reenter: true },
          ],
        },
      },
      refused: {
        on: {
          HOME: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
        },
      },
    },
  })
}
