import { and, assign, not, or } from 'xstate'
import {
  handedOver,
  isUnchanged,
  needsPrincipalsCard,
  slipAnswered,
  slipRefused,
  takeUp,
  wasAtPapers,
} from './handover-steps.ts'
import { type CheckOf, RESTORE_PATIENCE_MS, type SessionSetup } from './session-setup.ts'
import { freshVisit } from './session-steps.ts'

/** A half-filled form is given away: asked first, then sealed, kept by the hub and printed, and then the visit ends. */
export function handoverState(session: SessionSetup) {
  return session.createStateConfig({
    initial: 'asking',
    // As it was: nothing of the form has been touched.
    on: {
      BACK: [
        { guard: ({ context }) => context.handingOver?.from === 'papers', target: '#session.journey.papers' },
        { guard: ({ context }) => context.handingOver?.from === 'confirm', target: '#session.journey.confirm' },
        { target: '#session.journey.form' },
      ],
    },
    states: {
      asking: { on: { HAND_OVER: 'working' } },
      working: {
        on: { BACK: {} },
        invoke: {
          src: 'handOver',
          input: ({ context }) => context,
          onDone: [
            {
              guard: ({ event }) => event.output.outcome === 'handed-over',
              target: 'done',
              actions: assign(({ context, event }) => handedOver(context, event.output)),
            },
            { target: 'not-done', actions: assign(({ context, event }) => handedOver(context, event.output)) },
          ],
          // Nobody knows whether a slip came out; if one did, it opens the form. What is here stays.
          onError: { target: 'not-done', actions: assign(({ context }) => handedOver(context, 'lost')) },
        },
      },
      /** The slip is out: what is here is no longer wanted. */
      done: {
        on: { BACK: {}, FINISH: { target: '#session.journey.ending', actions: assign({ why: 'done' as const }) } },
      },
      'not-done': { on: { HAND_OVER: 'working' } },
    },
  })
}

/** A slip was shown: opened by the citizen's card or for staff that helps, then the form goes on where it stood. */
export function slipState(session: SessionSetup, check: CheckOf) {
  return session.createStateConfig({
    initial: 'waiting',
    on: {
      BACK: { target: 'home', actions: assign(({ context }) => freshVisit(context)) },
      HOME: { target: 'home', actions: assign(({ context }) => freshVisit(context)) },
    },
    states: {
      waiting: { always: { guard: or(['hasCard', 'isHelped']), target: 'opening' } },
      opening: {
        invoke: {
          src: 'openSlip',
          input: ({ context }) => context.slip?.code ?? '',
          onDone: [
            {
              guard: ({ event }) => event.output.outcome === 'opened',
              target: 'matching',
              actions: assign(({ context, event }) => slipAnswered(context, event.output)),
            },
            { target: 'refused', actions: assign(({ context, event }) => slipAnswered(context, event.output)) },
          ],
          onError: { target: 'refused', actions: assign(({ context }) => slipAnswered(context, 'lost')) },
        },
      },
      /** Waits for the catalogue: the slip only names its item. */
      matching: {
        always: [
          {
            guard: ({ context }) => context.catalogue !== null && takeUp(context, check(context)) === undefined,
            target: 'refused',
            actions: assign(({ context }) => slipRefused(context, 'item-gone')),
          },
          {
            guard: ({ context }) => context.catalogue !== null,
            target: 'taken',
            actions: [assign(({ context }) => takeUp(context, check(context)) ?? {}), 'ensureDraft'],
          },
        ],
        after: {
          [RESTORE_PATIENCE_MS]: {
            target: 'refused',
            actions: assign(({ context }) => slipRefused(context, 'lost')),
          },
        },
      },
      taken: { always: [{ guard: ({ context }) => !isUnchanged(context), target: 'changed' }, { target: 'going-on' }] },
      /** The item has another version now: said before the form shows it. */
      changed: { on: { NEXT: 'going-on' } },
      'going-on': {
        always: [
          { guard: and(['hasCard', 'asksConsent']), target: 'consenting' },
          // Staff opened it: an agent's own card comes before the principal's.
          { guard: and([not('hasCard'), 'isProxy']), target: '#session.journey.card' },
          { guard: ({ context }) => needsPrincipalsCard(context), target: '#session.journey.proxy.card' },
          {
            guard: and(['hasCard', ({ context }) => wasAtPapers(context)]),
            target: '#session.journey.papers',
            actions: assign({ changing: true }),
          },
          { target: '#session.journey.form' },
        ],
      },
      /** Her yes was another visit's. */
      consenting: {
        on: { AGREE: { target: 'going-on', actions: 'agree' }, REFUSE: '#session.journey.consent.refused' },
      },
      /** Once more, with the same slip. */
      refused: { on: { NEXT: 'waiting' } },
    },
  })
}
