import { join } from 'node:path'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import { type Body, HeaderFrameSchema, type JournalEntry, parseBody, toEntry } from './entry.ts'
import { type Decoded, GENESIS_HASH, HEADER_BYTES } from './framing.ts'
import { FrameReader, intactFramesAfter, type Segment, segmentName, segmentNumbers } from './segment.ts'

/** Where a chain breaks: file, byte, and the sequence that should stand there. */
export interface Place {
  readonly segment: string
  readonly offset: number
  readonly sequence: number
}

export interface Scanned {
  /** Null when there is no journal yet. */
  readonly journalId: string | null
  readonly segments: readonly Segment[]
  /** -1 when there is no journal yet; 0 when it holds its header only. */
  readonly lastSequence: number
  readonly lastHash: Buffer
  /** Bytes of an unfinished write behind the good part of the last segment. */
  readonly tornBytes: number
  readonly unknownFrames: number
}

export type ScanFault =
  | { readonly ok: false; readonly fault: 'broken-chain'; readonly place: Place; readonly detail: string }
  | { readonly ok: false; readonly fault: 'unreadable'; readonly detail: string }
export type ScanResult = ({ readonly ok: true } & Scanned) | ScanFault

export interface ScanVisitor {
  /** Called for each frame but the header, in order. */
  onEntry(entry: JournalEntry, at: { readonly segment: number; readonly offset: number }): void
}

/**
 * Reads a journal from its first frame to its last and checks every hash, link and sequence. Changes nothing.
 *
 * A bad frame counts as a torn tail only in the last segment and only when no frame of a later write stands behind it:
 * a write is begun after the one before it was made durable, so anything else is damage or tampering and is reported as
 * a broken chain, never cut.
 */
export async function scanJournal(disk: Disk, dir: string, visitor: ScanVisitor): Promise<ScanResult> {
  try {
    return await scan(disk, dir, visitor)
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    return { ok: false, fault: 'unreadable', detail: code }
  }
}

interface State {
  journalId: string | null
  lastSequence: number
  lastHash: Buffer
  unknownFrames: number
}

async function scan(disk: Disk, dir: string, visitor: ScanVisitor): Promise<ScanResult> {
  const numbers = segmentNumbers(await disk.list(dir))
  const segments: Segment[] = []
  const state: State = { journalId: null, lastSequence: -1, lastHash: GENESIS_HASH, unknownFrames: 0 }
  let tornBytes = 0
  for (const [index, number] of numbers.entries()) {
    const segment = { number, name: segmentName(number), firstSequence: state.lastSequence + 1, bytes: 0 }
    if (number !== index + 1) return broken(segment, state, `segment ${segmentName(index + 1)} is missing`)
    const file = await disk.open(join(dir, segment.name), { write: false, create: false })
    try {
      const end = await file.size()
      const fault = await scanSegment(file, end, segment, state, visitor)
      if (fault !== undefined && !fault.ok) return fault
      tornBytes = end - segment.bytes
      if (tornBytes > 0 && index < numbers.length - 1)
        return broken(segment, state, 'a torn frame before later segments')
    } finally {
      await file.close()
    }
    segments.push(segment)
  }
  return { ok: true, ...state, segments, tornBytes }
}

/** Walks one segment; afterwards segment.bytes is the length of its good part. Returns a fault, or undefined. */
async function scanSegment(
  file: DiskFile,
  end: number,
  segment: Segment,
  state: State,
  visitor: ScanVisitor,
): Promise<ScanFault | undefined> {
  const reader = new FrameReader(file)
  while (segment.bytes < end) {
    const decoded = await reader.frameAt(segment.bytes, end)
    if (decoded.kind === 'newer-format') {
      return { ok: false, fault: 'unreadable', detail: `${segment.name}: format ${decoded.version} of a later program` }
    }
    if (decoded.kind !== 'frame') return await tornOrBroken(file, end, segment, state, decoded)
    const body = parseBody(decoded.body)
    if (body === undefined) return broken(segment, state, 'a frame without a body of ours')
    if (!decoded.previous.equals(state.lastHash)) return broken(segment, state, 'the link to the frame before it')
    if (body.sequence !== state.lastSequence + 1) return broken(segment, state, `sequence ${body.sequence}`)
    const fault = take(body, segment, state, visitor)
    if (fault !== undefined) return fault
    state.lastHash = decoded.hash
    state.lastSequence = body.sequence
    segment.bytes += HEADER_BYTES + decoded.body.length
  }
  return undefined
}

function take(body: Body, segment: Segment, state: State, visitor: ScanVisitor): ScanFault | undefined {
  if (body.sequence === 0) {
    const header = HeaderFrameSchema.safeParse(body)
    if (!header.success) return broken(segment, state, 'no header frame at the beginning')
    state.journalId = header.data.journalId
    return undefined
  }
  const entry = toEntry(body)
  if (!entry.known) state.unknownFrames += 1
  visitor.onEntry(entry, { segment: segment.number, offset: segment.bytes })
  return undefined
}

async function tornOrBroken(
  file: DiskFile,
  end: number,
  segment: Segment,
  state: State,
  decoded: Exclude<Decoded, { kind: 'frame' | 'newer-format' }>,
): Promise<ScanFault | undefined> {
  // Frames of one write may reach the disk in any order; none of them was promised before all were durable. A write that
  // began later shows that this one had been durable.
  const expected = state.lastSequence + 1
  for (const follower of await intactFramesAfter(file, segment.bytes, end)) {
    const group = parseBody(follower.body)?.group
    if (group !== undefined && group <= expected) continue
    const what = decoded.kind === 'bad' ? `bad ${decoded.why}` : 'cut short'
    return broken(segment, state, `${what}, but a later write follows at ${follower.offset}`)
  }
  return undefined
}

function broken(segment: Segment, state: State, detail: string): ScanFault {
  const place = { segment: segment.name, offset: segment.bytes, sequence: state.lastSequence + 1 }
  return { ok: false, fault: 'broken-chain', place, detail }
}
