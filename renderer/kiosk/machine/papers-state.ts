import { assign } from 'xstate'
import { handOverFrom } from './handover-steps.ts'
import {
  afterScan,
  areSettled,
  dropPages,
  firstUnsettled,
  given,
  isFull,
  mayGive,
  pageGood,
  pagesHere,
  pagesSeen,
  toPaperShown,
  undropPages,
  withoutPages,
} from './paper-steps.ts'
import type { SessionSetup } from './session-setup.ts'
import { backToForm } from './session-steps.ts'

/**
 * Between form and confirm: one wanted paper after the other, scanned and looked at, or given another way. Stepped over
 * when none is wanted. What lies in main's tray is asked for each time, so that a lost answer or page costs nothing.
 */
export function papersState(session: SessionSetup) {
  return session.createStateConfig({
    initial: 'opening',
    states: {
      opening: {
        always: [{ guard: 'wantsPapers', target: 'looking' }, { target: '#session.journey.confirm' }],
      },
      looking: {
        invoke: {
          src: 'scannedPages',
          input: ({ context }) => context.draftId ?? '',
          onDone: { target: 'settling', actions: assign(({ context, event }) => pagesSeen(context, event.output)) },
          onError: { target: 'settling', actions: assign({ paperTrouble: 'lost' as const }) },
        },
      },
      settling: {
        entry: assign(({ context }) => (context.changing ? firstUnsettled(context) : {})),
        always: [
          { guard: 'hasUnchecked', target: 'checking' },
          { guard: ({ context }) => context.changing && areSettled(context), target: '#session.journey.confirm' },
          { target: 'choosing' },
        ],
      },
      choosing: {
        entry: [assign({ changing: false }), 'savePapers'],
        // Before a scan asks main what lies there, and before anything is handed in or given away.
        exit: ['discardDropped', assign({ dropped: [] })],
        on: {
          SCAN: { guard: ({ context }) => !isFull(context), target: 'scanning' },
          GIVE: {
            guard: ({ context, event }) => mayGive(context, event.way),
            target: 'moving',
            actions: [
              'discardHere',
              assign(({ context, event }) => ({
                ...withoutPages(context, pagesHere(context)),
                ...given(context, event.way),
              })),
            ],
          },
          DROP_PAGES: { actions: assign(({ context }) => dropPages(context)) },
          UNDROP_PAGES: { actions: assign(({ context }) => undropPages(context)) },
          NEXT: {
            guard: 'hasPagesHere',
            target: 'moving',
            actions: assign(({ context }) => given(context, 'scan')),
          },
          BACK: [
            {
              guard: ({ context }) => context.paperIndex > 0,
              target: 'choosing',
              reenter: true,
              actions: assign(({ context }) => ({ paperIndex: context.paperIndex - 1, paperTrouble: null })),
            },
            {
              target: '#session.journey.form',
              actions: assign(({ context }) => ({ ...backToForm(context), paperTrouble: null })),
            },
          ],
          HOME: '#session.journey.home',
          HAND_OVER: {
            guard: 'canHandOver',
            target: '#session.journey.handover',
            actions: assign(handOverFrom('papers')),
          },
        },
      },
      scanning: {
        entry: assign({ scanning: true, paperTrouble: null }),
        exit: assign({ scanning: false }),
        invoke: {
          src: 'scan',
          input: ({ context }) => context,
          onDone: { target: 'looking', actions: assign(({ event }) => afterScan(event.output)) },
          onError: { target: 'looking', actions: assign({ paperTrouble: 'lost' as const }) },
        },
        on: {
          CANCEL_SCAN: { actions: 'cancelScan' },
          BACK: { actions: 'cancelScan' },
          HOME: { target: '#session.journey.home', actions: 'cancelScan' },
        },
      },
      /** Each page that came in: can it be read? */
      checking: {
        entry: assign(({ context }) => toPaperShown(context)),
        on: {
          PAGE_GOOD: { target: 'checked', actions: assign(({ context }) => pageGood(context)) },
          PAGE_AGAIN: {
            target: 'settling',
            actions: ['discardShown', assign(({ context }) => withoutPages(context, context.unchecked.slice(0, 1)))],
          },
          HOME: '#session.journey.home',
        },
      },
      checked: {
        always: [
          { guard: 'hasUnchecked', target: 'checking' },
          // As many as may be, and nothing to tell: nothing more to ask.
          {
            guard: ({ context }) => isFull(context) && context.paperTrouble === null,
            target: 'moving',
            actions: assign(({ context }) => given(context, 'scan')),
          },
          { target: 'choosing' },
        ],
      },
      moving: {
        always: [
          { guard: 'isLastPaper', target: '#session.journey.confirm' },
          {
            target: 'choosing',
            actions: assign(({ context }) => ({ paperIndex: context.paperIndex + 1, paperTrouble: null })),
          },
        ],
      },
    },
  })
}
