import { implement, ORPCError } from '@orpc/server'
import type { Ledger, LedgerItem } from '../../sync/journal/ledger.ts'
import type { SubmitRequest } from '../../sync/protocol/submission.ts'
import type { CaseBook } from '../cases.ts'
import { type Cell, endable, follow } from '../cell.ts'
import type { Intake } from '../intake.ts'
import type { Scanning } from '../scanning.ts'
import type { TryRation } from '../try-ration.ts'
import { type Delivery, type FindAnswer, type SubmitAnswer, submissions } from './submissions.contract.ts'

/** Receipts older than this are no longer offered to whoever stands there (design.md section 4, step 4). */
const OFFER_UNPRINTED_MS = 10 * 60_000
/** More than these never fit an idle page; the newest count. */
const OFFER_AT_MOST = 3

export interface SubmissionsParts {
  readonly intake: Intake
  readonly ledger: Ledger
  readonly journalHead: Cell<number>
  readonly nowUnixMs: () => number
  readonly cases: Pick<CaseBook, 'of'>
  readonly lookUps: TryRation
  /** What the citizen scanned; without it submissions have no attachments. */
  readonly papers?: Pick<Scanning, 'handIn' | 'forget'>
  /** True while staff helps: no case is shown then. */
  readonly isStaffHelping?: () => boolean
}

/** Nobody was given the ticket of a rating: it has no receipt, and nobody is to find it. */
const isTold = ({ kind }: LedgerItem) => kind !== 'rating'

/** One from the future was taken in under a clock that has been put right since: nobody waits for its paper. */
const isRecent = (ageMs: number) => ageMs >= 0 && ageMs < OFFER_UNPRINTED_MS

export function submissionsHandlers(parts: SubmissionsParts) {
  const { intake, ledger, journalHead, nowUnixMs, cases, lookUps, papers } = parts
  const isStaffHelping = parts.isStaffHelping ?? (() => false)
  const os = implement(submissions)

  async function* watchDelivery(submissionId: string, signal: AbortSignal): AsyncGenerator<Delivery, void, void> {
    let told = ''
    for await (const _ of follow(journalHead, signal)) {
      const entry = ledger.bySubmission(submissionId)
      if (entry === undefined) throw new ORPCError('NOT_FOUND')
      const delivery = deliveryOf(entry)
      if (delivery.state === told) continue
      told = delivery.state
      yield delivery
      if (delivery.state === 'received') return
    }
  }

  /** Only what the citizen gives by scanning goes along; once it is sealed, the pages are not kept a second time. */
  async function submit(request: SubmitRequest): Promise<SubmitAnswer> {
    const scanned = (request.materials ?? []).filter(({ by }) => by === 'scan').map(({ materialId }) => materialId)
    const answer = await intake.submit(request, papers?.handIn(request.draftId, scanned) ?? [])
    if (answer.ok) papers?.forget()
    return answer
  }

  /** Both ways share one ration. */
  function find(look: () => LedgerItem | undefined): FindAnswer {
    if (isStaffHelping()) return { outcome: 'staff-helping' }
    const retryAfterMs = lookUps()
    if (retryAfterMs > 0) return { outcome: 'too-many-tries', retryAfterMs }
    const entry = look()
    if (entry === undefined || !isTold(entry)) return { outcome: 'not-found' }
    const { ticket, itemId, acceptedAt, receivedAt, submissionId } = entry
    const told = { ticket, itemId, acceptedAt, receivedAt, case: cases.of(submissionId) ?? null }
    return { outcome: 'found', found: { ...told, state: FOUND_STATES[entry.state] } }
  }

  return os.router({
    submit: os.submit.handler(({ input }) => submit(input)),
    byDraft: os.byDraft.handler(({ input }) => intake.byDraft(input.draftId)),
    watchDelivery: os.watchDelivery.handler(({ input, signal }) =>
      endable(signal, (own) => watchDelivery(input.submissionId, own)),
    ),
    unprinted: os.unprinted.handler(() =>
      (isStaffHelping() ? [] : newestFirst(ledger))
        .filter(
          (entry) => isTold(entry) && entry.printedAt === null && isRecent(nowUnixMs() - Date.parse(entry.acceptedAt)),
        )
        .slice(0, OFFER_AT_MOST)
        .map((entry) => intake.accepted(entry)),
    ),
    byTicket: os.byTicket.handler(({ input }) => find(() => ledger.byTicket(input.ticket))),
    byReceipt: os.byReceipt.handler(({ input }) => find(() => ledger.bySubmission(input.submissionId))),
  })
}

/** The queue's words in the citizen's. */
const FOUND_STATES = { queued: 'waiting', received: 'received', quarantined: 'needs-staff' } as const

function newestFirst(ledger: Ledger): readonly LedgerItem[] {
  return [...ledger.items()].reverse()
}

function deliveryOf(entry: LedgerItem): Delivery {
  if (entry.state === 'received' && entry.receivedAt !== null && entry.hubSequence !== null) {
    return { state: 'received', receivedAt: entry.receivedAt, hubSequence: entry.hubSequence }
  }
  return entry.state === 'quarantined' ? { state: 'quarantined' } : { state: 'queued' }
}
