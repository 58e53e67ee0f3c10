import { and, assign, not } from 'xstate'
import type { CheckOf, SessionSetup } from './session-setup.ts'
import { changedSignIn, NO_SIGN_IN, nextWitnessPage, refusedPage, witnessAnswer } from './sign-in-steps.ts'

/**
 * 登录: the resident card first, and the other ways beside it. Whoever signs in, main says so by the card's event, wherever
 * in here the citizen stands; what the page asks for only says why not.
 */
export function signInState(session: SessionSetup, check: CheckOf) {
  return session.createStateConfig({
    initial: 'resident',
    // What was typed for one is not there for the next.
    entry: assign({ signingIn: NO_SIGN_IN }),
    exit: assign({ signingIn: NO_SIGN_IN }),
    always: [
      { guard: and(['hasCard', 'isProxy']), target: 'proxy' },
      // Who came by a slip that staff opened has not been asked yet.
      { guard: 'isSignedIn', target: 'consent' },
    ],
    on: { HOME: 'home' },
    states: {
      resident: {
        on: {
          SIGN_IN_BY: [
            { guard: ({ event }) => event.way === 'social-security-card', target: 'socialSecurity' },
            { guard: ({ event }) => event.way === 'code', target: 'code' },
            { guard: and(['isHelped', not('hasCard')]), target: 'witness' },
          ],
          BACK: '#session.journey.item',
        },
      },
      socialSecurity: { on: { BACK: 'resident' } },
      code: {
        initial: 'waiting',
        on: { BACK: 'resident' },
        states: {
          waiting: {
            on: {
              CODE: {
                target: 'asking',
                actions: assign(({ context }) => changedSignIn(context, { codeRefused: null })),
              },
            },
          },
          asking: {
            invoke: {
              src: 'redeemCode',
              input: ({ event }) => (event.type === 'CODE' ? event.text : ''),
              onDone: {
                target: 'waiting',
                actions: assign(({ context, event }) =>
                  changedSignIn(context, { codeRefused: event.output.outcome === 'refused' ? event.output.why : null }),
                ),
              },
              onError: {
                target: 'waiting',
                actions: assign(({ context }) => changedSignIn(context, { codeRefused: 'no-answer' })),
              },
            },
          },
        },
      },
      /** By the staff who is here; without her nobody types anything. */
      witness: {
        initial: 'opening',
        always: { guard: not('isHelped'), target: 'resident' },
        states: {
          /** Said before anything is typed. */
          opening: {
            invoke: {
              src: 'mayWitness',
              onDone: [
                { guard: ({ event }) => event.output.why === null, target: 'checking' },
                {
                  target: 'refused',
                  actions: assign(({ context, event }) => changedSignIn(context, { witnessRefused: event.output.why })),
                },
              ],
              onError: {
                target: 'refused',
                actions: assign(({ context }) => changedSignIn(context, { witnessRefused: 'no-answer' })),
              },
            },
          },
          checking: { on: { NEXT: 'typing', BACK: '#session.journey.card.resident' } },
          typing: {
            on: {
              ANSWER: { actions: assign(({ context, event }) => witnessAnswer(context, event.field, event.value)) },
              NEXT: [
                { guard: ({ context }) => nextWitnessPage(context, check(context)).isDone, target: 'asking' },
                { actions: assign(({ context }) => nextWitnessPage(context, check(context)).changes) },
              ],
              BACK: [
                {
                  guard: ({ context }) => context.signingIn.page > 0,
                  actions: assign(({ context }) => changedSignIn(context, { page: 0, faults: {} })),
                },
                { target: 'checking' },
              ],
            },
          },
          asking: {
            invoke: {
              src: 'vouch',
              input: ({ context }) => context,
              onDone: {
                target: 'refused',
                guard: ({ event }) => event.output.outcome === 'refused',
                actions: assign(({ context, event }) =>
                  changedSignIn(context, {
                    witnessRefused: event.output.outcome === 'refused' ? event.output.why : null,
                  }),
                ),
              },
              onError: {
                target: 'refused',
                actions: assign(({ context }) => changedSignIn(context, { witnessRefused: 'no-answer' })),
              },
            },
          },
          refused: {
            on: {
              BACK: [
                {
                  guard: ({ context }) => ['bad-number', 'bad-name'].includes(context.signingIn.witnessRefused ?? ''),
                  target: 'typing',
                  actions: assign(({ context }) => refusedPage(context)),
                },
                { target: '#session.journey.card.resident' },
              ],
            },
          },
        },
      },
    },
  })
}
