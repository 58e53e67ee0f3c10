import type { Mark } from '../protocol/contact.ts'
import type { JournalEntry } from './entry.ts'
import type { FactColumns } from './fact-columns.ts'
import { type DamageSeen, LedgerBook, type StaffLockout } from './ledger-book.ts'
import type { LedgerItem } from './ledger-item.ts'

export type { DamageSeen, StaffLockout } from './ledger-book.ts'
export type { LedgerItem } from './ledger-item.ts'

export interface PageRequest {
  /** Null for all. */
  readonly state: LedgerItem['state'] | null
  /** Only items of a smaller device sequence; null from the newest. */
  readonly before: number | null
  readonly limit: number
}
export interface Page {
  /** Newest first. */
  readonly items: readonly LedgerItem[]
  readonly more: boolean
}

/**
 * The state that follows from a journal's frames. `apply` is a pure step of the frame and costs the same for the first
 * and the millionth; feeding any prefix of a journal gives the state at that moment.
 *
 * `received` is final but for a `requeued` frame: that is how all that is retained is offered again to a hub that was
 * restored from a backup. A late `quarantined` of a flight that lost the race changes nothing.
 */
export class Ledger {
  readonly #book = new LedgerBook()
  readonly #items = this.#book.items

  /** Takes the next frame in; frames of unknown types are passed over. */
  apply(entry: JournalEntry): void {
    this.#book.apply(entry)
  }

  /** Takes in all frames of a closed segment, as `apply` would one by one. */
  applyAll(columns: FactColumns): void {
    this.#book.applyAll(columns)
  }

  bySubmission(submissionId: string): LedgerItem | undefined {
    return this.#items.item(this.#items.ofSubmission(submissionId))
  }
  byDraft(draftId: string): LedgerItem | undefined {
    return this.#items.item(this.#items.ofDraft(draftId))
  }
  byTicket(ticket: string): LedgerItem | undefined {
    return this.#items.item(this.#items.ofTicket(ticket))
  }
  /**
   * True for every ticket that this terminal is known to have given, also when damage took its submission: a slip of
   * paper lives longer than a case.
   */
  isTicketInUse(ticket: string): boolean {
    return this.#items.ofTicket(ticket) >= 0 || this.#book.lostTickets.has(ticket)
  }

  /** Above every number that was given, also above those that damage may hide. */
  get nextDeviceSequence(): number {
    return this.#book.lastDeviceSequence + 1
  }
  get lastSequence(): number {
    return this.#book.lastSequence
  }
  /** The hub's epoch as the last `epoch-seen` frame told it; before the first one, as the first receipt did; or null. */
  get hubEpoch(): string | null {
    return this.#book.hubEpoch
  }
  /**
   * The furthest that the hub has confirmed: of the receipts of its present epoch, given after the last `epoch-seen`
   * frame, the one with the highest hub sequence. Null when there is none.
   */
  get mark(): Mark | null {
    if (this.#book.markSequence === 0 || this.#book.hubEpoch === null) return null
    const receiptSha256 = this.#items.receipts.sha256Of(this.#book.markReceipt)
    return { hubEpoch: this.#book.hubEpoch, hubSequence: this.#book.markSequence, receiptSha256 }
  }
  /** Journal sequence of the last `epoch-seen` frame, 0 when there is none: receipts before it may be void. */
  get epochSeenSequence(): number {
    return this.#book.epochSeenSequence
  }
  /** Accepted and not yet received, quarantined ones apart. */
  get waiting(): number {
    return this.#book.counts.queued
  }
  get quarantined(): number {
    return this.#book.counts.quarantined
  }
  /** Purged ones among them. */
  get received(): number {
    return this.#book.counts.received
  }
  get purged(): number {
    return this.#book.purged
  }
  get size(): number {
    return this.#items.size
  }
  /** Places of the journal that could not be read, in the order in which they were found. */
  get damage(): readonly DamageSeen[] {
    return this.#book.damage
  }
  /** Of the maintainers' door. */
  get lastLockout(): StaffLockout | null {
    return this.#book.lastLockout
  }
  /** The newest of each staff badge, by badge id. */
  get badgeLockouts(): ReadonlyMap<string, StaffLockout> {
    return this.#book.badgeLockouts
  }
  /** Frames that fit no submission or repeat one: a journal that we wrote and no damage hides has none. */
  get unfitFrames(): number {
    return this.#book.unfit
  }

  /** The waiting item that was accepted first, by sequence, or undefined. */
  oldestWaiting(): LedgerItem | undefined {
    return this.#items.item(this.#book.oldestPlace())
  }

  /** What waits, in the order of acceptance. */
  *waitingItems(): Generator<LedgerItem> {
    for (let place = this.#book.oldestPlace(); place < this.#items.size; place++) {
      if (this.#items.stateAt(place) !== 'queued') continue
      const item = this.#items.item(place)
      if (item !== undefined) yield item
    }
  }

  /** The same behind a device sequence, by id: for whoever needs few of many. */
  *waitingIds(afterDeviceSequence: number): Generator<string> {
    const all = this.#items
    const behind = all.firstPlace((place) => all.deviceSequenceAt(place) > afterDeviceSequence)
    for (let place = Math.max(behind, this.#book.oldestPlace()); place < all.size; place++) {
      if (all.stateAt(place) === 'queued') yield all.submissionIdAt(place)
    }
  }

  /** How often a submission was queued again, up to 255 and then from 0 on. */
  requeuesOf(submissionId: string): number {
    return this.#items.requeuesAt(this.#items.ofSubmission(submissionId))
  }

  /** Every submission, in the order of acceptance. */
  *items(): Generator<LedgerItem> {
    for (let place = 0; place < this.#items.size; place++) {
      const item = this.#items.item(place)
      if (item !== undefined) yield item
    }
  }

  /** Of every submission that is not purged, the hashes of its chunks. */
  *chunkSha256s(): Generator<string> {
    for (let place = 0; place < this.#items.size; place++) {
      if (this.#items.isPurged(place)) continue
      for (const { sha256 } of this.#items.chunksAt(place)) yield sha256
    }
  }

  /** What was accepted in this range of journal sequences, both inclusive: ids, in order. */
  *acceptedBetween(fromSequence: number, throughSequence: number): Generator<string> {
    let place = this.#items.firstPlace((each) => this.#items.journalSequenceAt(each) >= fromSequence)
    for (; place < this.#items.size && this.#items.journalSequenceAt(place) <= throughSequence; place++) {
      yield this.#items.submissionIdAt(place)
    }
  }

  /**
   * Received ones that the hub may have forgotten and that can still be sent: their receipt is older than the last word
   * that the hub's epoch changed or went back, or of another epoch than the present one. Each `requeued` frame takes one
   * of them away, so to go on after a crash is to ask again. With `firstWordToo` those too whose receipt is older than the
   * very first word of the epoch: it crossed that on its way to the journal, and could never be purged.
   */
  *toReoffer(firstWordToo = false): Generator<LedgerItem> {
    if (this.#book.epochSeenSequence === 0) return
    for (let place = 0; place < this.#items.size; place++) {
      if (this.#items.stateAt(place) !== 'received' || this.#items.isPurged(place)) continue
      const word = firstWordToo ? this.#book.epochSeenSequence : this.#book.reofferSequence
      const isOld = this.#items.receivedSequenceAt(place) < word
      if (!isOld && this.#items.hubEpochAt(place) === this.#book.hubEpoch) continue
      const item = this.#items.item(place)
      if (item !== undefined) yield item
    }
  }

  /** One page of the queue, newest first; cheap for the first pages of any state. */
  page({ state, before, limit }: PageRequest): Page {
    const all = this.#items
    const items: LedgerItem[] = []
    const begin = before === null ? all.size : all.firstPlace((place) => all.deviceSequenceAt(place) >= before)
    let left = state === null ? begin : this.#book.counts[state]
    for (let place = begin - 1; place >= 0 && left > 0; place--) {
      if (state !== null && all.stateAt(place) !== state) continue
      if (items.length === limit) return { items, more: true }
      const item = all.item(place)
      if (item !== undefined) items.push(item)
      left -= 1
    }
    return { items, more: false }
  }
}
