import { join } from 'node:path'
import type { Frame } from '../protocol/frames.ts'
import { type Disk, type DiskFile, diskErrorCode, isDiskFull } from './disk.ts'
import { encodeBody, frameText, type HeaderFrame } from './entry.ts'
import { encodeFrame } from './framing.ts'
import { type Segment, segmentName } from './segment.ts'

/** Most frames that share one write: bounds what a failure takes back and the memory of a write. */
const MAX_GROUP_FRAMES = 64

export type AppendFault = 'disk-full' | 'closed' | 'io'
export type AppendResult =
  | { readonly ok: true; readonly sequence: number }
  | { readonly ok: false; readonly fault: AppendFault; readonly detail: string }

/** Where the durable part of the journal ends. */
export interface Head {
  lastSequence: number
  lastHash: Buffer
  readonly segments: Segment[]
}

export interface WriterOptions {
  readonly disk: Disk
  readonly dir: string
  /** Moved on by the writer, only after a write is durable. */
  readonly head: Head
  /** A segment that reached this length is followed by a new one. */
  readonly segmentBytes: number
  /** Called for each frame once it is durable, in order, before its append resolves. */
  onDurable(frame: Frame | HeaderFrame, sequence: number, at: { segment: number; offset: number }): void
}

interface Waiting {
  readonly frame: Frame | HeaderFrame
  readonly text: string
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
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

  /** @throws RangeError for a frame above the size limit. */
  append(frame: Frame | HeaderFrame): Promise<AppendResult> {
    const text = frameText(frame)
    if (this.#closed) return Promise.resolve({ ok: false, fault: 'closed', detail: 'the journal is closed' })
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, text, resolve, reject })
      this.#pumping ??= this.#pump()
    })
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
      const group = this.#waiting.splice(0, MAX_GROUP_FRAMES)
      try {
        const results = await this.#write(group)
        for (const [index, waiting] of group.entries()) waiting.resolve(results(index))
      } catch (error) {
        // A bug, not the disk: it belongs to whoever appended.
        for (const waiting of group) waiting.reject(error)
      }
    }
    this.#pumping = undefined
  }

  async #write(group: readonly Waiting[]): Promise<(index: number) => AppendResult> {
    const { head } = this.#options
    const first = head.lastSequence + 1
    const encoded = encodeGroup(group, first, head.lastHash)
    try {
      if (this.#dirty) await this.#takeBack()
      const file = await this.#fileForWriting()
      const segment = lastOf(head)
      try {
        await file.write(Buffer.concat(encoded.frames), segment.bytes)
        await file.sync()
      } catch (error) {
        this.#dirty = true
        await this.#takeBack()
        throw error
      }
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return () => ({ ok: false, fault: isDiskFull(code) ? 'disk-full' : 'io', detail: code })
    }
    const segment = lastOf(head)
    for (const [index, { frame }] of group.entries()) {
      const offset = segment.bytes
      segment.bytes += encoded.frames[index]?.length ?? 0
      head.lastSequence = first + index
      this.#options.onDurable(frame, first + index, { segment: segment.number, offset })
    }
    head.lastHash = encoded.lastHash
    return (index) => ({ ok: true, sequence: first + index })
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
    if (last !== undefined && last.bytes < segmentBytes) {
      this.#file ??= await disk.open(join(dir, last.name), { write: true, create: false })
      return this.#file
    }
    const number = (last?.number ?? 0) + 1
    const name = segmentName(number)
    const file = await disk.open(join(dir, name), { write: true, create: true })
    try {
      await disk.syncDir(dir)
      await this.#file?.close()
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    head.segments.push({ number, name, firstSequence: head.lastSequence + 1, bytes: 0 })
    return file
  }
}

function encodeGroup(
  group: readonly Waiting[],
  first: number,
  previous: Buffer,
): { readonly frames: readonly Buffer[]; readonly lastHash: Buffer } {
  let lastHash = previous
  const encoded = group.map(({ text }, index) => {
    const { bytes, hash } = encodeFrame(lastHash, encodeBody(first + index, first, text))
    lastHash = hash
    return bytes
  })
  return { frames: encoded, lastHash }
}

function lastOf(head: Head): Segment {
  const last = head.segments.at(-1)
  if (last === undefined) throw new Error('journal: no segment is open')
  return last
}
