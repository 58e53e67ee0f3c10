import type { FactEntry, JournalEntry, SlimFact } from './entry.ts'
import type { SegmentFacts } from './index-file.ts'
import { SHA256, TICKET, UUID } from './keys.ts'

/**
 * The facts of a closed segment's frames in columns, as columns-file.ts writes and reads them. Frames stand in order;
 * those of a kind that comes by the thousand have their fields in the columns of that kind, one row after the other, and
 * all others stand as they are. Ids and hashes are words of keys.ts, moments milliseconds since 1970, words places in
 * `words`. Receipts' texts are not among them.
 */
export interface FactColumns {
  readonly facts: SegmentFacts
  readonly words: readonly string[]
  readonly rows: RowColumns
  readonly accepted: AcceptedColumns
  readonly receipts: ReceiptColumns
  readonly marks: MarkColumns
  /** Of the kind `Row.other`, in order. */
  readonly others: readonly JournalEntry[]
}

/** What a frame is. */
export const Row = { other: 0, accepted: 1, received: 2, batchReceived: 3, printed: 4, requeued: 5 } as const
export type RowKind = (typeof Row)[keyof typeof Row]

/** One row a frame, the journal's own header apart. */
export interface RowColumns {
  /** Of `Row`. */
  readonly kinds: Uint8Array
  /** Journal sequence, counted from the segment's first. */
  readonly sequences: Uint32Array
  /** Where the frame begins in the segment. */
  readonly offsets: Uint32Array
}

export interface AcceptedColumns {
  readonly submissionIds: Uint32Array
  readonly draftIds: Uint32Array
  readonly tickets: Uint32Array
  readonly sha256s: Uint32Array
  readonly atMs: Float64Array
  readonly deviceSequences: Float64Array
  readonly envelopeBytes: Uint32Array
  /** Words. */
  readonly kinds: Uint32Array
  readonly itemIds: Uint32Array
  /** Where a submission's chunks end among all; they begin where those of the row before end. */
  readonly chunkEnds: Uint32Array
  readonly chunkSha256s: Uint32Array
  readonly chunkBytes: Float64Array
}

export interface ReceiptColumns {
  readonly sha256s: Uint32Array
  readonly atMs: Float64Array
  /** NaN when the receipt does not tell it. */
  readonly hubMs: Float64Array
  /** Words. */
  readonly hubEpochs: Uint32Array
  /** Where its submissions end among all. */
  readonly itemEnds: Uint32Array
  readonly submissionIds: Uint32Array
  readonly hubSequences: Float64Array
}

/** Printed and queued again. */
export interface MarkColumns {
  readonly submissionIds: Uint32Array
  readonly atMs: Float64Array
  /** Word for who queued it again. */
  readonly bys: Uint32Array
}

/** The entries that the columns were made of, receipts' texts apart, and where their frames begin; made one at a time. */
export function* entriesIn(columns: FactColumns): Generator<{ readonly offset: number; readonly entry: FactEntry }> {
  const { rows, facts, others } = columns
  const next = { others: 0, accepted: 0, receipts: 0, marks: 0 }
  for (let row = 0; row < rows.kinds.length; row++) {
    const offset = rows.offsets[row] ?? 0
    const sequence = facts.firstSequence + (rows.sequences[row] ?? 0)
    switch (rows.kinds[row]) {
      case Row.accepted:
        yield { offset, entry: { sequence, known: true, frame: acceptedIn(columns, next.accepted++) } }
        break
      case Row.received:
      case Row.batchReceived:
        yield { offset, entry: receiptIn(columns, next.receipts++, sequence, rows.kinds[row] === Row.received) }
        break
      case Row.printed:
      case Row.requeued:
        yield { offset, entry: { sequence, known: true, frame: markIn(columns, next.marks++, rows.kinds[row]) } }
        break
      default: {
        const entry = others[next.others++]
        if (entry !== undefined) yield { offset, entry }
      }
    }
  }
}

function acceptedIn({ accepted, words }: FactColumns, row: number): SlimFact {
  const chunks: { sha256: string; bytes: number }[] = []
  const end = accepted.chunkEnds[row] ?? 0
  for (let chunk = accepted.chunkEnds[row - 1] ?? 0; chunk < end; chunk++) {
    const sha256 = SHA256.decode(accepted.chunkSha256s, chunk * SHA256.width)
    chunks.push({ sha256, bytes: accepted.chunkBytes[chunk] ?? 0 })
  }
  const fact = {
    type: 'accepted',
    at: instant(accepted.atMs, row),
    submissionId: UUID.decode(accepted.submissionIds, row * UUID.width),
    draftId: UUID.decode(accepted.draftIds, row * UUID.width),
    kind: words[accepted.kinds[row] ?? 0] as Extract<SlimFact, { type: 'accepted' }>['kind'],
    deviceSequence: accepted.deviceSequences[row] ?? 0,
    itemId: words[accepted.itemIds[row] ?? 0] ?? '',
    ticket: TICKET.decode(accepted.tickets, row * TICKET.width),
    envelopeSha256: SHA256.decode(accepted.sha256s, row * SHA256.width),
    envelopeBytes: accepted.envelopeBytes[row] ?? 0,
  } as const
  return chunks.length === 0 ? fact : { ...fact, chunks }
}

function receiptIn({ receipts, words }: FactColumns, row: number, sequence: number, isAlone: boolean): FactEntry {
  const end = receipts.itemEnds[row] ?? 0
  const items: { submissionId: string; hubSequence: number }[] = []
  for (let item = receipts.itemEnds[row - 1] ?? 0; item < end; item++) {
    const submissionId = UUID.decode(receipts.submissionIds, item * UUID.width)
    items.push({ submissionId, hubSequence: receipts.hubSequences[item] ?? 0 })
  }
  const told = { at: instant(receipts.atMs, row), hubEpoch: words[receipts.hubEpochs[row] ?? 0] ?? '' }
  const [only] = items
  const frame: SlimFact =
    isAlone && only !== undefined ? { type: 'received', ...told, ...only } : { type: 'batch-received', ...told, items }
  const hubMs = receipts.hubMs[row] ?? Number.NaN
  const sha256 = SHA256.decode(receipts.sha256s, row * SHA256.width)
  return { sequence, known: true, frame, receipt: { sha256, hubUnixMs: Number.isNaN(hubMs) ? null : hubMs } }
}

function markIn({ marks, words }: FactColumns, row: number, kind: number | undefined): SlimFact {
  const submissionId = UUID.decode(marks.submissionIds, row * UUID.width)
  const at = instant(marks.atMs, row)
  if (kind === Row.printed) return { type: 'receipt-printed', at, submissionId }
  return { type: 'requeued', at, submissionId, by: words[marks.bys[row] ?? 0] ?? '' }
}

function instant(unixMs: Float64Array, row: number): string {
  return new Date(unixMs[row] ?? Number.NaN).toISOString()
}
