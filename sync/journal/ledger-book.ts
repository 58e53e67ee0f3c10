import type { AcceptedFact, Fact } from '../protocol/frames.ts'
import { type JournalEntry, type ReceiptFacts, receiptFacts } from './entry.ts'
import { type FactColumns, Row } from './fact-columns.ts'
import type { LedgerItem } from './ledger-item.ts'
import { LedgerItems } from './ledger-items.ts'

export type DamageSeen = Extract<Fact, { type: 'damage-seen' }>
export type StaffLockout = Extract<Fact, { type: 'staff-lockout' }>

const PURGED_UNSENT = 'purged while it waited'

/** How the state of a ledger (ledger.ts) follows from frames, one by one or a closed segment at a time. */
export class LedgerBook {
  /** By place, in the order of acceptance. */
  readonly items = new LedgerItems()
  readonly lostTickets = new Set<string>()
  readonly counts = { queued: 0, received: 0, quarantined: 0 }
  readonly damage: DamageSeen[] = []
  /** No item before this place waits: moves on while the queue drains, back when an old item is queued again. */
  #firstWaiting = 0
  lastSequence = 0
  lastDeviceSequence = 0
  purged = 0
  hubEpoch: string | null = null
  /** The highest hub sequence of a receipt since the last `epoch-seen` frame, 0 without one; and that receipt's number. */
  markSequence = 0
  markReceipt = -1
  /** Of the last `epoch-seen` frame, and of the last one after which receipts have to be asked for again. */
  epochSeenSequence = 0
  reofferSequence = 0
  lastLockout: StaffLockout | null = null
  /** By badge: the newest. */
  readonly badgeLockouts = new Map<string, StaffLockout>()
  unfit = 0

  /** Takes the next frame in; frames of unknown types are passed over. */
  apply(entry: JournalEntry): void {
    this.lastSequence = entry.sequence
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
        this.hubEpoch = frame.hubEpoch
        this.markSequence = 0
        this.epochSeenSequence = sequence
        if (frame.why === 'changed' || frame.why === 'went-back') this.reofferSequence = sequence
        break
      case 'purged':
        this.#purge(frame.fromSequence, frame.throughSequence)
        break
      case 'damage-seen':
        this.#noteDamage(frame)
        break
      case 'staff-lockout':
        if (frame.badgeId === undefined) this.lastLockout = frame
        else this.badgeLockouts.set(frame.badgeId, frame)
        break
      case 'receipt-printed':
      case 'quarantined':
      case 'requeued': {
        const place = this.items.ofSubmission(frame.submissionId)
        if (place < 0) this.unfit += 1
        else this.#change(place, frame)
      }
    }
  }

  /** Takes in all frames of a closed segment, as `apply` would one by one. */
  applyAll({ facts, words, rows, accepted, receipts, marks, others }: FactColumns): void {
    const items = this.items
    items.reserve(accepted.atMs.length)
    const ours = words.map((word) => items.wordNumber(word))
    const next = { accepted: 0, receipts: 0, marks: 0, others: 0 }
    for (let at = 0; at < rows.kinds.length; at++) {
      const sequence = facts.firstSequence + (rows.sequences[at] ?? 0)
      switch (rows.kinds[at]) {
        case Row.accepted: {
          const row = next.accepted++
          const isKnown =
            items.ofSubmissionIn(accepted.submissionIds, row) >= 0 || items.ofDraftIn(accepted.draftIds, row) >= 0
          if (isKnown) this.unfit += 1
          else {
            items.addRow(accepted, row, sequence, ours)
            this.#accepted(accepted.deviceSequences[row] ?? 0)
          }
          break
        }
        case Row.received:
        case Row.batchReceived: {
          const row = next.receipts++
          const receipt = items.receipts.addRow(receipts, row, sequence, ours)
          const hubEpoch = words[receipts.hubEpochs[row] ?? 0] ?? ''
          this.hubEpoch ??= hubEpoch
          const end = receipts.itemEnds[row] ?? 0
          for (let item = receipts.itemEnds[row - 1] ?? 0; item < end; item++) {
            const place = items.ofSubmissionIn(receipts.submissionIds, item)
            this.#receiveAt(place, receipt, hubEpoch, receipts.hubSequences[item] ?? 0)
          }
          break
        }
        case Row.printed:
        case Row.requeued: {
          const row = next.marks++
          const place = items.ofSubmissionIn(marks.submissionIds, row)
          if (place < 0) this.unfit += 1
          else if (rows.kinds[at] === Row.printed) items.print(place, marks.atMs[row] ?? Number.NaN)
          else this.#requeue(place)
          break
        }
        default: {
          const entry = others[next.others++]
          if (entry !== undefined) this.apply(entry)
        }
      }
      this.lastSequence = sequence
    }
  }

  /** Its place, or the number of all. */
  oldestPlace(): number {
    const { size } = this.items
    while (this.#firstWaiting < size && this.items.stateAt(this.#firstWaiting) !== 'queued') this.#firstWaiting += 1
    return this.#firstWaiting
  }

  #accept(fact: AcceptedFact, journalSequence: number): void {
    if (this.items.ofSubmission(fact.submissionId) >= 0 || this.items.ofDraft(fact.draftId) >= 0) {
      this.unfit += 1
      return
    }
    this.items.add(fact, journalSequence)
    this.#accepted(fact.deviceSequence)
  }

  #accepted(deviceSequence: number): void {
    this.lastDeviceSequence = Math.max(this.lastDeviceSequence, deviceSequence)
    this.counts.queued += 1
  }

  #receive(
    received: readonly { readonly submissionId: string; readonly hubSequence: number }[],
    fact: { readonly at: string; readonly receipt: string; readonly hubEpoch: string },
    receivedSequence: number,
    known: ReceiptFacts | undefined,
  ): void {
    const { at, hubEpoch } = fact
    const receipt = this.items.receipts.add({
      at,
      receivedSequence,
      receipt: known ?? receiptFacts(fact.receipt),
      hubEpoch,
    })
    this.hubEpoch ??= hubEpoch
    for (const { submissionId, hubSequence } of received) {
      this.#receiveAt(this.items.ofSubmission(submissionId), receipt, hubEpoch, hubSequence)
    }
  }

  #receiveAt(place: number, receipt: number, hubEpoch: string, hubSequence: number): void {
    if (place < 0) this.unfit += 1
    else {
      this.#count(place, 'received')
      this.items.receive(place, receipt, hubSequence)
    }
    if (hubEpoch !== this.hubEpoch || hubSequence <= this.markSequence) return
    this.markSequence = hubSequence
    this.markReceipt = receipt
  }

  #change(place: number, fact: Extract<Fact, { type: 'receipt-printed' | 'quarantined' | 'requeued' }>): void {
    switch (fact.type) {
      case 'receipt-printed':
        this.items.print(place, Date.parse(fact.at))
        break
      case 'quarantined':
        // A late refusal of a flight that lost the race changes nothing.
        if (this.items.stateAt(place) === 'received') break
        this.#count(place, 'quarantined')
        this.items.quarantine(place, fact.reason, fact.detail)
        break
      case 'requeued':
        this.#requeue(place)
    }
  }

  #requeue(place: number): void {
    // Nothing is left to send.
    if (this.items.isPurged(place)) return
    this.#count(place, 'queued')
    this.items.queue(place)
    this.#firstWaiting = Math.min(this.#firstWaiting, place)
  }

  #count(place: number, next: LedgerItem['state']): void {
    this.counts[this.items.stateAt(place)] -= 1
    this.counts[next] += 1
  }

  #purge(fromSequence: number, throughSequence: number): void {
    const all = this.items
    let place = all.firstPlace((each) => all.journalSequenceAt(each) >= fromSequence)
    for (; place < all.size && all.journalSequenceAt(place) <= throughSequence; place++) {
      if (!all.isPurged(place)) this.purged += 1
      all.purge(place)
      if (all.stateAt(place) !== 'queued') continue
      // No purge takes one that waits; should it ever, people must see it: nothing is left to send.
      this.#count(place, 'quarantined')
      all.quarantine(place, 'damaged', PURGED_UNSENT)
    }
  }

  #noteDamage(seen: DamageSeen): void {
    this.damage.push(seen)
    for (const ticket of seen.tickets) this.lostTickets.add(ticket)
    // Numbers rise with the journal: one that came later is above all that may be hidden.
    if (this.items.journalSequenceAt(this.items.size - 1) > seen.fromSequence) return
    this.lastDeviceSequence += seen.mayHoldAccepted ?? 0
  }
}
