import type { AcceptedFact, QuarantineReason } from '../protocol/frames.ts'
import type { Chunk } from '../protocol/submission.ts'
import { instantOrNull, newBytes, newCounts, newNumbers, numberOrNull, Words } from './columns.ts'
import type { AcceptedColumns } from './fact-columns.ts'
import { KeyColumn, KeyTable, SHA256, TICKET, UUID } from './keys.ts'
import type { LedgerItem } from './ledger-item.ts'
import { LedgerReceipts } from './ledger-receipts.ts'

const STATES = ['queued', 'received', 'quarantined'] as const
type State = LedgerItem['state']
const RECEIVED = STATES.indexOf('received')
const QUARANTINED = STATES.indexOf('quarantined')
const NO_CHUNKS: readonly Chunk[] = []

/** All submissions of a ledger, by place in the order of acceptance; an item is made when it is asked for. */
export class LedgerItems {
  readonly #submissions = new KeyColumn(UUID)
  readonly #drafts = new KeyColumn(UUID)
  readonly #tickets = new KeyColumn(TICKET)
  readonly #sha256s = new KeyColumn(SHA256)
  readonly #bySubmission = new KeyTable(this.#submissions)
  readonly #byDraft = new KeyTable(this.#drafts)
  readonly #byTicket = new KeyTable(this.#tickets)
  readonly #words = new Words()
  readonly receipts = new LedgerReceipts(this.#words)
  readonly #kinds = newCounts()
  readonly #itemIds = newCounts()
  readonly #journalSequences = newNumbers()
  readonly #deviceSequences = newNumbers()
  /** Moments are milliseconds since 1970. */
  readonly #acceptedMs = newNumbers()
  readonly #envelopeBytes = newCounts()
  /** Of all chunks, those of a submission end here, and begin where those of the one before end. */
  readonly #chunkEnds = newCounts()
  readonly #states = newBytes()
  readonly #purged = newBytes()
  readonly #requeues = newBytes()
  readonly #printedMs = newNumbers()
  /** Number of the receipt, plus one; 0 while there is none. */
  readonly #receiptOf = newCounts()
  readonly #hubSequences = newNumbers()
  /** Few lie in quarantine at a time. */
  readonly #quarantines = new Map<number, { readonly reason: QuarantineReason; readonly detail: string }>()
  #size = 0

  readonly #chunkSha256s = new KeyColumn(SHA256)
  readonly #chunkBytes = newNumbers()
  #chunks = 0

  get size(): number {
    return this.#size
  }
  /** Places; -1 when there is none. */
  ofSubmission(submissionId: string): number {
    return this.#bySubmission.findText(submissionId)
  }
  ofDraft(draftId: string): number {
    return this.#byDraft.findText(draftId)
  }
  ofTicket(ticket: string): number {
    return this.#byTicket.findText(ticket)
  }
  /** The same for an id among those of `ids`. */
  ofSubmissionIn(ids: Uint32Array, row: number): number {
    return this.#bySubmission.find(ids, row * UUID.width)
  }
  ofDraftIn(ids: Uint32Array, row: number): number {
    return this.#byDraft.find(ids, row * UUID.width)
  }

  /** So many are about to come. */
  reserve(more: number): void {
    for (const table of [this.#bySubmission, this.#byDraft, this.#byTicket]) table.reserve(more)
  }

  add(fact: AcceptedFact, journalSequence: number): void {
    const place = this.#size
    this.#submissions.setText(place, fact.submissionId)
    this.#drafts.setText(place, fact.draftId)
    this.#tickets.setText(place, fact.ticket)
    this.#sha256s.setText(place, fact.envelopeSha256)
    this.#kinds.set(place, this.#words.numberOf(fact.kind))
    this.#itemIds.set(place, this.#words.numberOf(fact.itemId))
    this.#deviceSequences.set(place, fact.deviceSequence)
    this.#acceptedMs.set(place, Date.parse(fact.at))
    this.#envelopeBytes.set(place, fact.envelopeBytes)
    for (const { sha256, bytes } of fact.chunks ?? NO_CHUNKS) {
      this.#chunkSha256s.setText(this.#chunks, sha256)
      this.#chunkBytes.set(this.#chunks++, bytes)
    }
    this.#added(journalSequence, this.#byTicket.findText(fact.ticket) >= 0)
  }

  /** `words` gives numbers of this ledger for those of the columns. */
  addRow(facts: AcceptedColumns, row: number, journalSequence: number, words: readonly number[]): void {
    const place = this.#size
    this.#submissions.set(place, facts.submissionIds, row * UUID.width)
    this.#drafts.set(place, facts.draftIds, row * UUID.width)
    this.#tickets.set(place, facts.tickets, row * TICKET.width)
    this.#sha256s.set(place, facts.sha256s, row * SHA256.width)
    this.#kinds.set(place, words[facts.kinds[row] ?? 0] ?? 0)
    this.#itemIds.set(place, words[facts.itemIds[row] ?? 0] ?? 0)
    this.#deviceSequences.set(place, facts.deviceSequences[row] ?? 0)
    this.#acceptedMs.set(place, facts.atMs[row] ?? 0)
    this.#envelopeBytes.set(place, facts.envelopeBytes[row] ?? 0)
    const end = facts.chunkEnds[row] ?? 0
    for (let chunk = row > 0 ? (facts.chunkEnds[row - 1] ?? 0) : 0; chunk < end; chunk++) {
      this.#chunkSha256s.set(this.#chunks, facts.chunkSha256s, chunk * SHA256.width)
      this.#chunkBytes.set(this.#chunks++, facts.chunkBytes[chunk] ?? 0)
    }
    this.#added(journalSequence, this.#byTicket.find(facts.tickets, row * TICKET.width) >= 0)
  }

  /** Two of one ticket: the older slip of paper keeps it. */
  #added(journalSequence: number, ticketIsTaken: boolean): void {
    const place = this.#size++
    this.#journalSequences.set(place, journalSequence)
    this.#chunkEnds.set(place, this.#chunks)
    this.#states.set(place, 0)
    this.#bySubmission.add(place)
    this.#byDraft.add(place)
    if (!ticketIsTaken) this.#byTicket.add(place)
  }

  /** One number for equal texts, to be given to `addRow` and `receipts.addRow`. */
  wordNumber(word: string): number {
    return this.#words.numberOf(word)
  }

  stateAt(place: number): State {
    return STATES[this.#states.get(place)] ?? 'queued'
  }
  isPurged(place: number): boolean {
    return this.#purged.get(place) === 1
  }
  /** Up to 255, then from 0 on. */
  requeuesAt(place: number): number {
    return this.#requeues.get(place)
  }
  deviceSequenceAt(place: number): number {
    return this.#deviceSequences.get(place)
  }
  journalSequenceAt(place: number): number {
    return this.#journalSequences.get(place)
  }
  submissionIdAt(place: number): string {
    return this.#submissions.text(place)
  }
  /** NaN while there is no receipt. */
  receivedSequenceAt(place: number): number {
    return this.receipts.sequenceOf(this.#receiptOf.get(place) - 1)
  }
  hubEpochAt(place: number): string | null {
    return this.receipts.hubEpochOf(this.#receiptOf.get(place) - 1)
  }
  chunksAt(place: number): readonly Chunk[] {
    const end = this.#chunkEnds.get(place)
    const first = place > 0 ? this.#chunkEnds.get(place - 1) : 0
    if (first === end) return NO_CHUNKS
    return Array.from({ length: end - first }, (_, index) => ({
      sha256: this.#chunkSha256s.text(first + index),
      bytes: this.#chunkBytes.get(first + index),
    }))
  }

  print(place: number, atMs: number): void {
    if (Number.isNaN(this.#printedMs.get(place))) this.#printedMs.set(place, atMs)
  }
  purge(place: number): void {
    this.#purged.set(place, 1)
  }
  receive(place: number, receipt: number, hubSequence: number): void {
    this.#states.set(place, RECEIVED)
    this.#receiptOf.set(place, receipt + 1)
    this.#hubSequences.set(place, hubSequence)
    if (this.#quarantines.size > 0) this.#quarantines.delete(place)
  }
  quarantine(place: number, reason: QuarantineReason, detail: string): void {
    this.#states.set(place, QUARANTINED)
    this.#quarantines.set(place, { reason, detail })
  }
  queue(place: number): void {
    this.#requeues.set(place, this.#requeues.get(place) + 1)
    this.#states.set(place, 0)
    this.#receiptOf.set(place, 0)
    this.#hubSequences.set(place, Number.NaN)
    this.#quarantines.delete(place)
  }

  /** Undefined for a place that is none. */
  item(place: number): LedgerItem | undefined {
    if (place < 0 || place >= this.#size) return undefined
    const chunks = this.chunksAt(place)
    const envelopeBytes = this.#envelopeBytes.get(place)
    const quarantine = this.#quarantines.get(place)
    const receipt = this.receipts.factsOf(this.#receiptOf.get(place) - 1)
    return {
      submissionId: this.#submissions.text(place),
      draftId: this.#drafts.text(place),
      kind: this.#words.word(this.#kinds.get(place)) as LedgerItem['kind'],
      journalSequence: this.#journalSequences.get(place),
      deviceSequence: this.#deviceSequences.get(place),
      ticket: this.#tickets.text(place),
      itemId: this.#words.word(this.#itemIds.get(place)),
      acceptedAt: new Date(this.#acceptedMs.get(place)).toISOString(),
      envelopeSha256: this.#sha256s.text(place),
      envelopeBytes,
      chunks,
      bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, envelopeBytes),
      state: this.stateAt(place),
      purged: this.isPurged(place),
      printedAt: instantOrNull(this.#printedMs.get(place)),
      reason: quarantine?.reason ?? null,
      detail: quarantine?.detail ?? null,
      receivedAt: receipt.receivedAt,
      hubReceivedUnixMs: receipt.hubReceivedUnixMs,
      receivedSequence: receipt.receivedSequence,
      receiptSha256: receipt.receiptSha256,
      hubEpoch: receipt.hubEpoch,
      hubSequence: numberOrNull(this.#hubSequences.get(place)),
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
}
