import { and, assign, or, stateIn } from 'xstate'
import { consentKey } from './consent-steps.ts'
import type { CheckOf, SessionSetup } from './session-setup.ts'
import { toldCame, toldRequest } from './told-steps.ts'

/**
 * What departments know of her: asked once for an item when its form opens, beside her filling it in, which never waits
 * for it.
 */
export function toldState(session: SessionSetup, check: CheckOf) {
  return session.createStateConfig({
    initial: 'still',
    states: {
      still: {
        always: {
          guard: and(['wantsTold', or([stateIn({ journey: 'form' }), stateIn({ journey: 'papers' })])]),
          target: 'asking',
        },
      },
      asking: {
        invoke: {
          src: 'personData',
          input: ({ context }) => toldRequest(context),
          onDone: {
            target: 'still',
            actions: assign(({ context, event }) =>
              toldCame(context, event.output.about, event.output.data, check(context)),
            ),
          },
          // The answer was lost on the way: as if the hub had not given one.
          onError: {
            target: 'still',
            actions: assign(({ context }) =>
              context.item === null
                ? {}
                : {
                    told: {
                      key: consentKey(context.item),
                      data: { outcome: 'no-answer' as const },
                      today: check(context).today,
                    },
                  },
            ),
          },
        },
      },
    },
  })
}
