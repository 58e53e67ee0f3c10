import type { Actor } from 'xstate'
import { loadLanguage } from '../ui/strings/language.ts'
import type { Bridge } from './bridge.ts'
import { isoDate } from './forms/show.ts'
import type { LiveViewStore } from './live-view.ts'
import type { createSessionMachine } from './machine/session-machine.ts'
import type { EndReason, SessionDeps } from './machine/session-types.ts'
import { markCard } from './use-card-painted.ts'

export type SessionActor = Actor<ReturnType<typeof createSessionMachine>>

/** Sealing and fsync take milliseconds; a line that says nothing this long has lost the answer. */
const SUBMIT_PATIENCE_MS = 15_000
/** A long receipt, a hot head and the printer's own settling; after this nobody knows. */
const PRINT_PATIENCE_MS = 120_000
const ASK_PATIENCE_MS = 5_000
/** Two tries at the hub, the printing of a slip and the printer's own settling. */
const HAND_OVER_PATIENCE_MS = 180_000
/** The hub client gives a call 20 s. */
const OPEN_SLIP_PATIENCE_MS = 30_000
/** A question to the hub and back, with a key made for it on a slow machine. */
const CODE_PATIENCE_MS = 40_000
/** Main gives the hub 4 s. */
const PERSON_PATIENCE_MS = 6_000
/** The scanner's driver gives a job 10 minutes, whatever its feeder holds. */
const SCAN_PATIENCE_MS = 11 * 60_000

/**
 * An end that main could not be told of, kept over the new document (window.name survives a navigation and nothing
 * else): the next page tells main before it listens for cards.
 */
const PENDING_END = 'bianmin-end:'

export function sessionDeps(bridge: Bridge): SessionDeps {
  return {
    submit: (request) =>
      bridge.call((client) => client.submissions.submit(request, { signal: AbortSignal.timeout(SUBMIT_PATIENCE_MS) })),
    complain: (request) =>
      bridge.call((client) => client.feedback.complain(request, { signal: AbortSignal.timeout(SUBMIT_PATIENCE_MS) })),
    bind: (request) =>
      bridge.call((client) => client.bindings.make(request, { signal: AbortSignal.timeout(SUBMIT_PATIENCE_MS) })),
    unbind: (request) =>
      bridge.call((client) => client.bindings.end(request, { signal: AbortSignal.timeout(SUBMIT_PATIENCE_MS) })),
    rate: (request) =>
      bridge.call((client) => client.feedback.rate(request, { signal: AbortSignal.timeout(SUBMIT_PATIENCE_MS) })),
    byDraft: (draftId) =>
      bridge.call((client) =>
        client.submissions.byDraft({ draftId }, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }),
      ),
    print: (submissionId, again) =>
      bridge.call((client) =>
        client.printing.printReceipt({ submissionId, again }, { signal: AbortSignal.timeout(PRINT_PATIENCE_MS) }),
      ),
    restore: (readId) =>
      bridge.call((client) => client.session.restore({ readId }, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) })),
    save: (snapshot) => {
      bridge
        .call((client) => client.session.save(snapshot))
        .catch((cause: unknown) => console.warn('main did not keep this step', cause))
    },
    scan: (request) =>
      bridge.call((client) => client.scanning.scan(request, { signal: AbortSignal.timeout(SCAN_PATIENCE_MS) })),
    cancelScan: () => {
      bridge
        .call((client) => client.scanning.cancel())
        .catch((cause: unknown) => console.warn('main did not hear that the scan is given up', cause))
    },
    scannedPages: (draftId) =>
      bridge.call((client) => client.scanning.pages({ draftId }, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) })),
    discardPage: (draftId, pageId) => {
      bridge
        .call((client) => client.scanning.discard({ draftId, pageId }))
        .catch((cause: unknown) => console.warn('main did not take a page out', cause))
    },
    agentLeft: () =>
      bridge.call((client) => client.proxy.left(undefined, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) })),
    personData: (about) =>
      bridge.call((client) => client.person.data(about, { signal: AbortSignal.timeout(PERSON_PATIENCE_MS) })),
    expectPrincipal: (expected) => {
      bridge
        .call((client) => client.proxy.expectPrincipal({ expected }))
        .catch((cause: unknown) => console.warn('main was not told of the second card', cause))
    },
    handOver: (draft) =>
      bridge.call((client) => client.handover.handOver(draft, { signal: AbortSignal.timeout(HAND_OVER_PATIENCE_MS) })),
    openSlip: async (code) => {
      const answer = await bridge.call((client) =>
        client.handover.open({ code }, { signal: AbortSignal.timeout(OPEN_SLIP_PATIENCE_MS) }),
      )
      // The screen switches to words that are there; without them the form goes on in Chinese.
      if (answer.outcome !== 'opened' || (await loadLanguage(answer.draft.language))) return answer
      return { ...answer, draft: { ...answer.draft, language: 'zh' } }
    },
    slipHeld: () => {
      bridge
        .call((client) => client.handover.held())
        .catch((cause: unknown) => console.warn('main did not hear that the form is here', cause))
    },
    redeemCode: (text) =>
      bridge.call((client) => client.identity.code({ text }, { signal: AbortSignal.timeout(CODE_PATIENCE_MS) })),
    mayWitness: () =>
      bridge.call((client) => client.identity.mayWitness(undefined, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) })),
    vouch: (person) =>
      bridge.call((client) =>
        client.identity.witness({ checked: true, ...person }, { signal: AbortSignal.timeout(ASK_PATIENCE_MS) }),
      ),
    end: async (why) => {
      window.name = `${PENDING_END}${why}`
      await bridge.call((client) => client.session.end({ why }))
      window.name = ''
    },
    newId: () => crypto.randomUUID(),
    today: () => isoDate(new Date()),
    now: () => new Date(),
  }
}

/** Tells main of an end that an earlier document could not. */
async function settlePendingEnd(bridge: Bridge): Promise<void> {
  if (!window.name.startsWith(PENDING_END)) return
  const why = window.name.slice(PENDING_END.length) as EndReason
  await bridge.call((client) => client.session.end({ why }))
  window.name = ''
}

/** Card, connection, catalogue and touches into the session; the end of it into a fresh document. */
export function connectSession(session: SessionActor, bridge: Bridge, view: LiveViewStore): void {
  bridge.subscribe(() => session.send({ type: 'BRIDGE', connected: bridge.line !== null }))
  bridge.watch(
    async (client, options) => {
      await settlePendingEnd(bridge)
      return client.identity.watchCard(undefined, options)
    },
    (event) => {
      if (event.kind === 'card') markCard('arrived', event.readId)
      session.send({ type: 'CARD', event })
    },
  )
  bridge.watch(
    (client, options) => client.proxy.watchPrincipal(undefined, options),
    (event) => session.send({ type: 'PRINCIPAL', event }),
  )
  view.subscribe(() => {
    const { catalogue } = view.get()
    if (catalogue !== null) session.send({ type: 'CATALOGUE', catalogue: catalogue.catalogue })
  })
  session.subscribe((state) => {
    if (state.matches({ journey: 'ended' })) location.replace(location.pathname)
  })
  window.addEventListener('click', () => session.send({ type: 'TOUCH' }), { capture: true })
  window.addEventListener('keydown', () => session.send({ type: 'TOUCH' }), { capture: true })
}
