import { randomUUID } from 'node:crypto'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import type { Workbench } from '../../electron/dev/workbench.ts'
import type { CatalogueView } from '../../sync/protocol/queue-view.ts'
import { openPageClient, type PageClient, registration } from '../support/page-client.ts'
import { within } from './waiting.ts'

/** What came of one try to submit. */
export type Outcome =
  | { readonly kind: 'promised'; readonly id: string; readonly ticket: string }
  | { readonly kind: 'refused'; readonly fault: string }
  /** The terminal died or nobody answered: the page knows nothing, and asks again when it is back. */
  | { readonly kind: 'unknown' }

export interface Citizen {
  submit(draftId: string): Promise<Outcome>
  /** What a page does that came back: asks what became of its draft. */
  ask(draftId: string): Promise<Outcome>
  /** The page behind it, for the maintainer's calls. */
  readonly page: PageClient
  readonly catalogue: CatalogueView
  leave(): void
}

const PERSON = 'zhou-mingyuan'
/** A terminal whose clock says 2106 refuses every card: then there is none, and submitting is refused too. */
const CARD_WITHIN_MS = 3_000
const CARD_TRIES = 2
const CATALOGUE_WITHIN_MS = 20_000
const ANSWER_WITHIN_MS = 20_000

/** A citizen who lays a card down and keeps submitting, over the bridge that the kiosk page uses. */
export async function enter(startUrl: string, bench: Workbench): Promise<Citizen> {
  const page = await openPageClient(startUrl)
  const catalogue = await within(page.catalogue(), CATALOGUE_WITHIN_MS)
  if (catalogue === undefined) throw new Error('the terminal has no catalogue')
  let triesLeft = CARD_TRIES
  let laying: Promise<boolean> | undefined
  /** Several submissions of one visit find that their card is gone: it is laid down once for all of them. */
  async function layAgain(): Promise<boolean> {
    if (laying === undefined && triesLeft === 0) return false
    laying ??= layCard(page, bench).finally(() => {
      laying = undefined
    })
    const isThere = await laying
    triesLeft = isThere ? CARD_TRIES : Math.max(0, triesLeft - 1)
    return isThere
  }
  await layAgain()

  async function submitOnce(draftId: string): Promise<Outcome> {
    try {
      const request = registration(catalogue as CatalogueView, draftId)
      const answer = await within(page.bridge.submissions.submit(request), ANSWER_WITHIN_MS)
      if (answer === undefined) return { kind: 'unknown' }
      if (!answer.ok) return { kind: 'refused', fault: answer.fault }
      return { kind: 'promised', id: answer.accepted.submissionId, ticket: answer.accepted.ticket }
    } catch (error) {
      return lost(error)
    }
  }

  return {
    page,
    catalogue,
    async submit(draftId) {
      const outcome = await submitOnce(draftId)
      if (outcome.kind !== 'refused' || outcome.fault !== 'no-card') return outcome
      // Another page began or ended the visit: the card is laid down again.
      return (await layAgain()) ? submitOnce(draftId) : outcome
    },
    async ask(draftId) {
      try {
        const accepted = await within(page.bridge.submissions.byDraft({ draftId }), ANSWER_WITHIN_MS)
        if (accepted === undefined) return { kind: 'unknown' }
        return accepted === null
          ? { kind: 'refused', fault: 'never-accepted' }
          : { kind: 'promised', id: accepted.submissionId, ticket: accepted.ticket }
      } catch (error) {
        return lost(error)
      }
    },
    leave: () => page.close(),
  }
}

export const newDraft = (): string => randomUUID()

async function layCard(page: PageClient, bench: Workbench): Promise<boolean> {
  const person = samplePerson(PERSON)
  if (person === undefined) throw new Error(`no sample person ${PERSON}`)
  bench.reader.takeCard()
  bench.reader.putCard(person)
  return (await within(page.card(), CARD_WITHIN_MS)) !== undefined
}

/** A call that ended with its socket: what the page sees when the terminal dies. A bug of ours says something else. */
function lost(error: unknown): Outcome {
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error)
  if (/abort|clos|socket|ECONNRESET|not open|peer/i.test(text)) return { kind: 'unknown' }
  throw error
}
