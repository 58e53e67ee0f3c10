import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Sha256Schema } from '../protocol/ids.ts'
import { type Disk, diskErrorCode, readWhole } from './disk.ts'
import { type JournalEntry, toEntry } from './entry.ts'
import type { FactColumns } from './fact-columns.ts'
import { readIndexSha256, SegmentFactsSchema } from './index-file.ts'
import { SHA256, TICKET, UUID } from './keys.ts'
import { columnsName, type Segment } from './segment.ts'

/**
 * The columns of a closed segment, `journal-000001.col`: what a start needs of its index, laid out so that it is read
 * with one read and used where it lies (fact-columns.ts). Made from the index and worth nothing without it: missing,
 * damaged, or of another index, the index is read instead and they are written anew. An earlier program passes them over.
 *
 *     offset  bytes  what
 *          0      4  "BMC" and the version, 1
 *          4      4  0x01020304 in the order of bytes of the machine that wrote it, as all numbers that follow
 *          8      4  length of the header, which is JSON in UTF-8
 *         12      …  header; up to the next multiple of 8 bytes, zeros
 *          …      …  the columns in the order of `layOut`; then the entries of kind `other` as JSON
 *        -32     32  SHA-256 over all before
 */
const MAGIC = Buffer.from('BMC\x01', 'latin1')
const ORDER = 0x01020304
const ORDER_AT = 4
const HEADER_AT = 12
const HASH_BYTES = 32
const ALIGNED_TO = 8

const CountSchema = z.int().min(0)
const CountsSchema = z.object({
  rows: CountSchema,
  accepted: CountSchema,
  chunks: CountSchema,
  receipts: CountSchema,
  items: CountSchema,
  marks: CountSchema,
})
type Counts = z.infer<typeof CountsSchema>
const HeaderSchema = z.object({
  facts: SegmentFactsSchema,
  /** Of the index that they were made from. */
  indexSha256: Sha256Schema,
  words: z.array(z.string()),
  counts: CountsSchema,
  othersBytes: CountSchema,
})
type Header = z.infer<typeof HeaderSchema>

export type ColumnsRead =
  | { readonly ok: true; readonly columns: FactColumns; readonly indexSha256: string }
  | { readonly ok: false; readonly fault: 'missing' | 'damaged' }

/** @throws the disk's error when the file cannot be read. */
export async function readColumns(disk: Disk, dir: string, number: number): Promise<ColumnsRead> {
  const bytes = await readWhole(disk, `${dir}/${columnsName(number)}`)
  if (bytes === undefined) return { ok: false, fault: 'missing' }
  const read = parseColumns(bytes)
  return read.ok && read.columns.facts.segment !== number ? { ok: false, fault: 'damaged' } : read
}

/**
 * Columns that say the same as the index of their segment. Whoever made that anew may have been a program that knows no
 * columns: of a segment that is there its length tells (the caller's to compare), and all that stays of one that is not is
 * its index. Undefined when there are none to be believed, or the disk fails: they can be done without.
 */
export async function trustedColumns(disk: Disk, dir: string, segment: Segment): Promise<FactColumns | undefined> {
  try {
    const read = await readColumns(disk, dir, segment.number)
    if (!read.ok) return undefined
    if (segment.present) return read.columns
    return read.indexSha256 === (await readIndexSha256(disk, dir, segment.number)) ? read.columns : undefined
  } catch (error) {
    if (diskErrorCode(error) === undefined) throw error
    return undefined
  }
}

/** Another order of bytes, or another version, is as good as damaged. */
export function parseColumns(file: Buffer): ColumnsRead {
  const damaged = { ok: false, fault: 'damaged' } as const
  // Views of wide numbers must begin at a multiple of their width.
  const bytes = file.byteOffset % ALIGNED_TO === 0 ? file : Buffer.from(new Uint8Array(file).buffer)
  const end = bytes.length - HASH_BYTES
  if (end < HEADER_AT || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return damaged
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) return damaged
  const [order, length = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset + ORDER_AT, 2)
  if (order !== ORDER || HEADER_AT + length > end) return damaged
  const parsed = HeaderSchema.safeParse(jsonOf(bytes.toString('utf8', HEADER_AT, HEADER_AT + length)))
  if (!parsed.success) return damaged
  const { facts, indexSha256, words, counts, othersBytes } = parsed.data
  const from = aligned(HEADER_AT + length)
  const othersAt = from + bytesOf(counts)
  if (othersAt + othersBytes !== end) return damaged
  const others = entriesIn(bytes.toString('utf8', othersAt, end))
  const columns = { facts, words, ...layOut(viewsOf(bytes, from), counts), others }
  return { ok: true, columns, indexSha256 }
}

/** Ours by the hash; what nobody knew then, this program may know. */
function entriesIn(json: string): readonly JournalEntry[] {
  const entries: readonly JournalEntry[] = JSON.parse(json)
  return entries.map((entry) =>
    entry.known ? entry : toEntry({ ...entry.body, sequence: entry.sequence, group: entry.sequence, type: entry.type }),
  )
}

/** Columns to be filled, and the whole file around them; `seal` when they are. */
export function newColumnsFile(
  header: Omit<Header, 'othersBytes'>,
  others: readonly JournalEntry[],
): { readonly columns: Columns; readonly seal: () => Buffer } {
  const tail = Buffer.from(JSON.stringify(others))
  const head = Buffer.from(JSON.stringify({ ...header, othersBytes: tail.length } satisfies Header))
  const from = aligned(HEADER_AT + head.length)
  const othersAt = from + bytesOf(header.counts)
  const bytes = Buffer.from(new ArrayBuffer(othersAt + tail.length + HASH_BYTES))
  MAGIC.copy(bytes)
  new Uint32Array(bytes.buffer, ORDER_AT, 2).set([ORDER, head.length])
  head.copy(bytes, HEADER_AT)
  tail.copy(bytes, othersAt)
  return {
    columns: layOut(viewsOf(bytes, from), header.counts),
    seal() {
      const end = bytes.length - HASH_BYTES
      createHash('sha256').update(bytes.subarray(0, end)).digest().copy(bytes, end)
      return bytes
    },
  }
}

type Columns = Pick<FactColumns, 'rows' | 'accepted' | 'receipts' | 'marks'>

/** Gives the columns of a file their room, one after the other. */
interface Views {
  float64(values: number): Float64Array
  uint32(values: number): Uint32Array
  uint8(values: number): Uint8Array
}

/** Wide numbers first, so that each kind begins where it must. */
function layOut({ float64, uint32, uint8 }: Views, counts: Counts): Columns {
  const { accepted, chunks, receipts, items, marks, rows } = counts
  const moments = {
    accepted: { atMs: float64(accepted), deviceSequences: float64(accepted), chunkBytes: float64(chunks) },
    receipts: { atMs: float64(receipts), hubMs: float64(receipts), hubSequences: float64(items) },
    marks: { atMs: float64(marks) },
  }
  return {
    accepted: {
      ...moments.accepted,
      submissionIds: uint32(accepted * UUID.width),
      draftIds: uint32(accepted * UUID.width),
      tickets: uint32(accepted * TICKET.width),
      sha256s: uint32(accepted * SHA256.width),
      envelopeBytes: uint32(accepted),
      kinds: uint32(accepted),
      itemIds: uint32(accepted),
      chunkEnds: uint32(accepted),
      chunkSha256s: uint32(chunks * SHA256.width),
    },
    receipts: {
      ...moments.receipts,
      sha256s: uint32(receipts * SHA256.width),
      hubEpochs: uint32(receipts),
      itemEnds: uint32(receipts),
      submissionIds: uint32(items * UUID.width),
    },
    marks: { ...moments.marks, submissionIds: uint32(marks * UUID.width), bys: uint32(marks) },
    rows: { sequences: uint32(rows), offsets: uint32(rows), kinds: uint8(rows) },
  }
}

function viewsOf(bytes: Buffer, from: number): Views {
  let at = bytes.byteOffset + from
  const take = (length: number) => {
    const begin = at
    at += length
    return begin
  }
  return {
    float64: (values) => new Float64Array(bytes.buffer, take(values * 8), values),
    uint32: (values) => new Uint32Array(bytes.buffer, take(values * 4), values),
    uint8: (values) => new Uint8Array(bytes.buffer, take(values), values),
  }
}

/** How much room all columns take. */
function bytesOf(counts: Counts): number {
  let total = 0
  const counted = <A>(bytes: number, none: A): A => {
    total += bytes
    return none
  }
  layOut(
    {
      float64: (values) => counted(values * 8, new Float64Array()),
      uint32: (values) => counted(values * 4, new Uint32Array()),
      uint8: (values) => counted(values, new Uint8Array()),
    },
    counts,
  )
  return total
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNED_TO) * ALIGNED_TO
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
