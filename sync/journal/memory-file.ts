/** What a change since the last sync took away, so that it can be undone; a write costs no copy of the whole file. */
type Change =
  /** `old`: the bytes that it covered, shorter when it went beyond the end. */
  | {
      readonly kind: 'write'
      readonly position: number
      readonly bytes: Buffer
      readonly old: Buffer
      readonly oldSize: number
    }
  | { readonly kind: 'truncate'; readonly length: number; readonly cut: Buffer }

/** A file of the memory disk: its content now, and what it was when it was last made durable. */
export class MemoryFile {
  #room: Buffer
  #size: number
  #changes: Change[] = []
  /** Up to here the room was handed out: what lies before it is not written over, a new room is. */
  #lentThrough = 0

  constructor(content: Uint8Array = Buffer.alloc(0)) {
    this.#room = Buffer.from(content)
    this.#size = content.length
  }

  get size(): number {
    return this.#size
  }
  get isDirty(): boolean {
    return this.#changes.length > 0
  }
  /** The content itself, not a copy. */
  bytes(): Buffer {
    return this.#room.subarray(0, this.#size)
  }

  /** What a reader gets: never changes, whatever becomes of the file; costs no copy as long as the file only grows. */
  read(position: number, length: number): Buffer {
    const end = Math.min(this.#size, position + length)
    this.#lentThrough = Math.max(this.#lentThrough, end)
    return this.#room.subarray(Math.min(position, end), end)
  }

  /** Returns by how many bytes the file grew. */
  write(bytes: Uint8Array, position: number): number {
    const old = Buffer.from(
      this.#room.subarray(Math.min(position, this.#size), Math.min(this.#size, position + bytes.length)),
    )
    this.#changes.push({ kind: 'write', position, bytes: Buffer.from(bytes), old, oldSize: this.#size })
    return this.#put(bytes, position)
  }

  /** Returns how many bytes were cut off. */
  truncate(length: number): number {
    const cut = Buffer.from(this.#room.subarray(Math.min(length, this.#size), this.#size))
    if (length > this.#size) {
      this.#changes.push({
        kind: 'write',
        position: this.#size,
        bytes: Buffer.alloc(length - this.#size),
        old: cut,
        oldSize: this.#size,
      })
    } else this.#changes.push({ kind: 'truncate', length, cut })
    return this.#cut(length)
  }

  sync(): void {
    this.#changes = []
  }

  flip(offset: number, mask: number): void {
    if (offset >= this.#size) throw new RangeError(`no byte ${offset} in a file of ${this.#size}`)
    if (offset < this.#lentThrough) this.#moveTo(Buffer.from(this.#room))
    this.#room.writeUInt8(this.#room.readUInt8(offset) ^ mask, offset)
  }

  /** What is durable: for reading only, it may be the content itself. */
  durable(): Buffer {
    const [first] = this.#changes
    if (first === undefined) return this.bytes()
    // A log that only grew since then: its beginning.
    if (first.kind === 'write' && this.#changes.every(isAppend)) return this.#room.subarray(0, first.oldSize)
    const copy = new MemoryFile(this.bytes())
    for (const change of [...this.#changes].reverse()) {
      if (change.kind === 'truncate') copy.#put(change.cut, change.length)
      else {
        copy.#cut(change.oldSize)
        copy.#put(change.old, change.position)
      }
    }
    return copy.bytes()
  }

  /** A copy of what a power cut leaves: each change since the last sync kept or lost, the last write perhaps torn. */
  survivor(below: (limit: number) => number): Buffer {
    const copy = new MemoryFile(this.durable())
    for (const [index, change] of this.#changes.entries()) {
      // Kept, lost, or, when it is the last, torn.
      const fate = below(index === this.#changes.length - 1 ? 3 : 2)
      if (fate === 0) continue
      if (change.kind === 'truncate') copy.#cut(Math.min(change.length, copy.size))
      else
        copy.#put(fate === 2 ? change.bytes.subarray(0, below(change.bytes.length + 1)) : change.bytes, change.position)
    }
    return Buffer.from(copy.bytes())
  }

  #put(bytes: Uint8Array, position: number): number {
    if (bytes.length === 0) return 0
    const end = position + bytes.length
    if (end > this.#room.length) {
      // Twice the room: a file that grows write by write is copied seldom.
      const room = Buffer.alloc(Math.max(end, this.#room.length * 2))
      room.set(this.bytes())
      this.#moveTo(room)
    } else if (Math.min(position, this.#size) < this.#lentThrough) this.#moveTo(Buffer.from(this.#room))
    if (position > this.#size) this.#room.fill(0, this.#size, position)
    this.#room.set(bytes, position)
    const grown = Math.max(0, end - this.#size)
    this.#size += grown
    return grown
  }

  #moveTo(room: Buffer): void {
    this.#room = room
    this.#lentThrough = 0
  }

  #cut(length: number): number {
    const before = this.#size
    if (length > before) this.#put(Buffer.alloc(length - before), before)
    this.#size = length
    return before - length
  }
}

function isAppend(change: Change): boolean {
  return change.kind === 'write' && change.position === change.oldSize
}
