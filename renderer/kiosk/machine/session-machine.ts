import { and, assign, not, or, stateIn } from 'xstate'
import { attentionState } from './attention-state.ts'
import { consentState } from './consent-state.ts'
import { handoverState, slipState } from './handover-state.ts'
import { handOverFrom, isOtherPersons, isOwnerHere, slipRefused } from './handover-steps.ts'
import { lastPaper, paperOf } from './paper-steps.ts'
import { papersState } from './papers-state.ts'
import { proxyState } from './proxy-state.ts'
import { subjectOf } from './proxy-steps.ts'
import { ratingState } from './rating-state.ts'
import { ASK_AGAIN_MS, IDLE, RESTORE_PATIENCE_MS, sessionSetup } from './session-setup.ts'
import {
  afterAnswer,
  afterNext,
  backToForm,
  beginBinding,
  beginComplaint,
  beginForm,
  beginUnbinding,
  cardSeen,
  changeField,
  dropChange,
  freshVisit,
  helpChanged,
  lookChanged,
  openConfirm,
  previousPage,
  resumeAt,
  troubleOf,
} from './session-steps.ts'
import type { EndReason, SessionContext, SessionDeps } from './session-types.ts'
import { signInState } from './sign-in-state.ts'
import { toldState } from './told-state.ts'

export { ASK_AGAIN_MS, IDLE, RESTORE_PATIENCE_MS }

/** A second strike of the same finger (look.md section 5, Keys). */
export const DOUBLE_STRIKE_MS = 500
/** The wipe must be done 2 s after the end; main gets most of it to answer. */
export const END_PATIENCE_MS = 1_500

/**
 * One visit, from the idle page to the wipe. Region `world` hears the bridge, `journey` is where the citizen
 * stands, `attention` watches whether somebody is still there. Knows no screen and no wire: all of the world is in `deps`.
 */
export function createSessionMachine(deps: SessionDeps) {
  const check = (context: SessionContext) => ({
    today: deps.today(),
    divisions: context.catalogue?.divisions ?? [],
    applicant: subjectOf(context) ?? undefined,
  })
  /** Where 下一步 of a change leads, whatever page is open. */
  const afterChange = (context: SessionContext) => afterNext({ ...context, changing: true }, check(context))
  const session = sessionSetup(deps, check)
  return session.createMachine({
    id: 'session',
    type: 'parallel',
    context: freshVisit(),
    states: {
      /** What the machine and the bridge tell, wherever the citizen stands. A region, since regions do not hide events. */
      world: {
        on: {
          // One that somebody reads is not swapped under her hands; main takes in by the one that she saw.
          CATALOGUE: {
            guard: or([stateIn({ journey: 'idle' }), ({ context }) => context.catalogue === null]),
            actions: assign({ catalogue: ({ event }) => event.catalogue }),
          },
          LOOK: { actions: assign(({ context, event }) => lookChanged(context, event.change)) },
          ASSIST: { actions: assign(({ context, event }) => helpChanged(context, event.isHelping)) },
          ELDER_OFFER_SEEN: { actions: assign({ elderOffered: true }) },
          BRIDGE: { actions: assign({ connected: ({ event }) => event.connected }) },
          CARD: { actions: assign(({ context, event }) => cardSeen(context, event.event)) },
          PRINCIPAL: { actions: assign({ principalSeen: ({ event }) => event.event }) },
          KEEP_CARD: { guard: ({ context }) => context.otherCard === 'beside', actions: assign({ otherCard: null }) },
        },
      },
      journey: {
        initial: 'idle',
        always: [
          // Staff opened a slip, and then another person's card came: the form is not shown to her.
          {
            guard: and([({ context }) => isOtherPersons(context), not('isAway')]),
            target: '.slip.refused',
            actions: assign(({ context }) => slipRefused(context, 'other-person')),
          },
          {
            guard: ({ context }) => isOwnerHere(context),
            actions: [
              () => deps.slipHeld(),
              assign(({ context }) => ({
                takenUp: context.takenUp === null ? null : { ...context.takenUp, isHeld: true },
              })),
            ],
          },
        ],
        on: {
          END: {
            target: '.ending',
            actions: assign({
              why: ({ context, event }): EndReason => event.why ?? (context.accepted === null ? 'left' : 'done'),
            }),
          },
          CHANGE_CARD: { target: '.ending', actions: assign({ why: 'card-changed' }) },
          // Never out of somebody's visit.
          MAINTAIN: { guard: not('hasCard'), target: '.maintenance' },
        },
        states: {
          idle: {
            always: { guard: 'hasCard', target: 'restoring' },
            on: { START: 'home', LOOK_UP: 'lookup', SLIP: { target: 'slip', actions: 'slipShown' } },
          },
          restoring: {
            initial: 'asking',
            after: { [RESTORE_PATIENCE_MS]: '#session.journey.home' },
            states: {
              asking: {
                invoke: {
                  src: 'restore',
                  input: ({ context }) => context.card?.readId ?? '',
                  onDone: { target: 'matching', actions: assign({ found: ({ event }) => event.output }) },
                  onError: '#session.journey.home',
                },
              },
              /** Waits for the catalogue: the snapshot only names its item. */
              matching: {
                always: [
                  { guard: ({ context }) => context.found === null, target: '#session.journey.home' },
                  {
                    guard: ({ context }) => context.catalogue !== null && resumeAt(context) === null,
                    target: '#session.journey.home',
                    actions: assign({ found: null }),
                  },
                  {
                    guard: ({ context }) => context.catalogue !== null && context.found?.step === 'confirm',
                    target: '#session.journey.confirm.asking',
                    actions: assign(({ context }) => resumeAt(context) ?? {}),
                  },
                  {
                    guard: ({ context }) => context.catalogue !== null && context.found?.step === 'papers',
                    target: '#session.journey.papers',
                    actions: assign(({ context }) => ({ ...resumeAt(context), changing: true, found: null })),
                  },
                  {
                    guard: ({ context }) => context.catalogue !== null,
                    target: '#session.journey.form',
                    actions: assign(({ context }) => resumeAt(context) ?? {}),
                  },
                ],
              },
            },
          },
          /** By ticket, without a card: what is typed stays in the page and goes with it. */
          lookup: {
            on: {
              MY_CASES: 'cases',
              BACK: 'home',
              HOME: 'home',
              SLIP: { target: 'slip', actions: 'slipShown' },
              LOOKED_UP: { actions: assign(({ event }) => ({ itemBefore: event.itemId })) },
            },
          },
          /** Her cases by her card: asked, and kept, by the page alone. */
          cases: { on: { LOOK_UP: 'lookup', BINDINGS: 'bindings', BACK: 'home', HOME: 'home' } },
          /** Hers by her card: asked, and kept, by the page alone. */
          bindings: {
            on: {
              BIND: { target: 'consent', actions: assign(({ context }) => beginBinding(context)) },
              UNBIND: {
                target: 'confirm',
                actions: assign(({ context, event }) => beginUnbinding(context, event.bindings, event.id)),
              },
              BACK: { target: 'cases', actions: assign(({ context }) => freshVisit(context)) },
              HOME: { target: 'home', actions: assign(({ context }) => freshVisit(context)) },
            },
          },
          /** Behind a PIN; whoever leaves locks it. */
          maintenance: { on: { BACK: 'home', HOME: 'home' } },
          home: {
            on: {
              SLIP: { target: 'slip', actions: 'slipShown' },
              LOOK_UP: 'lookup',
              MY_CASES: 'cases',
              COMPLAIN: { target: 'form', actions: assign(({ context }) => beginComplaint(context)) },
              SEARCH: { target: 'search', actions: assign({ query: null }) },
              CHOOSE: { target: 'item', actions: 'choose' },
            },
          },
          search: {
            on: {
              CHOOSE: { target: 'item', actions: 'choose' },
              SLIP: { target: 'slip', actions: 'slipShown' },
              BACK: 'home',
              HOME: 'home',
            },
          },
          item: {
            // It has no page that says what it is: that is where she came from.
            always: { guard: 'isBinding', target: 'bindings' },
            on: {
              SLIP: { target: 'slip', actions: 'slipShown' },
              BEGIN: { target: 'consent', actions: 'begin' },
              // Back to what was found: the first one need not be the right one.
              BACK: [{ guard: ({ context }) => context.query !== null, target: 'search' }, { target: 'home' }],
              HOME: 'home',
            },
          },
          card: signInState(session, check),
          consent: consentState(session),
          handover: handoverState(session),
          slip: slipState(session, check),
          proxy: proxyState(session, deps, check),
          form: {
            entry: [assign(({ context }) => beginForm(context, check(context))), 'ensureDraft', 'save'],
            on: {
              ANSWER: {
                actions: assign(({ context, event }) => afterAnswer(context, event.field, event.value, check(context))),
              },
              NEXT: [
                // Staff filled it in for her; what is handed in is handed in with her card.
                {
                  guard: ({ context }) =>
                    context.card === null &&
                    context.takenUp !== null &&
                    afterNext(context, check(context)).kind === 'confirm',
                  target: 'card',
                },
                {
                  guard: ({ context }) => afterNext(context, check(context)).kind === 'confirm',
                  target: 'papers',
                  actions: assign({ paperIndex: 0, faults: {} }),
                },
                {
                  actions: [
                    assign(({ context }) => {
                      const next = afterNext(context, check(context))
                      return next.kind === 'page' ? next.changes : {}
                    }),
                    'save',
                  ],
                },
              ],
              BACK: [
                {
                  guard: ({ context }) => context.changing,
                  target: 'confirm',
                  actions: assign(({ context }) => dropChange(context)),
                },
                {
                  guard: ({ context }) => previousPage(context) !== undefined,
                  actions: [assign(({ context }) => ({ pageIndex: previousPage(context) ?? 0, faults: {} })), 'save'],
                },
                { guard: 'isComplaint', target: 'home', actions: assign({ faults: {} }) },
                { guard: 'isProxy', target: 'proxy.returning', actions: assign({ faults: {} }) },
                { target: 'item', actions: assign({ faults: {} }) },
              ],
              HOME: { target: 'home', actions: assign({ faults: {}, changing: false }) },
              HAND_OVER: { guard: 'canHandOver', target: 'handover', actions: assign(handOverFrom('form')) },
            },
          },
          papers: papersState(session),
          confirm: {
            initial: 'opening',
            states: {
              opening: {
                entry: [assign(({ context }) => openConfirm(context)), 'ensureDraft', 'saveConfirm'],
                always: [
                  {
                    // 返回 out of a change may leave a page unfinished.
                    guard: ({ context }) => afterChange(context).kind === 'page',
                    target: '#session.journey.form',
                    actions: assign(({ context }) => {
                      const next = afterChange(context)
                      return next.kind === 'page' ? next.changes : {}
                    }),
                  },
                  { target: 'ready' },
                ],
              },
              ready: {
                on: {
                  SIGN: {
                    guard: not('isHelped'),
                    actions: [assign(({ event }) => ({ signature: event.signature, problem: null })), 'saveConfirm'],
                  },
                  SUBMIT: [
                    { guard: 'isHelpedToSign', actions: assign({ problem: 'staff-helping' }) },
                    { guard: 'isUnsigned', actions: assign({ problem: 'signature-missing' }) },
                    // The button says that she agrees, where she has not yet.
                    { target: 'submitting', actions: ['agree', assign({ problem: null })] },
                  ],
                  CHANGE: {
                    target: '#session.journey.form',
                    actions: assign(({ context, event }) => changeField(context, event.field, check(context))),
                  },
                  CHANGE_PAPER: {
                    target: '#session.journey.papers',
                    actions: assign(({ context, event }) => paperOf(context, event.materialId)),
                  },
                  BACK: [
                    {
                      guard: 'wantsPapers',
                      target: '#session.journey.papers',
                      actions: assign(({ context }) => ({ ...lastPaper(context), problem: null })),
                    },
                    {
                      target: '#session.journey.form',
                      actions: assign(({ context }) => backToForm(context)),
                    },
                  ],
                  REFUSE: { guard: not('isAgreed'), target: '#session.journey.consent.refused' },
                  HOME: '#session.journey.home',
                  HAND_OVER: {
                    guard: 'canHandOver',
                    target: '#session.journey.handover',
                    actions: assign(handOverFrom('confirm')),
                  },
                },
              },
              submitting: {
                entry: assign({ submitting: true }),
                exit: assign({ submitting: false }),
                invoke: {
                  src: 'submit',
                  input: ({ context }) => context,
                  onDone: [
                    {
                      guard: ({ event }) => event.output.ok,
                      target: '#session.journey.receipt',
                      actions: assign({
                        accepted: ({ event }) => (event.output.ok ? event.output.accepted : null),
                      }),
                    },
                    {
                      target: 'cooling',
                      actions: assign(({ event }) => (event.output.ok ? {} : { problem: event.output.fault })),
                    },
                  ],
                  onError: 'lost',
                },
              },
              /** The answer was lost: main may have accepted or not, and must be asked before anything else. */
              lost: {
                entry: assign({ submitting: true }),
                exit: assign({ submitting: false }),
                on: {
                  BRIDGE: {
                    guard: ({ event }) => event.connected,
                    target: 'asking',
                    actions: assign({ connected: true }),
                  },
                },
                after: {
                  [ASK_AGAIN_MS]: [
                    { guard: 'isConnected', target: 'asking' },
                    { target: 'lost', reenter: true },
                  ],
                },
              },
              asking: {
                entry: assign({ submitting: true }),
                exit: assign({ submitting: false }),
                invoke: {
                  src: 'byDraft',
                  input: ({ context }) => context.draftId ?? '',
                  onDone: [
                    {
                      guard: ({ event }) => event.output !== null,
                      target: '#session.journey.receipt',
                      actions: assign({ accepted: ({ event }) => event.output }),
                    },
                    // A page that came back before anything was pressed has nothing to explain.
                    {
                      guard: and([({ context }) => context.found !== null, 'wantsPapers']),
                      target: '#session.journey.papers',
                      actions: assign({ found: null, changing: true }),
                    },
                    {
                      guard: ({ context }) => context.found !== null,
                      target: 'ready',
                      actions: assign({ found: null }),
                    },
                    { target: 'cooling', actions: assign({ problem: 'not-arrived' }) },
                  ],
                  onError: 'lost',
                },
              },
              /** Half a second after a refusal: the second strike of a double press is not a second wish. */
              cooling: { after: { [DOUBLE_STRIKE_MS]: 'ready' } },
            },
          },
          receipt: {
            initial: 'printing',
            entry: assign({ found: null, problem: null, printAgain: false, trouble: null }),
            on: {
              DELIVERY: { actions: assign({ delivery: ({ event }) => event.delivery }) },
              FINISH: { target: 'ending', actions: assign({ why: 'done' }) },
            },
            states: {
              printing: {
                entry: assign({ printing: true, trouble: null }),
                exit: assign({ printing: false }),
                invoke: {
                  src: 'print',
                  input: ({ context }) => ({
                    submissionId: context.accepted?.submissionId ?? '',
                    again: context.printAgain,
                  }),
                  onDone: [
                    {
                      guard: ({ event }) => event.output.kind === 'settled' && event.output.result.ok,
                      target: 'printed',
                    },
                    {
                      target: 'failed',
                      actions: assign(({ event }) => ({
                        trouble: troubleOf(event.output),
                        troubleAt: deps.now(),
                      })),
                    },
                  ],
                  onError: {
                    target: 'failed',
                    actions: assign(() => ({ trouble: { kind: 'connection-lost' as const }, troubleAt: deps.now() })),
                  },
                },
              },
              printed: {
                on: {
                  FINISH: [
                    { guard: 'mayRate', target: '#session.journey.rate' },
                    { target: '#session.journey.ending', actions: assign({ why: 'done' }) },
                  ],
                  PRINT_AGAIN: { target: 'printing', actions: assign({ printAgain: true }) },
                  ANOTHER: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
                  HOME: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
                },
              },
              failed: {
                on: {
                  FINISH: [
                    { guard: 'mayRate', target: '#session.journey.rate' },
                    { target: '#session.journey.ending', actions: assign({ why: 'done' }) },
                  ],
                  PRINT_AGAIN: 'printing',
                  ANOTHER: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
                  HOME: { target: '#session.journey.home', actions: assign(({ context }) => freshVisit(context)) },
                },
              },
            },
          },
          rate: ratingState(session, deps.newId),
          ending: {
            tags: 'wiping',
            invoke: {
              src: 'end',
              input: ({ context }) => context.why,
              onDone: 'ended',
              onError: 'ended',
            },
            after: { [END_PATIENCE_MS]: 'ended' },
            on: { END: {}, CHANGE_CARD: {}, MAINTAIN: {} },
          },
          ended: { tags: 'wiping', on: { END: {}, CHANGE_CARD: {}, MAINTAIN: {} } },
        },
      },
      told: toldState(session, check),
      attention: attentionState(session),
    },
  })
}
