import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Fact } from '../protocol/frames.ts'
import { Sha256Schema } from '../protocol/ids.ts'
import { type Disk, readWhole } from './disk.ts'
import { type JournalEntry, type ReceiptFacts, toEntry } from './entry.ts'
import { indexName, type Segment } from './segment.ts'

/**
 * The index of a closed segment, `journal-000001.idx`: all that readers get of its frames, so that a start need not read
 * the envelopes, and all that stays of a purged one. Lines of JSON in ASCII: a header; one line a frame (the journal's own
 * header frame apart) without the hub's receipt, ended by a comma; then the receipts, a line each; and the hash of all before. As long as
 * the segment is there the index is derived and can be made again.
 */
export const INDEX_VERSION = 1
/**
 * Lines are parsed in pieces of this length: one call for many lines, and what it makes is dropped while it is young still
 * (a start over 100,000 submissions takes a tenth less processor time than with eight times the length).
 */
const PIECE_BYTES = 32 * 1024

/** What is known of a closed, intact segment as a whole. */
export const SegmentFactsSchema = z.object({
  journalId: z.uuid(),
  segment: z.int().min(1),
  firstSequence: z.int().min(0),
  lastSequence: z.int().min(0),
  previousHash: Sha256Schema,
  lastHash: Sha256Schema,
  bytes: z.int().min(1),
  frames: z.int().min(1),
})
export type SegmentFacts = z.infer<typeof SegmentFactsSchema>
const IndexHeaderSchema = z.object({
  version: z.literal(INDEX_VERSION),
  ...SegmentFactsSchema.shape,
  /** Length of the lines of frames; the receipts begin behind them. */
  linesBytes: z.int().min(0),
})
export type IndexHeader = z.infer<typeof IndexHeaderSchema>
const AnyVersionSchema = z.object({ version: z.int().min(INDEX_VERSION + 1) })
const LastLineSchema = z.object({ sha256: Sha256Schema })
const lastLine = (sha256: string) => `${JSON.stringify({ sha256 })}\n`
const LAST_LINE_BYTES = lastLine('0'.repeat(64)).length

/** An entry and where its frame begins in the segment. */
export interface IndexLine {
  readonly offset: number
  readonly entry: JournalEntry
}
/** As it stands in the file: a frame with a receipt has its place among the receipts instead. */
interface StoredLine {
  readonly sequence: number
  readonly offset: number
  readonly fact?: Fact
  readonly receipt?: ReceiptFacts
  readonly receiptAt?: readonly [offset: number, length: number]
  /** Of a frame that the writing program did not know. */
  readonly type?: string
  readonly body?: Record<string, unknown>
}

export type IndexRead =
  | {
      readonly ok: true
      readonly header: IndexHeader
      readonly sha256: string
      readonly lines: () => Generator<IndexLine>
    }
  /** `outgrown`: frames stand in the segment behind those that it holds (scan.ts). */
  | { readonly ok: false; readonly fault: 'missing' | 'damaged' | 'newer-format' | 'outgrown' }

/** @throws the disk's error when the file cannot be read. */
export async function readIndex(disk: Disk, dir: string, number: number): Promise<IndexRead> {
  const bytes = await readWhole(disk, `${dir}/${indexName(number)}`)
  if (bytes === undefined) return { ok: false, fault: 'missing' }
  const read = parseIndex(bytes)
  return read.ok && read.header.segment !== number ? { ok: false, fault: 'damaged' } : read
}

/**
 * The hash that an index ends with, or undefined when it ends otherwise: says which index it is, not whether it is whole.
 * @throws the disk's error when the file cannot be read.
 */
export async function readIndexSha256(disk: Disk, dir: string, number: number): Promise<string | undefined> {
  const file = await disk.open(`${dir}/${indexName(number)}`, { write: false, create: false })
  try {
    const size = await file.size()
    const from = Math.max(0, size - LAST_LINE_BYTES)
    return sha256In(await file.read(from, size - from))
  } finally {
    await file.close()
  }
}

/** The hash that an index's bytes, or their end, end with. */
export function sha256In(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1', Math.max(0, bytes.length - LAST_LINE_BYTES))
  return LastLineSchema.safeParse(jsonOf(text)).data?.sha256
}

export function parseIndex(bytes: Buffer): IndexRead {
  const headerEnd = bytes.indexOf(10)
  const lastStart = bytes.lastIndexOf(10, bytes.length - 2) + 1
  const last = LastLineSchema.safeParse(jsonOf(bytes.toString('latin1', lastStart)))
  const damaged = { ok: false, fault: 'damaged' } as const
  if (headerEnd < 0 || lastStart <= headerEnd || !last.success) return damaged
  const sha256 = createHash('sha256').update(bytes.subarray(0, lastStart)).digest('hex')
  if (sha256 !== last.data.sha256) return damaged
  const header = jsonOf(bytes.toString('latin1', 0, headerEnd))
  const parsed = IndexHeaderSchema.safeParse(header)
  if (!parsed.success) {
    return AnyVersionSchema.safeParse(header).success ? { ok: false, fault: 'newer-format' } : damaged
  }
  const receiptsStart = headerEnd + 1 + parsed.data.linesBytes
  if (receiptsStart > lastStart) return damaged
  const lines = bytes.subarray(headerEnd + 1, receiptsStart)
  const receipts = bytes.subarray(receiptsStart, lastStart)
  return { ok: true, header: parsed.data, sha256, lines: () => linesOf(lines, receipts) }
}

/** Ours by its hash, which was checked: lines are not judged one by one, but for those that nobody knew then. */
function* linesOf(lines: Buffer, receipts: Buffer): Generator<IndexLine> {
  for (let from = 0; from < lines.length; ) {
    const newline = lines.indexOf(10, Math.min(from + PIECE_BYTES, lines.length - 1))
    // Each line ends with a comma: together, without the last one, they are one array.
    const pieces: StoredLine[] = JSON.parse(`[${lines.toString('latin1', from, newline - 1)}]`)
    for (const line of pieces) yield { offset: line.offset, entry: entryIn(line, receipts) }
    from = newline + 1
  }
}

function entryIn({ sequence, fact, receipt, receiptAt, type, body }: StoredLine, receipts: Buffer): JournalEntry {
  // This program may know what the one that wrote the index did not.
  if (fact === undefined) return toEntry({ ...body, sequence, group: sequence, type: type ?? '' })
  if (receipt === undefined || receiptAt === undefined) return { sequence, known: true, frame: fact }
  const [offset, length] = receiptAt
  // Most readers never look at a receipt's text: it is made when they do.
  Object.defineProperty(fact, 'receipt', {
    enumerable: true,
    get: () => receipts.toString('latin1', offset, offset + length),
  })
  return { sequence, known: true, frame: fact, receipt }
}

/** Collects a segment's entries, in order, as its index will hold them. */
export class IndexDraft {
  readonly #lines: string[] = []
  readonly #receipts: string[] = []
  #receiptsLength = 0

  add(offset: number, entry: JournalEntry): void {
    this.#lines.push(`${ascii(JSON.stringify(this.#stored(offset, entry)))},\n`)
  }

  #stored(offset: number, entry: JournalEntry): object {
    const { sequence } = entry
    if (!entry.known) return { sequence, offset, type: entry.type, body: entry.body }
    if (entry.frame.type !== 'received' && entry.frame.type !== 'batch-received') {
      return { sequence, offset, fact: entry.frame }
    }
    const { receipt, ...fact } = entry.frame
    const receiptAt = [this.#receiptsLength, receipt.length]
    this.#receipts.push(`${receipt}\n`)
    this.#receiptsLength += receipt.length + 1
    return { sequence, offset, fact, receipt: entry.receipt, receiptAt }
  }

  /** The file's bytes for a closed, intact segment. */
  bytes(journalId: string, segment: Segment): Buffer {
    const lines = this.#lines.join('')
    const facts = segmentFacts(journalId, segment)
    const header: IndexHeader = { version: INDEX_VERSION, ...facts, linesBytes: lines.length }
    const text = `${JSON.stringify(header)}\n${lines}${this.#receipts.join('')}`
    const sha256 = createHash('sha256').update(text, 'latin1').digest('hex')
    return Buffer.from(`${text}${lastLine(sha256)}`, 'latin1')
  }
}

export function segmentFacts(journalId: string, segment: Segment): SegmentFacts {
  return {
    journalId,
    segment: segment.number,
    firstSequence: segment.firstSequence,
    lastSequence: segment.lastSequence,
    previousHash: segment.previousHash.toString('hex'),
    lastHash: segment.lastHash.toString('hex'),
    bytes: segment.bytes,
    frames: segment.frames,
  }
}

/** True when index and segment belong together; a file that grew after its index was written is not its segment. */
export function isIndexOf(header: IndexHeader, segment: Segment): boolean {
  return (
    header.bytes === segment.bytes &&
    header.frames === segment.frames &&
    header.firstSequence === segment.firstSequence &&
    header.lastSequence === segment.lastSequence &&
    header.lastHash === segment.lastHash.toString('hex') &&
    header.previousHash === segment.previousHash.toString('hex')
  )
}

/** JSON with nothing but ASCII: a byte is a character, which makes reading it cheap. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
