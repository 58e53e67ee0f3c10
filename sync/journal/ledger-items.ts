import type { AcceptedFact, QuarantineReason } from '../protocol/frames.ts'
import type { Chunk } from '../protocol/submission.ts'
import { KeyIndex, NumberRows, TextColumn, Words } from './columns.ts'
import type { LedgerItem, Reception } from './ledger-item.ts'

/** Parts of an item's text: submission, draft, ticket, hash of the envelope. */
const SUBMISSION = [0, 36] as const
const DRAFT = [36, 72] as const
const TICKET = [72, 80] as const
const SHA256 = [80, 144] as const
const TEXT_WIDTH = 144
/** Columns of an item's numbers. Moments are milliseconds since 1970; words are numbers of `Words`. */
const JOURNAL = 0
const DEVICE = 1
const KIND = 2
const ITEM_ID = 3
const ACCEPTED_MS = 4
const ENVELOPE_BYTES = 5
const STATE = 6
const PURGED = 7
const PRINTED_MS = 8
const RECEIVED_MS = 9
const HUB_RECEIVED_MS = 10
const RECEIVED_SEQUENCE = 11
const HUB_EPOCH = 12
const HUB_SEQUENCE = 13
const NUMBERS = 14

const STATES = ['queued', 'received', 'quarantined'] as const
type State = LedgerItem['state']
const NO_CHUNKS: readonly Chunk[] = []

/** All submissions of a ledger, by place in the order of acceptance; an item is made when it is asked for. */
export class LedgerItems {
  readonly #texts = new TextColumn(TEXT_WIDTH)
  readonly #numbers = new NumberRows(NUMBERS)
  readonly #receipts = new TextColumn(64)
  readonly #words = new Words()
  readonly #chunks = new Map<number, readonly Chunk[]>()
  /** Few lie in quarantine at a time. */
  readonly #quarantines = new Map<number, { readonly reason: QuarantineReason; readonly detail: string }>()
  readonly #bySubmission = new KeyIndex((place) => this.#texts.get(place, ...SUBMISSION))
  readonly #byDraft = new KeyIndex((place) => this.#texts.get(place, ...DRAFT))
  readonly #byTicket = new KeyIndex((place) => this.#texts.get(place, ...TICKET))
  #size = 0

  get size(): number {
    return this.#size
  }
  /** Places; -1 when there is none. */
  ofSubmission(submissionId: string): number {
    return this.#bySubmission.find(submissionId)
  }
  ofDraft(draftId: string): number {
    return this.#byDraft.find(draftId)
  }
  ofTicket(ticket: string): number {
    return this.#byTicket.find(ticket)
  }

  add(fact: AcceptedFact, journalSequence: number): void {
    const place = this.#size
    const numbers = this.#numbers
    this.#texts.set(place, `${fact.submissionId}${fact.draftId}${fact.ticket}${fact.envelopeSha256}`)
    numbers.set(place, JOURNAL, journalSequence)
    numbers.set(place, DEVICE, fact.deviceSequence)
    numbers.set(place, KIND, this.#words.numberOf(fact.kind))
    numbers.set(place, ITEM_ID, this.#words.numberOf(fact.itemId))
    numbers.set(place, ACCEPTED_MS, Date.parse(fact.at))
    numbers.set(place, ENVELOPE_BYTES, fact.envelopeBytes)
    numbers.set(place, STATE, 0)
    if (fact.chunks !== undefined && fact.chunks.length > 0) this.#chunks.set(place, fact.chunks)
    this.#bySubmission.add(fact.submissionId, place)
    this.#byDraft.add(fact.draftId, place)
    // Two of one ticket: the older slip of paper keeps it.
    if (this.#byTicket.find(fact.ticket) < 0) this.#byTicket.add(fact.ticket, place)
    this.#size += 1
  }

  stateAt(place: number): State {
    return STATES[this.#numbers.get(place, STATE)] ?? 'queued'
  }
  isPurged(place: number): boolean {
    return this.#numbers.get(place, PURGED) === 1
  }
  deviceSequenceAt(place: number): number {
    return this.#numbers.get(place, DEVICE)
  }
  journalSequenceAt(place: number): number {
    return this.#numbers.get(place, JOURNAL)
  }
  /** NaN while there is no receipt. */
  receivedSequenceAt(place: number): number {
    return this.#numbers.get(place, RECEIVED_SEQUENCE)
  }
  hubEpochAt(place: number): string | null {
    return this.#wordOrNull(this.#numbers.get(place, HUB_EPOCH))
  }

  print(place: number, at: string): void {
    if (Number.isNaN(this.#numbers.get(place, PRINTED_MS))) this.#numbers.set(place, PRINTED_MS, Date.parse(at))
  }
  purge(place: number): void {
    this.#numbers.set(place, PURGED, 1)
  }
  receive(place: number, reception: Reception): void {
    const numbers = this.#numbers
    numbers.set(place, STATE, STATES.indexOf('received'))
    numbers.set(place, RECEIVED_MS, Date.parse(reception.at))
    numbers.set(place, HUB_RECEIVED_MS, reception.receipt.hubUnixMs ?? Number.NaN)
    numbers.set(place, RECEIVED_SEQUENCE, reception.receivedSequence)
    numbers.set(place, HUB_EPOCH, this.#words.numberOf(reception.hubEpoch))
    numbers.set(place, HUB_SEQUENCE, reception.hubSequence)
    this.#receipts.set(place, reception.receipt.sha256)
    this.#quarantines.delete(place)
  }
  quarantine(place: number, reason: QuarantineReason, detail: string): void {
    this.#numbers.set(place, STATE, STATES.indexOf('quarantined'))
    this.#quarantines.set(place, { reason, detail })
  }
  queue(place: number): void {
    this.#numbers.set(place, STATE, STATES.indexOf('queued'))
    for (const column of [RECEIVED_MS, HUB_RECEIVED_MS, RECEIVED_SEQUENCE, HUB_EPOCH, HUB_SEQUENCE]) {
      this.#numbers.set(place, column, Number.NaN)
    }
    this.#quarantines.delete(place)
  }

  /** Undefined for a place that is none. */
  item(place: number): LedgerItem | undefined {
    if (place < 0 || place >= this.#size) return undefined
    const numbers = this.#numbers
    const text = this.#texts.get(place)
    const chunks = this.#chunks.get(place) ?? NO_CHUNKS
    const envelopeBytes = numbers.get(place, ENVELOPE_BYTES)
    const quarantine = this.#quarantines.get(place)
    const receivedMs = numbers.get(place, RECEIVED_MS)
    return {
      submissionId: text.slice(...SUBMISSION),
      draftId: text.slice(...DRAFT),
      kind: this.#words.word(numbers.get(place, KIND)) as LedgerItem['kind'],
      journalSequence: numbers.get(place, JOURNAL),
      deviceSequence: numbers.get(place, DEVICE),
      ticket: text.slice(...TICKET),
      itemId: this.#words.word(numbers.get(place, ITEM_ID)),
      acceptedAt: new Date(numbers.get(place, ACCEPTED_MS)).toISOString(),
      envelopeSha256: text.slice(...SHA256),
      envelopeBytes,
      chunks,
      bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, envelopeBytes),
      state: this.stateAt(place),
      purged: this.isPurged(place),
      printedAt: instantOrNull(numbers.get(place, PRINTED_MS)),
      reason: quarantine?.reason ?? null,
      detail: quarantine?.detail ?? null,
      receivedAt: instantOrNull(receivedMs),
      hubReceivedUnixMs: numberOrNull(numbers.get(place, HUB_RECEIVED_MS)),
      receivedSequence: numberOrNull(numbers.get(place, RECEIVED_SEQUENCE)),
      receiptSha256: Number.isNaN(receivedMs) ? null : this.#receipts.get(place),
      hubEpoch: this.hubEpochAt(place),
      hubSequence: numberOrNull(numbers.get(place, HUB_SEQUENCE)),
    }
  }

  /** The first place whose item has it; the numbers that are asked for rise with places. */
  firstPlace(has: (place: number) => boolean): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (has(middle)) high = middle
      else low = middle + 1
    }
    return low
  }

  #wordOrNull(number: number): string | null {
    return Number.isNaN(number) ? null : this.#words.word(number)
  }
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
function instantOrNull(unixMs: number): string | null {
  return Number.isNaN(unixMs) ? null : new Date(unixMs).toISOString()
}
