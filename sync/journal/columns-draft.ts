import type { AcceptedFact, Fact } from '../protocol/frames.ts'
import { Words } from './columns.ts'
import { newColumnsFile } from './columns-file.ts'
import type { JournalEntry, ReceiptFacts } from './entry.ts'
import {
  type AcceptedColumns,
  type MarkColumns,
  type ReceiptColumns,
  Row,
  type RowColumns,
  type RowKind,
} from './fact-columns.ts'
import type { SegmentFacts } from './index-file.ts'
import { type KeyKind, SHA256, TICKET, UUID } from './keys.ts'

type Lists<T> = { readonly [K in keyof T]: number[] }
type ReceiptFact = Extract<Fact, { type: 'received' | 'batch-received' }>
type MarkFact = Extract<Fact, { type: 'receipt-printed' | 'requeued' }>

/**
 * How many fields the frames have that columns hold. One with another number was written by a later program: it is kept
 * as it is, or what is new in it would be lost.
 */
const FIELDS = { accepted: 10, received: 6, 'batch-received': 5, 'receipt-printed': 3, requeued: 4 } as const
const MAX_COUNT = 0xffff_ffff

/** Collects a segment's entries, in order, for its columns. What columns cannot say exactly is kept as it is. */
export class ColumnsDraft {
  readonly #words = new Words()
  readonly #others: JournalEntry[] = []
  readonly #rows: Lists<RowColumns> = { kinds: [], sequences: [], offsets: [] }
  readonly #accepted: Lists<AcceptedColumns> = {
    submissionIds: [],
    draftIds: [],
    tickets: [],
    sha256s: [],
    atMs: [],
    deviceSequences: [],
    envelopeBytes: [],
    kinds: [],
    itemIds: [],
    chunkEnds: [],
    chunkSha256s: [],
    chunkBytes: [],
  }
  readonly #receipts: Lists<ReceiptColumns> = {
    sha256s: [],
    atMs: [],
    hubMs: [],
    hubEpochs: [],
    itemEnds: [],
    submissionIds: [],
    hubSequences: [],
  }
  readonly #marks: Lists<MarkColumns> = { submissionIds: [], atMs: [], bys: [] }

  add(offset: number, entry: JournalEntry): void {
    const kind = this.#taken(entry)
    if (kind === Row.other) this.#others.push(entry)
    this.#rows.kinds.push(kind)
    this.#rows.sequences.push(entry.sequence)
    this.#rows.offsets.push(offset)
  }

  /** The file's bytes, for a segment whose index has this hash. */
  bytes(facts: SegmentFacts, indexSha256: string): Buffer {
    const counts = {
      rows: this.#rows.kinds.length,
      accepted: this.#accepted.atMs.length,
      chunks: this.#accepted.chunkBytes.length,
      receipts: this.#receipts.atMs.length,
      items: this.#receipts.hubSequences.length,
      marks: this.#marks.atMs.length,
    }
    const header = { facts, indexSha256, words: [...this.#words.all], counts }
    const { columns, seal } = newColumnsFile(header, this.#others)
    const sequences = this.#rows.sequences.map((sequence) => sequence - facts.firstSequence)
    fill(columns.rows, { ...this.#rows, sequences })
    fill(columns.accepted, this.#accepted)
    fill(columns.receipts, this.#receipts)
    fill(columns.marks, this.#marks)
    return seal()
  }

  #taken(entry: JournalEntry): RowKind {
    if (!entry.known) return Row.other
    const { frame } = entry
    switch (frame.type) {
      case 'accepted':
        return this.#takeAccepted(frame)
      case 'received':
        return this.#takeReceipt(frame, [frame], entry.receipt) ? Row.received : Row.other
      case 'batch-received':
        return this.#takeReceipt(frame, frame.items, entry.receipt) ? Row.batchReceived : Row.other
      case 'receipt-printed':
        return this.#takeMark(frame, '') ? Row.printed : Row.other
      case 'requeued':
        return this.#takeMark(frame, frame.by) ? Row.requeued : Row.other
      default:
        return Row.other
    }
  }

  #takeAccepted(fact: AcceptedFact): RowKind {
    const { chunks = [] } = fact
    const fields = FIELDS.accepted + (fact.chunks === undefined ? 0 : 1)
    const submissionId = wordsOf(UUID, fact.submissionId)
    const draftId = wordsOf(UUID, fact.draftId)
    const ticket = wordsOf(TICKET, fact.ticket)
    const sha256 = wordsOf(SHA256, fact.envelopeSha256)
    const chunkSha256s = chunks.map((chunk) => wordsOf(SHA256, chunk.sha256))
    const atMs = instantOf(fact.at)
    if (submissionId === undefined || draftId === undefined || ticket === undefined || sha256 === undefined) {
      return Row.other
    }
    if (!hasFields(fact, fields) || atMs === undefined || fact.envelopeBytes > MAX_COUNT) return Row.other
    // An empty list would come back as none.
    if (fact.chunks?.length === 0 || !chunks.every((chunk) => hasFields(chunk, 2))) return Row.other
    if (!chunkSha256s.every((words) => words !== undefined)) return Row.other
    const columns = this.#accepted
    columns.chunkSha256s.push(...chunkSha256s.flat())
    columns.chunkBytes.push(...chunks.map((chunk) => chunk.bytes))
    columns.submissionIds.push(...submissionId)
    columns.draftIds.push(...draftId)
    columns.tickets.push(...ticket)
    columns.sha256s.push(...sha256)
    columns.atMs.push(atMs)
    columns.deviceSequences.push(fact.deviceSequence)
    columns.envelopeBytes.push(fact.envelopeBytes)
    columns.kinds.push(this.#words.numberOf(fact.kind))
    columns.itemIds.push(this.#words.numberOf(fact.itemId))
    columns.chunkEnds.push(columns.chunkBytes.length)
    return Row.accepted
  }

  #takeReceipt(
    fact: ReceiptFact,
    items: readonly { readonly submissionId: string; readonly hubSequence: number }[],
    receipt: ReceiptFacts | undefined,
  ): boolean {
    const submissionIds = items.map((item) => wordsOf(UUID, item.submissionId))
    const sha256 = receipt === undefined ? undefined : wordsOf(SHA256, receipt.sha256)
    const atMs = instantOf(fact.at)
    if (receipt === undefined || sha256 === undefined || atMs === undefined) return false
    if (!hasFields(fact, FIELDS[fact.type])) return false
    if (fact.type === 'batch-received' && !items.every((item) => hasFields(item, 2))) return false
    if (!submissionIds.every((words) => words !== undefined)) return false
    const columns = this.#receipts
    columns.sha256s.push(...sha256)
    columns.atMs.push(atMs)
    columns.hubMs.push(receipt.hubUnixMs ?? Number.NaN)
    columns.hubEpochs.push(this.#words.numberOf(fact.hubEpoch))
    columns.submissionIds.push(...submissionIds.flat())
    columns.hubSequences.push(...items.map((item) => item.hubSequence))
    columns.itemEnds.push(columns.hubSequences.length)
    return true
  }

  #takeMark(fact: MarkFact, by: string): boolean {
    const submissionId = wordsOf(UUID, fact.submissionId)
    const atMs = instantOf(fact.at)
    if (submissionId === undefined || atMs === undefined || !hasFields(fact, FIELDS[fact.type])) return false
    this.#marks.submissionIds.push(...submissionId)
    this.#marks.atMs.push(atMs)
    this.#marks.bys.push(this.#words.numberOf(by))
    return true
  }
}

function fill<K extends string>(
  columns: Readonly<Record<K, { set(values: readonly number[]): void }>>,
  lists: Readonly<Record<K, readonly number[]>>,
): void {
  for (const name in columns) columns[name].set(lists[name])
}

function wordsOf(kind: KeyKind, text: string): readonly number[] | undefined {
  const words = new Uint32Array(kind.width)
  return kind.encode(text, words) ? [...words] : undefined
}

/** Milliseconds since 1970, or undefined when they would not give the same text back. */
function instantOf(text: string): number | undefined {
  const unixMs = Date.parse(text)
  return !Number.isNaN(unixMs) && new Date(unixMs).toISOString() === text ? unixMs : undefined
}

function hasFields(record: object, count: number): boolean {
  return Object.keys(record).length === count
}
