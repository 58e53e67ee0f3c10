import { joseSuite } from '../sync/envelope/jose-suite.ts'
import type { Suite } from '../sync/envelope/suite.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import { type ComplainRequest, FEEDBACK_ITEM, type RateRequest } from '../sync/protocol/feedback.ts'
import type { SubmissionPayload } from '../sync/protocol/submission.ts'
import type { RateAnswer } from './bridge/feedback.contract.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import type { SubmitAnswer } from './bridge/submissions.contract.ts'
import type { CardSession } from './card-session.ts'
import { rememberCatalogues } from './catalogues-in-use.ts'
import type { Cell } from './cell.ts'
import type { Log } from './events.ts'
import type { HeldCatalogue } from './held-package.ts'
import type { Intake } from './intake.ts'
import type { SealedLine } from './sealed-line.ts'
import type { StaffDesk } from './staff-desk.ts'
import type { Trust } from './trust.ts'

/**
 * Ratings and complaints on their way into the journal: sealed, journalled and drained as applications are. Idempotent on
 * the draft.
 */
export interface FeedbackIntake {
  /** Only of what was taken in during this very visit, once, never while staff is beside, and of no item in quiet mode. */
  rate(request: RateRequest): Promise<RateAnswer>
  /** The card of the session goes along unless the citizen gives no name; who helped goes along always. */
  complain(request: ComplainRequest): Promise<SubmitAnswer>
}

export interface FeedbackIntakeOptions {
  readonly line: SealedLine
  readonly ledger: Ledger
  readonly session: Pick<CardSession, 'applicant' | 'visit' | 'receiptOf' | 'keepReceipt' | 'keepRated' | 'isRated'>
  readonly trust: Pick<Trust, 'enrolled' | 'sealKey'>
  readonly intake: Pick<Intake, 'accepted'>
  readonly state: () => IntakeState
  readonly packages: { readonly catalogue: Pick<Cell<HeldCatalogue | null>, 'get' | 'subscribe'> }
  readonly staff: Pick<StaffDesk, 'isHelping' | 'helpers' | 'submitted'>
  readonly nowIso: () => string
  readonly log: Log
  readonly suite?: Suite
}

type Fault = Extract<RateAnswer, { ok: false }>['fault']
type Common = Exclude<Fault, 'not-of-this-visit' | 'already-rated' | 'staff-joined' | 'not-asked'>
type Stored =
  | { readonly ok: true; readonly submissionId: string }
  | { readonly ok: false; readonly fault: Common | 'already-rated' }

export function createFeedbackIntake(options: FeedbackIntakeOptions): FeedbackIntake {
  const { line, ledger, session, trust, intake, staff, log, suite = joseSuite } = options
  const catalogues = rememberCatalogues(options.packages.catalogue)
  const rating = onceEach<RateRequest, RateAnswer>(rate)
  const complaining = onceEach<ComplainRequest, SubmitAnswer>(complain)

  async function store(
    draftId: string,
    payloadOf: (base: { readonly submissionId: string; readonly acceptedAt: string }) => SubmissionPayload,
  ): Promise<Stored> {
    const state = options.state()
    if (state === 'no-space' || state === 'no-power') return { ok: false, fault: state }
    const acceptedAt = options.nowIso()
    const sealKey = trust.sealKey(acceptedAt)
    if (!trust.enrolled() || sealKey === undefined) return { ok: false, fault: 'no-trust' }
    const visit = session.visit()
    return line.inTurn(async (): Promise<Stored> => {
      const payload = payloadOf({ submissionId: suite.randomUuid(), acceptedAt })
      // Not before it is its turn: two drafts of one case may have asked at once.
      if (payload.kind === 'rating' && session.isRated(payload.about)) return { ok: false, fault: 'already-rated' }
      const written = await line.append({ draftId, payload, sealKey })
      if (written === undefined) return { ok: false, fault: 'not-stored' }
      const { submissionId } = written.entry
      if (payload.kind === 'rating') session.keepRated(visit, payload.about)
      else {
        session.keepReceipt(visit, submissionId, { secret: written.secret, name: null })
        if (visit === session.visit()) staff.submitted()
      }
      return { ok: true, submissionId }
    })
  }

  async function rate({ draftId, about, level, reasons, words }: RateRequest): Promise<RateAnswer> {
    const known = ledger.byDraft(draftId)
    if (known !== undefined) return known.kind === 'rating' ? { ok: true } : refuseRating('not-of-this-visit')
    const refusal = rateRefusal(about)
    if (refusal !== undefined) return refuseRating(refusal)
    const said = words === undefined ? {} : { words }
    const stored = await store(draftId, (base) => ({
      ...{ v: 1, kind: 'rating', ...base, item: FEEDBACK_ITEM.rating },
      ...{ about, level, reasons, ...said },
    }))
    return stored.ok ? { ok: true } : refuseRating(stored.fault)
  }

  function rateRefusal(about: string): Fault | undefined {
    if (staff.isHelping()) return 'staff-joined'
    const isOfThisVisit = session.receiptOf(about) !== undefined
    const rated = ledger.bySubmission(about)
    if (!isOfThisVisit || rated?.kind !== 'application') return 'not-of-this-visit'
    return catalogues.newest(rated.itemId)?.quiet === true ? 'not-asked' : undefined
  }

  function refuseRating(fault: Fault): RateAnswer {
    log('submission-refused', { fault, kind: 'rating' })
    return { ok: false, fault }
  }

  async function complain({ draftId, ...complaint }: ComplainRequest): Promise<SubmitAnswer> {
    const known = ledger.byDraft(draftId)
    if (known !== undefined) return { ok: true, accepted: intake.accepted(known) }
    const applicant = complaint.anonymous ? undefined : session.applicant()
    const helpers = staff.helpers()
    const stored = await store(draftId, (base) => ({
      ...{ v: 1, kind: 'complaint', ...base, item: FEEDBACK_ITEM.complaint, ...complaint },
      ...(applicant === undefined ? {} : { applicant }),
      ...(helpers.length === 0 ? {} : { assistedBy: [...helpers] }),
    }))
    if (!stored.ok) {
      const { fault } = stored
      if (fault === 'already-rated') throw new Error('a complaint is no rating')
      log('submission-refused', { fault, kind: 'complaint' })
      return { ok: false, fault, fields: [] }
    }
    const entry = ledger.bySubmission(stored.submissionId)
    if (entry === undefined) throw new Error('the ledger did not follow the journal')
    return { ok: true, accepted: intake.accepted(entry) }
  }

  return { rate: rating, complain: complaining }
}

/** One flight a draft: whoever asks meanwhile gets the same answer. Two drafts of one case still take turns. */
function onceEach<Request extends { readonly draftId: string }, Answer>(work: (request: Request) => Promise<Answer>) {
  const running = new Map<string, Promise<Answer>>()
  return (request: Request): Promise<Answer> => {
    const already = running.get(request.draftId)
    if (already !== undefined) return already
    const flight = work(request).finally(() => running.delete(request.draftId))
    running.set(request.draftId, flight)
    return flight
  }
}
