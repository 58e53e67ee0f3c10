import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * The journal's bytes as a stranger reads them, after the layout in sync/journal/framing.ts and with none of its code:
 * "BMJ", version, length (4), hash of the frame before (32), hash (32), JSON. Synchronous, so that what is read is what
 * lay there at that moment.
 */
const HEADER_BYTES = 72
const HASH_AT = 40
const NAME = /^journal-\d{6}\.bmj$/

export type JournalFrame = Readonly<Record<string, unknown>> & { readonly type: string }

/** All whole frames at the beginning of `bytes`, and how far they reach. */
export function framesIn(bytes: Buffer): { readonly frames: readonly JournalFrame[]; readonly through: number } {
  const frames: JournalFrame[] = []
  let at = 0
  for (;;) {
    if (bytes.length - at < HEADER_BYTES || bytes.toString('latin1', at, at + 3) !== 'BMJ') break
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4)
    if (end > bytes.length) break
    const hash = createHash('sha256')
      .update(bytes.subarray(at, at + HASH_AT))
      .update(bytes.subarray(at + HEADER_BYTES, end))
      .digest()
    if (!hash.equals(bytes.subarray(at + HASH_AT, at + HEADER_BYTES))) break
    const frame = frameOf(JSON.parse(bytes.toString('utf8', at + HEADER_BYTES, end)))
    if (frame !== undefined) frames.push(frame)
    at = end
  }
  return { frames, through: at }
}

/** The body holds its place in the journal beside the frame, whatever the names: the frame is what has a `type`. */
function frameOf(value: unknown): JournalFrame | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('type' in value && typeof value.type === 'string') return value as JournalFrame
  for (const inner of Object.values(value)) {
    const frame = frameOf(inner)
    if (frame !== undefined) return frame
  }
  return undefined
}

/** Follows the files of a journal folder while a terminal writes them, without a lock: it only looks. */
export class JournalFollower {
  readonly #dir: string
  readonly #segments = new Map<string, { read: number; frames: JournalFrame[] }>()

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Every whole frame that lies on disk now, in order, and those of segments that lay there before they were purged. */
  frames(): readonly JournalFrame[] {
    const names = existsSync(this.#dir) ? readdirSync(this.#dir).filter((name) => NAME.test(name)) : []
    for (const name of names) this.#read(name)
    return [...this.#segments].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, { frames }]) => frames)
  }

  /** The accepted frame of a submission, or undefined when there is none on disk. */
  accepted(submissionId: string): JournalFrame | undefined {
    return this.frames().find((frame) => frame.type === 'accepted' && frame.submissionId === submissionId)
  }

  #read(name: string): void {
    const known = this.#segments.get(name) ?? { read: 0, frames: [] }
    const file = openIfThere(join(this.#dir, name))
    if (file === undefined) return
    try {
      const { size } = fstatSync(file)
      // Shorter than what was read: a failed write was taken back.
      if (size < known.read) Object.assign(known, { read: 0, frames: [] })
      const bytes = Buffer.alloc(size - known.read)
      let filled = 0
      while (filled < bytes.length) {
        const got = readSync(file, bytes, filled, bytes.length - filled, known.read + filled)
        if (got === 0) break
        filled += got
      }
      const { frames, through } = framesIn(bytes.subarray(0, filled))
      known.frames.push(...frames)
      known.read += through
    } finally {
      closeSync(file)
    }
    this.#segments.set(name, known)
  }
}

/** Purged between the list and now. */
function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Appends a frame as a later program would that knows more types. The terminal must not be running. */
export function appendForeignFrame(dir: string, type: string): void {
  const name = readdirSync(dir)
    .filter((each) => NAME.test(each))
    .sort()
    .at(-1)
  if (name === undefined) throw new Error('there is no journal')
  const file = join(dir, name)
  const bytes = readFileSync(file)
  const { frames, through } = framesIn(bytes)
  const sequence = Number(frames.at(-1)?.sequence) + 1
  let last = 0
  for (let at = 0; at < through; at += HEADER_BYTES + bytes.readUInt32BE(at + 4)) last = at
  const body = Buffer.from(JSON.stringify({ sequence, group: sequence, type, at: new Date().toISOString() }))
  const head = Buffer.alloc(HASH_AT)
  head.write('BMJ', 'latin1')
  head.writeUInt8(bytes.readUInt8(3), 3)
  head.writeUInt32BE(body.length, 4)
  bytes.copy(head, 8, last + HASH_AT, last + HEADER_BYTES)
  const hash = createHash('sha256').update(head).update(body).digest()
  appendFileSync(file, Buffer.concat([head, hash, body]))
}
