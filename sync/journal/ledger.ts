import type { z } from 'zod'
import type { Frame, QuarantineReason } from '../protocol/frames.ts'
import type { SubmissionKindSchema } from '../protocol/submission.ts'
import type { JournalEntry } from './entry.ts'

/** Where a submission stands, as the journal's frames say; nothing else is known or kept of it in memory. */
export interface LedgerItem {
  readonly submissionId: string
  readonly draftId: string
  readonly kind: z.infer<typeof SubmissionKindSchema>
  readonly journalSequence: number
  readonly deviceSequence: number
  readonly ticket: string
  readonly itemId: string
  readonly acceptedAt: string
  readonly envelopeSha256: string
  /** Length of the envelope's UTF-8 text. */
  readonly envelopeBytes: number
  readonly state: 'queued' | 'received' | 'quarantined'
  /** When the printer said that the receipt was out, or null. */
  readonly printedAt: string | null
  /** Why it lies in quarantine, or null. */
  readonly reason: QuarantineReason | null
  readonly receivedAt: string | null
  readonly hubSequence: number | null
}

/**
 * The state that follows from a journal's frames. `apply` is a pure step of the frame and costs the same for the first
 * and the millionth; feeding any prefix of a journal gives the state at that moment.
 *
 * `received` is final but for a `requeued` frame: that is how all that is retained is offered again to a hub that was
 * restored from a backup. A late `quarantined` of a flight that lost the race changes nothing.
 */
export class Ledger {
  /** In the order of acceptance; a change puts a new item into the old one's place. */
  readonly #order: LedgerItem[] = []
  readonly #places = new Map<string, number>()
  readonly #drafts = new Map<string, string>()
  readonly #tickets = new Map<string, string>()
  readonly #counts = { queued: 0, received: 0, quarantined: 0 }
  /** No item before this place waits: moves on while the queue drains, back when an old item is queued again. */
  #firstWaiting = 0
  #lastSequence = 0
  #lastDeviceSequence = 0
  #hubEpoch: string | null = null
  #unfit = 0

  /** Takes the next frame in; frames of unknown types are passed over. */
  apply(entry: JournalEntry): void {
    this.#lastSequence = entry.sequence
    if (!entry.known) return
    const { frame } = entry
    if (frame.type === 'epoch-seen') this.#hubEpoch = frame.hubEpoch
    else if (frame.type === 'accepted') this.#accept(frame, entry.sequence)
    else this.#change(frame)
  }

  bySubmission(submissionId: string): LedgerItem | undefined {
    return this.#order[this.#places.get(submissionId) ?? -1]
  }
  byDraft(draftId: string): LedgerItem | undefined {
    return this.bySubmission(this.#drafts.get(draftId) ?? '')
  }
  byTicket(ticket: string): LedgerItem | undefined {
    return this.bySubmission(this.#tickets.get(ticket) ?? '')
  }
  /** True for every ticket that this terminal ever gave: a slip of paper lives longer than a case. */
  isTicketInUse(ticket: string): boolean {
    return this.#tickets.has(ticket)
  }

  get nextDeviceSequence(): number {
    return this.#lastDeviceSequence + 1
  }
  get lastSequence(): number {
    return this.#lastSequence
  }
  /** The hub's epoch as last seen, or null. */
  get hubEpoch(): string | null {
    return this.#hubEpoch
  }
  /** Accepted and not yet received, quarantined ones apart. */
  get waiting(): number {
    return this.#counts.queued
  }
  get quarantined(): number {
    return this.#counts.quarantined
  }
  get received(): number {
    return this.#counts.received
  }
  get size(): number {
    return this.#order.length
  }
  /** Frames that fit no submission or repeat one: a journal that we wrote has none. */
  get unfitFrames(): number {
    return this.#unfit
  }

  /** The waiting item that was accepted first, by sequence, or undefined. */
  oldestWaiting(): LedgerItem | undefined {
    while (this.#firstWaiting < this.#order.length) {
      const item = this.#order[this.#firstWaiting]
      if (item?.state === 'queued') return item
      this.#firstWaiting += 1
    }
    return undefined
  }

  /** What waits, in the order of acceptance. */
  *waitingItems(): Generator<LedgerItem> {
    if (this.oldestWaiting() === undefined) return
    for (let place = this.#firstWaiting; place < this.#order.length; place++) {
      const item = this.#order[place]
      if (item?.state === 'queued') yield item
    }
  }

  /** Every submission, in the order of acceptance. */
  items(): Iterable<LedgerItem> {
    return this.#order.values()
  }

  #accept(frame: Extract<Frame, { type: 'accepted' }>, journalSequence: number): void {
    if (this.#places.has(frame.submissionId) || this.#drafts.has(frame.draftId)) {
      this.#unfit += 1
      return
    }
    const item: LedgerItem = {
      submissionId: frame.submissionId,
      draftId: frame.draftId,
      kind: frame.kind,
      journalSequence,
      deviceSequence: frame.deviceSequence,
      ticket: frame.ticket,
      itemId: frame.itemId,
      acceptedAt: frame.at,
      envelopeSha256: frame.envelopeSha256,
      envelopeBytes: Buffer.byteLength(frame.envelope),
      state: 'queued',
      printedAt: null,
      reason: null,
      receivedAt: null,
      hubSequence: null,
    }
    this.#places.set(item.submissionId, this.#order.length)
    this.#order.push(item)
    this.#drafts.set(item.draftId, item.submissionId)
    this.#tickets.set(item.ticket, item.submissionId)
    this.#lastDeviceSequence = Math.max(this.#lastDeviceSequence, item.deviceSequence)
    this.#counts.queued += 1
  }

  #change(frame: Exclude<Frame, { type: 'accepted' | 'epoch-seen' }>): void {
    const place = this.#places.get(frame.submissionId)
    const item = this.#order[place ?? -1]
    if (place === undefined || item === undefined) {
      this.#unfit += 1
      return
    }
    const next = changed(item, frame)
    this.#order[place] = next
    this.#counts[item.state] -= 1
    this.#counts[next.state] += 1
    if (next.state === 'queued') this.#firstWaiting = Math.min(this.#firstWaiting, place)
    if (frame.type === 'received') this.#hubEpoch = frame.hubEpoch
  }
}

function changed(item: LedgerItem, frame: Exclude<Frame, { type: 'accepted' | 'epoch-seen' }>): LedgerItem {
  switch (frame.type) {
    case 'receipt-printed':
      return { ...item, printedAt: item.printedAt ?? frame.at }
    case 'received':
      return { ...item, state: 'received', reason: null, receivedAt: frame.at, hubSequence: frame.hubSequence }
    case 'quarantined':
      return item.state === 'received' ? item : { ...item, state: 'quarantined', reason: frame.reason }
    case 'requeued':
      return { ...item, state: 'queued', reason: null, receivedAt: null, hubSequence: null }
  }
}
