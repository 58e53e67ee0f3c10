import type { Mark } from '../protocol/contact.ts'
import type { AcceptedFact, Fact } from '../protocol/frames.ts'
import { type JournalEntry, type ReceiptFacts, receiptFacts } from './entry.ts'
import { changedItem, type LedgerItem, newItem, type Reception, receivedItem } from './ledger-item.ts'

export type { LedgerItem } from './ledger-item.ts'
export type DamageSeen = Extract<Fact, { type: 'damage-seen' }>
export type StaffLockout = Extract<Fact, { type: 'staff-lockout' }>

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
  /** In the order of acceptance; a change puts a new item into the old one's place. */
  readonly #order: LedgerItem[] = []
  readonly #places = new Map<string, number>()
  readonly #drafts = new Map<string, number>()
  readonly #tickets = new Map<string, number>()
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
        const place = this.#places.get(frame.submissionId)
        const item = this.#order[place ?? -1]
        if (place === undefined || item === undefined) this.#unfit += 1
        else this.#put(place, item, changedItem(item, frame))
      }
    }
  }

  bySubmission(submissionId: string): LedgerItem | undefined {
    return this.#order[this.#places.get(submissionId) ?? -1]
  }
  byDraft(draftId: string): LedgerItem | undefined {
    return this.#order[this.#drafts.get(draftId) ?? -1]
  }
  byTicket(ticket: string): LedgerItem | undefined {
    return this.#order[this.#tickets.get(ticket) ?? -1]
  }
  /**
   * True for every ticket that this terminal is known to have given, also when damage took its submission: a slip of
   * paper lives longer than a case.
   */
  isTicketInUse(ticket: string): boolean {
    return this.#tickets.has(ticket) || this.#lostTickets.has(ticket)
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
    return this.#order.length
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

  /**
   * Received ones that the hub may have forgotten and that can still be sent: their receipt is older than the last word
   * that the hub's epoch changed or went back, or of another epoch than the present one. Each `requeued` frame takes one
   * of them away, so to go on after a crash is to ask again.
   */
  *toReoffer(): Generator<LedgerItem> {
    if (this.#epochSeenSequence === 0) return
    for (const item of this.#order) {
      if (item.state !== 'received' || item.purged) continue
      const isOld = (item.receivedSequence ?? 0) < this.#reofferSequence
      if (isOld || item.hubEpoch !== this.#hubEpoch) yield item
    }
  }

  /** One page of the queue, newest first; cheap for the first pages of any state. */
  page({ state, before, limit }: PageRequest): Page {
    const items: LedgerItem[] = []
    const begin = before === null ? this.#order.length : this.#firstPlace((item) => item.deviceSequence >= before)
    let left = state === null ? begin : this.#counts[state]
    for (let place = begin - 1; place >= 0 && left > 0; place--) {
      const item = this.#order[place]
      if (item === undefined || (state !== null && item.state !== state)) continue
      if (items.length === limit) return { items, more: true }
      items.push(item)
      left -= 1
    }
    return { items, more: false }
  }

  #accept(fact: AcceptedFact, journalSequence: number): void {
    if (this.#places.has(fact.submissionId) || this.#drafts.has(fact.draftId)) {
      this.#unfit += 1
      return
    }
    const place = this.#order.length
    this.#order.push(newItem(fact, journalSequence))
    this.#places.set(fact.submissionId, place)
    this.#drafts.set(fact.draftId, place)
    this.#tickets.set(fact.ticket, place)
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
      const reception: Reception = { at, receivedSequence, receipt, hubEpoch, hubSequence }
      const place = this.#places.get(submissionId)
      const item = this.#order[place ?? -1]
      if (place === undefined || item === undefined) this.#unfit += 1
      else this.#put(place, item, receivedItem(item, reception))
      if (hubEpoch === this.#hubEpoch && hubSequence > (this.#mark?.hubSequence ?? 0)) {
        this.#mark = { hubEpoch, hubSequence, receiptSha256: receipt.sha256 }
      }
    }
  }

  #put(place: number, item: LedgerItem, next: LedgerItem): void {
    this.#order[place] = next
    this.#counts[item.state] -= 1
    this.#counts[next.state] += 1
    if (next.state === 'queued') this.#firstWaiting = Math.min(this.#firstWaiting, place)
  }

  #purge(fromSequence: number, throughSequence: number): void {
    for (let place = this.#firstPlace((item) => item.journalSequence >= fromSequence); ; place++) {
      const item = this.#order[place]
      if (item === undefined || item.journalSequence > throughSequence) return
      if (!item.purged) this.#purged += 1
      this.#order[place] = { ...item, purged: true }
    }
  }

  #noteDamage(seen: DamageSeen): void {
    this.#damage.push(seen)
    for (const ticket of seen.tickets) this.#lostTickets.add(ticket)
    // Numbers rise with the journal: one that came later is above all that may be hidden.
    const newest = this.#order.at(-1)
    if (newest !== undefined && newest.journalSequence > seen.fromSequence) return
    this.#lastDeviceSequence += seen.mayHoldAccepted ?? 0
  }

  /** The first place whose item has it; numbers rise with places. */
  #firstPlace(has: (item: LedgerItem) => boolean): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const item = this.#order[middle]
      if (item !== undefined && has(item)) high = middle
      else low = middle + 1
    }
    return low
  }
}
