import { assign, fromPromise, or, setup, stateIn } from 'xstate'
import type { PersonItem } from '../../../electron/bridge/person.contract.ts'
import type { AnswerContext } from '../../../sync/protocol/answers.ts'
import { bindRequest, isBinding, isUnbinding, unbindRequest } from '../forms/binding-form.ts'
import { complainRequest, isComplaint } from '../forms/complaint-form.ts'
import { agree, consentGiven, isAgreed, isAskedBeforeForm } from './consent-steps.ts'
import { canHandOver, draftOf, slipShown } from './handover-steps.ts'
import { isFull, isLastPaper, pagesHere, papersGiven, scanRequest, wantedPapers } from './paper-steps.ts'
import { beginFor, claimOf, nextQuestion, relationOf, secondCard } from './proxy-steps.ts'
import { mayRate, rateRequest } from './rating-steps.ts'
import { choose, snapshotOf } from './session-steps.ts'
import type { EndReason, SessionContext, SessionDeps, SessionEvent } from './session-types.ts'
import { isSignedIn, witnessed } from './sign-in-steps.ts'
import { sharedOf, wantsTold } from './told-steps.ts'

/** look.md section 5, Countdown, and domain.md section 4: warned after, then waited for. */
export const IDLE = {
  standard: { warnMs: 120_000, seconds: 30 },
  elder: { warnMs: 240_000, seconds: 60 },
} as const

/** What answers are checked against, in a context. */
export type CheckOf = (context: SessionContext) => AnswerContext
/** A snapshot is worth this much waiting, for main and for the catalogue; then the visit starts anew. */
export const RESTORE_PATIENCE_MS = 6_000
/** Between two questions to main about a lost answer. */
export const ASK_AGAIN_MS = 1_000

export type SessionSetup = ReturnType<typeof sessionSetup>

/** What the session's states are made of: the world's actors, and the actions and guards that have names. */
export function sessionSetup(deps: SessionDeps, check: CheckOf) {
  return setup({
    types: { context: {} as SessionContext, events: {} as SessionEvent, tags: {} as 'wiping' },
    delays: { idleWarn: ({ context }) => IDLE[context.look.mode].warnMs },
    actors: {
      submit: fromPromise(({ input }: { input: SessionContext }) => {
        const { draftId, item } = input
        const proxy = claimOf(input)
        const consent = consentGiven(input)
        const shown = proxy === undefined ? sharedOf(input).map(({ key }) => key) : []
        if (draftId === null || item === null) throw new Error('submit without a draft')
        if (isComplaint(item)) return deps.complain(complainRequest(draftId, input.answers))
        if (isUnbinding(item)) return deps.unbind(unbindRequest(draftId, input.answers))
        if (isBinding(item)) {
          const relation = relationOf(item, input.proxy?.answers ?? {})
          return deps.bind(bindRequest(draftId, input.answers, relation, deps.today()))
        }
        return deps.submit({
          draftId,
          kind: 'application',
          item: { id: item.id, version: item.version },
          answers: input.answers,
          ...(shown.length === 0 ? {} : { shown }),
          ...(consent === undefined ? {} : { consent }),
          ...(input.signature === null ? {} : { signature: input.signature }),
          ...(item.materials === undefined ? {} : { materials: papersGiven(input) }),
          ...(proxy === undefined ? {} : { proxy }),
        })
      }),
      rate: fromPromise(({ input }: { input: SessionContext }) => {
        const request = rateRequest(input)
        if (request === null) throw new Error('rate without a level')
        return deps.rate(request)
      }),
      handOver: fromPromise(({ input }: { input: SessionContext }) => {
        const draft = draftOf(input)
        if (draft === null) throw new Error('nothing to hand over')
        return deps.handOver(draft)
      }),
      openSlip: fromPromise(({ input }: { input: string }) => deps.openSlip(input)),
      byDraft: fromPromise(({ input }: { input: string }) => deps.byDraft(input)),
      print: fromPromise(({ input }: { input: { submissionId: string; again: boolean } }) =>
        deps.print(input.submissionId, input.again),
      ),
      scan: fromPromise(({ input }: { input: SessionContext }) => deps.scan(scanRequest(input))),
      scannedPages: fromPromise(({ input }: { input: string }) => deps.scannedPages(input)),
      restore: fromPromise(({ input }: { input: string }) => deps.restore(input)),
      end: fromPromise(({ input }: { input: EndReason }) => deps.end(input)),
      redeemCode: fromPromise(({ input }: { input: string }) => deps.redeemCode(input)),
      mayWitness: fromPromise(() => deps.mayWitness()),
      vouch: fromPromise(({ input }: { input: SessionContext }) => deps.vouch(witnessed(input))),
      personData: fromPromise(async ({ input }: { input: PersonItem }) => ({
        about: input.item,
        data: await deps.personData(input),
      })),
      agentLeft: fromPromise(() => deps.agentLeft()),
    },
    actions: {
      save: ({ context }) => {
        const snapshot = snapshotOf(context)
        if (snapshot !== null) deps.save(snapshot)
      },
      savePapers: ({ context }) => {
        const snapshot = snapshotOf(context, 'papers')
        if (snapshot !== null) deps.save(snapshot)
      },
      cancelScan: () => deps.cancelScan(),
      /** The page that is looked at. */
      discardShown: ({ context }) => {
        const [pageId] = context.unchecked
        if (context.draftId !== null && pageId !== undefined) deps.discardPage(context.draftId, pageId)
      },
      /** All pages of the paper that is asked for. */
      discardHere: ({ context }) => {
        if (context.draftId !== null) for (const pageId of pagesHere(context)) deps.discardPage(context.draftId, pageId)
      },
      /** What was thrown away and not taken back. */
      discardDropped: ({ context }) => {
        const { draftId, dropped } = context
        if (draftId !== null) for (const { pageId } of dropped) deps.discardPage(draftId, pageId)
      },
      saveConfirm: ({ context }) => {
        const snapshot = snapshotOf(context, 'confirm')
        if (snapshot !== null) deps.save(snapshot)
      },
      choose: assign(({ context, event }) => (event.type === 'CHOOSE' ? choose(context, event.item, event.query) : {})),
      begin: assign(({ context, event }) =>
        event.type === 'BEGIN' ? beginFor(context, event.forSomebodyElse ?? false) : {},
      ),
      slipShown: assign(({ event }) => (event.type === 'SLIP' ? slipShown(event.code) : {})),
      agree: assign(({ context }) => agree(context)),
      question: assign(({ context }) => nextQuestion(context, check(context)).changes),
      secondCard: assign(({ context }) => secondCard(context, check(context)).changes),
      ensureDraft: assign({ draftId: ({ context }) => context.draftId ?? deps.newId() }),
    },
    guards: {
      isBusy: or([
        ({ context }: { context: SessionContext }) =>
          context.printing || context.submitting || context.scanning || context.reader.kind === 'reading',
        stateIn({ journey: { handover: 'working' } }),
        stateIn({ journey: { slip: 'opening' } }),
      ]),
      canHandOver: ({ context }) => canHandOver(context),
      isConnected: ({ context }) => context.connected,
      hasCard: ({ context }) => context.card !== null,
      isSignedIn: ({ context }) => isSignedIn(context),
      asksConsent: ({ context }) => isAskedBeforeForm(context),
      isAgreed: ({ context }) => isAgreed(context),
      wantsTold: ({ context }) => wantsTold(context),
      isProxy: ({ context }) => context.proxy !== null,
      /** Nobody is here whose absence could be noticed. */
      isAway: or([stateIn({ journey: 'idle' }), stateIn({ journey: 'ending' }), stateIn({ journey: 'ended' })]),
      wantsPapers: ({ context }) => wantedPapers(context).length > 0,
      hasUnchecked: ({ context }) => context.unchecked.length > 0,
      hasPagesHere: ({ context }) => pagesHere(context).length > 0,
      isFull: ({ context }) => isFull(context),
      isLastPaper: ({ context }) => isLastPaper(context),
      isComplaint: ({ context }) => isComplaint(context.item),
      isBinding: ({ context }) => isBinding(context.item),
      // What no item of a catalogue stands for is not rated.
      mayRate: ({ context }) => mayRate(context, isComplaint(context.item) || isBinding(context.item)),
      isHelped: ({ context }) => context.isHelped,
      /** What is signed is signed alone. */
      isHelpedToSign: ({ context }) => context.isHelped && context.item?.signature === true,
      isUnsigned: ({ context }) => context.item?.signature === true && context.signature === null,
    },
  })
}
