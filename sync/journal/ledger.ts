import type { Mark } from '../protocol/contact.ts'
import type { AcceptedFact, Fact } from '../protocol/frames.ts'
import { type JournalEntry, type ReceiptFacts, receiptFacts } from './entry.ts'
import type { LedgerItem } from './ledger-item.ts'
import { LedgerItems } from './ledger-items.ts'

export type { LedgerItem } from './ledger-item.ts'
export type DamageSeen = Extract<Fact, { type: 'damage-seen' }>
export type StaffLockout = Extract<Fact, { type: 'staff-lockout' }>

const PURGED_UNSENT = 'purged while it waited'

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
  /** By place, in the order of acceptance. */
  readonly #items = new LedgerItems()
  readonly #lostTickets = new Set<string>()
  readonly #counts = { queued: 0, received: 0, quarantined: 0 }
  readonly #damage: DamageSeen[] = []
  /** No item before this place waits: moves on while the queue drains, back when an old item is queued again. */
  #firstWaiting = 0
  #lastSequence = 0
  #lastDeviceSequence = 0
  #purged = 0
  #hubEpoch: string | null = null
  #mark: Mark | null = null
  /** Of the last `epoch-seen` frame, and of the last one after which receipts have to be asked for again. */
  #epochSeenSequence = 0
  #reofferSequence = 0
  #lastLockout: StaffLockout | null = null
  #unfit = 0

  /** Takes the next frame in; frames of unknown types are passed over. */
  apply(entry: JournalEntry): void {
    this.#lastSequence = entry.sequence
    if (!entry.known) return
    const { frame, sequence } = entry
    switch (frame.type) {
      case 'accepted':
        this.#accept(frame, sequence)
        break
      case 'received':
        this.#receive([frame], frame, sequence, entry.receipt)
        break
      case 'batch-received':
        this.#receive(frame.items, frame, sequence, entry.receipt)
        break
      case 'epoch-seen':
        this.#hubEpoch = frame.hubEpoch
        this.#mark = null
        this.#epochSeenSequence = sequence
        if (frame.why === 'changed' || frame.why === 'went-back') this.#reofferSequence = sequence
        break
      case 'purged':
        this.#purge(frame.fromSequence, frame.throughSequence)
        break
      case 'damage-seen':
        this.#noteDamage(frame)
        break
      case 'staff-lockout':
        this.#lastLockout = frame
        break
      case 'receipt-printed':
      case 'quarantined':
      case 'requeued': {
        const place = this.#items.ofSubmission(frame.submissionId)
        if (place < 0) this.#unfit += 1
        else this.#change(place, frame)
      }
    }
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
    return this.#items.ofTicket(ticket) >= 0 || this.#lostTickets.has(ticket)
  }

  /** Above every number that was given, also above those that damage may hide. */
  get nextDeviceSequence(): number {
    return this.#lastDeviceSequence + 1
  }
  get lastSequence(): number {
    return this.#lastSequence
  }
  /** The hub's epoch as the last `epoch-seen` frame told it; before the first one, as the first receipt did; or null. */
  get hubEpoch(): string | null {
    return this.#hubEpoch
  }
  /**
   * The furthest that the hub has confirmed: of the receipts of its present epoch, given after the last `epoch-seen`
   * frame, the one with the highest hub sequence. Null when there is none.
   */
  get mark(): Mark | null {
    return this.#mark
  }
  /** Journal sequence of the last `epoch-seen` frame, 0 when there is none: receipts before it may be void. */
  get epochSeenSequence(): number {
    return this.#epochSeenSequence
  }
  /** Accepted and not yet received, quarantined ones apart. */
  get waiting(): number {
    return this.#counts.queued
  }
  get quarantined(): number {
    return this.#counts.quarantined
  }
  /** Purged ones among them. */
  get received(): number {
    return this.#counts.received
  }
  get purged(): number {
    return this.#purged
  }
  get size(): number {
    return this.#items.size
  }
  /** Places of the journal that could not be read, in the order in which they were found. */
  get damage(): readonly DamageSeen[] {
    return this.#damage
  }
  get lastLockout(): StaffLockout | null {
    return this.#lastLockout
  }
  /** Frames that fit no submission or repeat one: a journal that we wrote and no damage hides has none. */
  get unfitFrames(): number {
    return this.#unfit
  }

  /** The waiting item that was accepted first, by sequence, or undefined. */
  oldestWaiting(): LedgerItem | undefined {
    return this.#items.item(this.#oldestPlace())
  }

  /** What waits, in the order of acceptance. */
  *waitingItems(): Generator<LedgerItem> {
    for (let place = this.#oldestPlace(); place < this.#items.size; place++) {
      if (this.#items.stateAt(place) !== 'queued') continue
      const item = this.#items.item(place)
      if (item !== undefined) yield item
    }
  }

  /** Every submission, in the order of acceptance. */
  *items(): Generator<LedgerItem> {
    for (let place = 0; place < this.#items.size; place++) {
      const item = this.#items.item(place)
      if (item !== undefined) yield item
    }
  }

  /**
   * Received ones that the hub may have forgotten and that can still be sent: their receipt is older than the last word
   * that the hub's epoch changed or went back, or of another epoch than the present one. Each `requeued` frame takes one
   * of them away, so to go on after a crash is to ask again.
   */
  *toReoffer(): Generator<LedgerItem> {
    if (this.#epochSeenSequence === 0) return
    for (let place = 0; place < this.#items.size; place++) {
      if (this.#items.stateAt(place) !== 'received' || this.#items.isPurged(place)) continue
      const isOld = this.#items.receivedSequenceAt(place) < this.#reofferSequence
      const item = this.#items.item(place)
      if (item !== undefined && (isOld || item.hubEpoch !== this.#hubEpoch)) yield item
    }
  }

  /** One page of the queue, newest first; cheap for the first pages of any state. */
  page({ state, before, limit }: PageRequest): Page {
    const all = this.#items
    const items: LedgerItem[] = []
    const begin = before === null ? all.size : all.firstPlace((place) => all.deviceSequenceAt(place) >= before)
    let left = state === null ? begin : this.#counts[state]
    for (let place = begin - 1; place >= 0 && left > 0; place--) {
      if (state !== null && all.stateAt(place) !== state) continue
      if (items.length === limit) return { items, more: true }
      const item = all.item(place)
      if (item !== undefined) items.push(item)
      left -= 1
    }
    return { items, more: false }
  }

  /** Its place, or the number of all. */
  #oldestPlace(): number {
    const { size } = this.#items
    while (this.#firstWaiting < size && this.#items.stateAt(this.#firstWaiting) !== 'queued') this.#firstWaiting += 1
    return this.#firstWaiting
  }

  #accept(fact: AcceptedFact, journalSequence: number): void {
    if (this.#items.ofSubmission(fact.submissionId) >= 0 || this.#items.ofDraft(fact.draftId) >= 0) {
      this.#unfit += 1
      return
    }
    this.#items.add(fact, journalSequence)
    this.#lastDeviceSequence = Math.max(this.#lastDeviceSequence, fact.deviceSequence)
    this.#counts.queued += 1
  }

  #receive(
    received: readonly { readonly submissionId: string; readonly hubSequence: number }[],
    fact: { readonly at: string; readonly receipt: string; readonly hubEpoch: string },
    receivedSequence: number,
    known: ReceiptFacts | undefined,
  ): void {
    const { at, hubEpoch } = fact
    const receipt = known ?? receiptFacts(fact.receipt)
    this.#hubEpoch ??= hubEpoch
    for (const { submissionId, hubSequence } of received) {
      const place = this.#items.ofSubmission(submissionId)
      if (place < 0) this.#unfit += 1
      else {
        this.#count(place, 'received')
        this.#items.receive(place, { at, receivedSequence, receipt, hubEpoch, hubSequence })
      }
      if (hubEpoch === this.#hubEpoch && hubSequence > (this.#mark?.hubSequence ?? 0)) {
        this.#mark = { hubEpoch, hubSequence, receiptSha256: receipt.sha256 }
      }
    }
  }

  #change(place: number, fact: Extract<Fact, { type: 'receipt-printed' | 'quarantined' | 'requeued' }>): void {
    switch (fact.type) {
      case 'receipt-printed':
        this.#items.print(place, fact.at)
        break
      case 'quarantined':
        // A late refusal of a flight that lost the race changes nothing.
        if (this.#items.stateAt(place) === 'received') break
        this.#count(place, 'quarantined')
        this.#items.quarantine(place, fact.reason, fact.detail)
        break
      case 'requeued':
        // Nothing is left to send.
        if (this.#items.isPurged(place)) break
        this.#count(place, 'queued')
        this.#items.queue(place)
        this.#firstWaiting = Math.min(this.#firstWaiting, place)
    }
  }

  #count(place: number, next: LedgerItem['state']): void {
    this.#counts[this.#items.stateAt(place)] -= 1
    this.#counts[next] += 1
  }

  #purge(fromSequence: number, throughSequence: number): void {
    const all = this.#items
    let place = all.firstPlace((each) => all.journalSequenceAt(each) >= fromSequence)
    for (; place < all.size && all.journalSequenceAt(place) <= throughSequence; place++) {
      if (!all.isPurged(place)) this.#purged += 1
      all.purge(place)
      if (all.stateAt(place) !== 'queued') continue
      // No purge takes one that waits; should it ever, people must see it: nothing is left to send.
      this.#count(place, 'quarantined')
      all.quarantine(place, 'damaged', PURGED_UNSENT)
    }
  }

  #noteDamage(seen: DamageSeen): void {
    this.#damage.push(seen)
    for (const ticket of seen.tickets) this.#lostTickets.add(ticket)
    // Numbers rise with the journal: one that came later is above all that may be hidden.
    if (this.#items.journalSequenceAt(this.#items.size - 1) > seen.fromSequence) return
    this.#lastDeviceSequence += seen.mayHoldAccepted ?? 0
  }
}
