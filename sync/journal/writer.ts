import { join } from 'node:path'
import { type Frame, FrameSchema } from '../protocol/frames.ts'
import { type Disk, type DiskFile, diskErrorCode, isDiskFull } from './disk.ts'
import { bodyText, entryOf, frameText, type HeaderFrame, type JournalEntry } from './entry.ts'
import { encodeFrame } from './framing.ts'
import type { AppendFault, AppendResult } from './journal-api.ts'
import { newSegment, type Segment } from './segment.ts'

/** Most frames that share one write: bounds what a failure takes back and the memory of a write. */
const MAX_GROUP_FRAMES = 64
/** No frame is added to a write that has reached this length; with the longest frame that stays below MAX_TORN_BYTES. */
const MAX_GROUP_LENGTH = 1 << 20

/** Where the durable part of the journal ends. */
export interface Head {
  lastSequence: number
  lastHash: Buffer
  /** By number from 1. */
  readonly segments: Segment[]
}

export interface WriterOptions {
  readonly disk: Disk
  readonly dir: string
  /** Moved on by the writer, only after a write is durable. */
  readonly head: Head
  /** A segment that reached this length is followed by a new one. */
  readonly segmentBytes: number
  /** Asked when anything but an `accepted` frame meets a full disk; true when there is room now. */
  readonly releaseReserve: () => Promise<boolean>
  /** Called for each frame but the header once it is durable, in order, before its append resolves. */
  onDurable(entry: JournalEntry, at: { readonly segment: number; readonly offset: number }): void
  /** A segment that nothing will be appended to any more. */
  onClosed(segment: Segment): void
}

interface Waiting {
  readonly frame: Frame | HeaderFrame
  readonly text: string
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
  /** Given with a frame that depends on all before it: begins a write of its own. */
  readonly condition?: { readonly holds: () => boolean; readonly withdraw: () => void }
}
type Failure = { readonly ok: false; readonly fault: AppendFault; readonly detail: string }

export interface Withdrawn {
  readonly ok: false
  readonly fault: 'withdrawn'
  readonly detail: string
}

/**
 * The one writer: takes what waits, writes it in one go, makes it durable, answers all of it in order. What arrives
 * meanwhile waits for the next write, so that many appends share one fdatasync and a lone one waits for nobody.
 */
export class JournalWriter {
  readonly #options: WriterOptions
  readonly #waiting: Waiting[] = []
  #file: DiskFile | undefined
  #pumping: Promise<void> | undefined
  #closed = false
  /** A failed write could not be taken back yet: nothing may be written behind it. */
  #dirty = false

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /**
   * @throws RangeError for a frame above the size limit. A frame that breaks FrameSchema rejects with its ZodError; an
   * `accepted` one is judged while its bytes are made durable, so that its answer need not wait for that.
   */
  append(frame: Frame | HeaderFrame): Promise<AppendResult> {
    const checked = frame.type === 'accepted' || frame.type === 'journal' ? frame : FrameSchema.parse(frame)
    const text = frameText(checked)
    if (this.#closed) return Promise.resolve({ ok: false, fault: 'closed', detail: 'the journal is closed' })
    return new Promise((resolve, reject) => this.#take({ frame: checked, text, resolve, reject }))
  }

  /**
   * Appends a frame if that is still right at its turn: `holds` is asked when every frame before it is durable and was
   * handed over, with nothing but this frame's own write to follow.
   */
  appendIf(frame: Frame, holds: () => boolean): Promise<AppendResult | Withdrawn> {
    const checked = FrameSchema.parse(frame)
    const text = frameText(checked)
    if (this.#closed) return Promise.resolve({ ok: false, fault: 'closed', detail: 'the journal is closed' })
    return new Promise((resolve, reject) => {
      const withdraw = () => resolve({ ok: false, fault: 'withdrawn', detail: 'not right any more at its turn' })
      this.#take({ frame: checked, text, resolve, reject, condition: { holds, withdraw } })
    })
  }

  #take(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#pumping ??= this.#pump()
  }

  /** Closes the last segment when it holds a frame; false when it does not, or a failed write lies in it. */
  async rotate(): Promise<boolean> {
    while (this.#pumping !== undefined) await this.#pumping
    const last = this.#options.head.segments.at(-1)
    if (this.#closed || last === undefined || last.closed || this.#dirty) return false
    // The journal's own header, sequence 0, is nothing to close a segment for.
    if (last.frames === 0 || last.lastSequence === 0) return false
    last.closed = true
    const file = this.#file
    this.#file = undefined
    this.#options.onClosed(last)
    await file?.close()
    return true
  }

  /** Finishes what was appended before, then lets go of the file. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pumping
    await this.#file?.close()
    this.#file = undefined
  }

  async #pump(): Promise<void> {
    // One turn, so that appends of the same turn share the first write too.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        const right = group.filter(isStillRight)
        const failure = right.length === 0 ? undefined : await this.#write(right)
        if (failure !== undefined) await this.#failed(right, failure)
      } catch (error) {
        // A bug, not the disk: it belongs to whoever appended.
        for (const waiting of group) waiting.reject(error)
      }
    }
    this.#pumping = undefined
  }

  #nextGroup(): readonly Waiting[] {
    let count = 0
    let length = 0
    for (const { text, condition } of this.#waiting) {
      if (count > 0 && condition !== undefined) break
      if (count === MAX_GROUP_FRAMES || (count > 0 && length + text.length > MAX_GROUP_LENGTH)) break
      count += 1
      length += text.length
    }
    return this.#waiting.splice(0, count)
  }

  /** New submissions are refused on a full disk; what else there is to say may use the room kept for it, once more. */
  async #failed(group: readonly Waiting[], failure: Failure): Promise<void> {
    const others = group.filter(({ frame }) => frame.type !== 'accepted')
    const tryAgain = failure.fault === 'disk-full' && others.length > 0 && (await this.#options.releaseReserve())
    for (const waiting of group) if (!tryAgain || waiting.frame.type === 'accepted') waiting.resolve(failure)
    if (!tryAgain) return
    const rest = others.filter(isStillRight)
    const again = rest.length === 0 ? undefined : await this.#write(rest)
    if (again !== undefined) for (const waiting of rest) waiting.resolve(again)
  }

  /** Writes and answers a group; when the disk fails, nothing of it is there and nobody was answered. */
  async #write(group: readonly Waiting[]): Promise<Failure | undefined> {
    const { head } = this.#options
    const first = head.lastSequence + 1
    const encoded = encodeGroup(group, first, head.lastHash)
    let prepared: Prepared
    try {
      if (this.#dirty) await this.#takeBack()
      const file = await this.#fileForWriting()
      try {
        await file.write(encoded.bytes, lastOf(head).bytes)
        const syncing = file.sync()
        // While the disk works: nothing here may throw before the sync has ended.
        prepared = prepare(group, first)
        await syncing
        if (prepared.bad.size > 0) await this.#takeBack()
      } catch (error) {
        this.#dirty = true
        await this.#takeBack()
        throw error
      }
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return { ok: false, fault: isDiskFull(code) ? 'disk-full' : 'io', detail: code }
    }
    if (prepared.bad.size > 0) {
      // Taken back whole; those that are good are written anew, before all others.
      this.#waiting.unshift(...group.filter((waiting) => !prepared.bad.has(waiting)))
      for (const [waiting, error] of prepared.bad) waiting.reject(error)
      return undefined
    }
    this.#advance(group, encoded, prepared.entries)
    return undefined
  }

  #advance(group: readonly Waiting[], encoded: Encoded, entries: readonly (JournalEntry | undefined)[]): void {
    const { head } = this.#options
    const segment = lastOf(head)
    for (const index of group.keys()) {
      const offset = segment.bytes
      const entry = entries[index]
      segment.bytes += encoded.lengths[index] ?? 0
      segment.frames += 1
      head.lastSequence += 1
      segment.lastSequence = head.lastSequence
      if (entry !== undefined) this.#options.onDurable(entry, { segment: segment.number, offset })
    }
    head.lastHash = encoded.lastHash
    segment.lastHash = encoded.lastHash
    const first = head.lastSequence - group.length + 1
    for (const [index, waiting] of group.entries()) waiting.resolve({ ok: true, sequence: first + index })
  }

  /**
   * Cuts a failed write off and makes the cut durable: a frame that was reported as failed must not rise again after a
   * power cut. When this fails too, it is tried again before the next write.
   */
  async #takeBack(): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    await file.truncate(lastOf(this.#options.head).bytes)
    await file.sync()
    this.#dirty = false
  }

  async #fileForWriting(): Promise<DiskFile> {
    const { disk, dir, head, segmentBytes } = this.#options
    const last = head.segments.at(-1)
    if (last !== undefined && last.bytes < segmentBytes && !last.closed) {
      this.#file ??= await disk.open(join(dir, last.name), { write: true, create: false })
      return this.#file
    }
    const segment = newSegment((last?.number ?? 0) + 1, head.lastSequence, head.lastHash)
    const file = await disk.open(join(dir, segment.name), { write: true, create: true })
    try {
      await disk.syncDir(dir)
      await this.#file?.close()
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    head.segments.push(segment)
    if (last !== undefined && !last.closed) {
      last.closed = true
      this.#options.onClosed(last)
    }
    return file
  }
}

/** Only the first of a group has a condition; tells its caller when that does not hold. */
function isStillRight({ condition }: Waiting): boolean {
  if (condition === undefined || condition.holds()) return true
  condition.withdraw()
  return false
}

interface Encoded {
  readonly bytes: Buffer
  readonly lengths: readonly number[]
  readonly lastHash: Buffer
}

function encodeGroup(group: readonly Waiting[], first: number, previous: Buffer): Encoded {
  let lastHash = previous
  const frames = group.map(({ text }, index) => {
    const { bytes, hash } = encodeFrame(lastHash, bodyText(first + index, first, text))
    lastHash = hash
    return bytes
  })
  const [only] = frames
  const bytes = only !== undefined && frames.length === 1 ? only : Buffer.concat(frames)
  return { bytes, lengths: frames.map((frame) => frame.length), lastHash: Buffer.from(lastHash) }
}

interface Prepared {
  /** What readers get of each frame; undefined for the journal's header. */
  readonly entries: readonly (JournalEntry | undefined)[]
  readonly bad: ReadonlyMap<Waiting, unknown>
}

function prepare(group: readonly Waiting[], first: number): Prepared {
  const bad = new Map<Waiting, unknown>()
  const entries = group.map((waiting, index) => {
    const { frame } = waiting
    if (frame.type === 'journal') return undefined
    if (frame.type !== 'accepted') return entryOf(first + index, frame)
    const parsed = FrameSchema.safeParse(frame)
    if (parsed.success) return entryOf(first + index, parsed.data)
    bad.set(waiting, parsed.error)
    return undefined
  })
  return { entries, bad }
}

function lastOf(head: Head): Segment {
  const last = head.segments.at(-1)
  if (last === undefined) throw new Error('journal: no segment is open')
  return last
}
