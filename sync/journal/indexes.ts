import { ColumnsDraft } from './columns-draft.ts'
import { type Disk, diskErrorCode, replaceFile } from './disk.ts'
import { type Body, parseBody, toEntry } from './entry.ts'
import { hiddenIn, ticketsIn } from './evidence.ts'
import { decodeFrame, HEADER_BYTES, nextMagic } from './framing.ts'
import { IndexDraft, type IndexRead, segmentFacts, sha256In } from './index-file.ts'
import type { Damage } from './journal-api.ts'
import { columnsName, FrameReader, indexName, type Segment } from './segment.ts'

/** A closed segment, read again from its first byte to its last. */
export type Reread =
  | { readonly kind: 'intact'; readonly drafts: Drafts }
  | { readonly kind: 'damaged'; readonly damage: readonly Damage[] }
  | { readonly kind: 'unreadable'; readonly code: string }
  | { readonly kind: 'stopped' }

export interface Drafts {
  readonly index: IndexDraft
  readonly columns: ColumnsDraft
}

/** Reads a closed segment and checks every frame, link and sequence. `stop` is asked between frames. */
export async function rereadSegment(disk: Disk, dir: string, segment: Segment, stop: () => boolean): Promise<Reread> {
  try {
    const file = await disk.open(`${dir}/${segment.name}`, { write: false, create: false })
    try {
      const size = await file.size()
      const end = Math.min(size, segment.bytes)
      const reader = new FrameReader(file)
      const drafts = { index: new IndexDraft(), columns: new ColumnsDraft() }
      const damage: Damage[] = []
      let link: Buffer | undefined = segment.previousHash
      let next = segment.firstSequence
      let at = 0
      while (at < end) {
        if (stop()) return { kind: 'stopped' }
        const decoded = await reader.frameAt(at, end)
        const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
        const linked = decoded.kind === 'frame' && (link === undefined || decoded.previous.equals(link))
        if (
          decoded.kind === 'frame' &&
          body !== undefined &&
          linked &&
          (body.sequence === next || link === undefined)
        ) {
          if (body.type !== 'journal') {
            const entry = toEntry(body)
            drafts.index.add(at, entry)
            drafts.columns.add(at, entry)
          }
          at += HEADER_BYTES + decoded.body.length
          next = body.sequence + 1
          link = decoded.hash
          continue
        }
        const bytes = await file.read(at, end - at)
        const behind = intactBehind(bytes, next)
        damage.push(place(segment, at, bytes.subarray(0, behind?.offset ?? bytes.length), next, behind?.body.sequence))
        at += behind?.offset ?? bytes.length
        // Its numbers are known: what stood before it is told above.
        link = undefined
        if (behind !== undefined) next = behind.body.sequence
      }
      if (size !== segment.bytes) damage.push(place(segment, end, Buffer.alloc(0), next, segment.lastSequence + 1))
      return damage.length > 0 ? { kind: 'damaged', damage } : { kind: 'intact', drafts }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    if (code !== 'ENOENT') return { kind: 'unreadable', code }
    const lost = place(segment, 0, Buffer.alloc(0), segment.firstSequence, segment.lastSequence + 1)
    return { kind: 'damaged', damage: [lost] }
  }
}

/** Writes the index of an intact, closed segment. Returns the disk's error code when that failed. */
export async function keepIndex(
  disk: Disk,
  dir: string,
  journalId: string,
  segment: Segment,
  { index, columns }: Drafts,
): Promise<string | undefined> {
  const bytes = index.bytes(journalId, segment)
  const failure = await written(disk, dir, indexName(segment.number), bytes)
  if (failure !== undefined) return failure
  // Worth nothing but time: without them the next start reads the index and writes them.
  const sha256 = sha256In(bytes)
  if (sha256 === undefined) throw new Error('journal: an index without its hash')
  const facts = segmentFacts(journalId, segment)
  await written(disk, dir, columnsName(segment.number), columns.bytes(facts, sha256))
  return undefined
}

/** Writes the columns of a good index. Returns the disk's error code when that failed. */
export async function keepColumns(
  disk: Disk,
  dir: string,
  { header, sha256, lines }: Extract<IndexRead, { ok: true }>,
): Promise<string | undefined> {
  const columns = new ColumnsDraft()
  for (const { offset, entry } of lines()) columns.add(offset, entry)
  const { version: _, linesBytes: __, ...facts } = header
  return written(disk, dir, columnsName(header.segment), columns.bytes(facts, sha256))
}

/** Returns the disk's error code when that failed. */
async function written(disk: Disk, dir: string, name: string, bytes: Buffer): Promise<string | undefined> {
  try {
    await replaceFile(disk, dir, name, bytes)
    return undefined
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    return code
  }
}

function intactBehind(bytes: Buffer, next: number): { readonly offset: number; readonly body: Body } | undefined {
  for (let at = nextMagic(bytes, 1); at >= 0; at = nextMagic(bytes, at + 1)) {
    const decoded = decodeFrame(bytes.subarray(at))
    const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
    if (body !== undefined && body.sequence >= next) return { offset: at, body }
  }
  return undefined
}

/** What was known of these frames when they were durable is known still, so nothing is hidden by it. */
function place(segment: Segment, offset: number, bytes: Buffer, from: number, next = segment.lastSequence + 1): Damage {
  return {
    kind: 'broken',
    segment: segment.name,
    offset,
    bytes: bytes.length,
    fromSequence: from,
    throughSequence: Math.max(from, next) - 1,
    mayHoldAccepted: 0,
    tickets: hiddenIn(bytes).accepted > 0 ? [...ticketsIn(bytes)] : [],
  }
}
