import { assign, not, raise } from 'xstate'
import { IDLE, type SessionSetup } from './session-setup.ts'

/** Whether somebody is still there: warned, counted down, ended. Every touch and key comes as TOUCH, beside whatever else it does. */
export function attentionState(session: SessionSetup) {
  return session.createStateConfig({
    initial: 'nobody',
    states: {
      nobody: {
        always: {
          guard: not('isAway'),
          target: 'awake',
        },
      },
      awake: {
        always: [
          { guard: 'isAway', target: 'nobody' },
          { guard: 'isBusy', target: 'paused' },
        ],
        after: { idleWarn: 'asking' },
        on: {
          TOUCH: { target: 'awake', reenter: true },
          CARD: { guard: ({ event }) => event.event.kind !== 'none', target: 'awake', reenter: true },
        },
      },
      /** Our slowness never counts as idleness. */
      paused: {
        always: [
          { guard: 'isAway', target: 'nobody' },
          { guard: not('isBusy'), target: 'awake' },
        ],
      },
      asking: {
        entry: assign({ secondsLeft: ({ context }) => IDLE[context.look.mode].seconds }),
        always: { guard: 'isAway', target: 'nobody' },
        initial: 'counting',
        states: {
          counting: {
            after: {
              1000: [
                {
                  guard: ({ context }) => context.secondsLeft <= 1,
                  actions: assign({ secondsLeft: 0 }),
                  target: '#session.attention.over',
                },
                {
                  target: 'counting',
                  reenter: true,
                  actions: assign({ secondsLeft: ({ context }) => context.secondsLeft - 1 }),
                },
              ],
            },
          },
        },
        on: {
          TOUCH: 'awake',
          CARD: { guard: ({ event }) => event.event.kind !== 'none', target: 'awake' },
        },
      },
      over: { entry: raise({ type: 'END', why: 'idle' }) },
    },
  })
}
