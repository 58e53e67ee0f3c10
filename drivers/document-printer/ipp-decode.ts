import {
  END_OF_ATTRIBUTES,
  type IppAttributes,
  type IppGroup,
  type IppMessage,
  type IppValue,
  OUT_OF_BAND_TAGS,
  type OutOfBand,
  STRING_TAGS,
  type StringKind,
  TAG,
} from './ipp-values.ts'

/** All but the head of the largest answer that CUPS gives (every attribute of a queue) is far below these. */
const MAX_VALUES = 20_000
/** media-col-database nests three deep. */
const MAX_DEPTH = 8
const HEAD_BYTES = 8
/** Tags below this begin or end a group, the others are values. */
const FIRST_VALUE_TAG = 0x10

export type IppFault =
  /** It ends before its end tag. */
  | 'truncated'
  /** A value before any group, or a group tag that the format keeps for itself. */
  | 'bad-group'
  /** A length with its sign bit set, or one that does not fit the value's syntax. */
  | 'bad-length'
  | 'bad-value'
  /** A further value where there is no first one, or a member outside a collection. */
  | 'bad-order'
  | 'too-deep'
  | 'too-many-values'

export type DecodeIppResult =
  /** documentAt: offset of the first byte after the attributes. */
  | { readonly ok: true; readonly message: IppMessage; readonly documentAt: number }
  | { readonly ok: false; readonly fault: IppFault; readonly at: number }

/** What the reader below throws at itself; never leaves this file. */
class Corrupt extends Error {
  readonly fault: IppFault
  constructor(fault: IppFault) {
    super(fault)
    this.fault = fault
  }
}

/**
 * Reads one whole IPP message (RFC 8010). Never throws; time and memory are linear in the bytes, which the caller bounds.
 * Of an attribute that stands twice in a group the first counts. Text that is no UTF-8 is read with replacement characters.
 */
export function decodeIppMessage(bytes: Uint8Array): DecodeIppResult {
  const reader = new Reader(bytes)
  try {
    const message = reader.message()
    return { ok: true, message, documentAt: reader.at }
  } catch (error) {
    if (error instanceof Corrupt) return { ok: false, fault: error.fault, at: reader.at }
    throw error
  }
}

interface Field {
  readonly tag: number
  readonly name: string
  readonly bytes: Uint8Array
}

const STRING_KIND_OF_TAG = new Map<number, StringKind>(
  Object.entries(STRING_TAGS).map(([kind, tag]) => [tag, kind as StringKind]),
)
const OUT_OF_BAND_OF_TAG = new Map<number, OutOfBand>(
  Object.entries(OUT_OF_BAND_TAGS).map(([word, tag]) => [tag, word as OutOfBand]),
)
const UTF8 = new TextDecoder('utf-8')

class Reader {
  at = 0
  private values = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  message(): IppMessage {
    if (this.bytes.length < HEAD_BYTES) throw new Corrupt('truncated')
    const version = { major: this.view.getUint8(0), minor: this.view.getUint8(1) }
    const code = this.view.getUint16(2)
    const requestId = this.view.getInt32(4)
    this.at = HEAD_BYTES
    const groups: IppGroup[] = []
    for (;;) {
      const tag = this.byte()
      if (tag === END_OF_ATTRIBUTES) return { version, code, requestId, groups }
      if (tag >= FIRST_VALUE_TAG || tag === 0) throw new Corrupt('bad-group')
      groups.push({ tag, attributes: this.attributes() })
    }
  }

  private attributes(): IppAttributes {
    const attributes = new Map<string, IppValue[]>()
    let current: IppValue[] | undefined
    while (this.peek() >= FIRST_VALUE_TAG) {
      const field = this.field()
      const value = this.value(field, 0)
      if (field.name !== '') {
        current = [value]
        if (!attributes.has(field.name)) attributes.set(field.name, current)
      } else if (current === undefined) throw new Corrupt('bad-order')
      else current.push(value)
    }
    return attributes
  }

  private value({ tag, bytes }: Field, depth: number): IppValue {
    this.values += 1
    if (this.values > MAX_VALUES) throw new Corrupt('too-many-values')
    if (tag === TAG.begCollection) return { kind: 'collection', members: this.members(depth + 1) }
    if (tag === TAG.endCollection || tag === TAG.memberAttrName) throw new Corrupt('bad-order')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const expect = (length: number): void => {
      if (bytes.length !== length) throw new Corrupt('bad-length')
    }
    switch (tag) {
      case TAG.integer:
      case TAG.enum:
        expect(4)
        return { kind: tag === TAG.integer ? 'integer' : 'enum', value: view.getInt32(0) }
      case TAG.boolean: {
        expect(1)
        const byte = view.getUint8(0)
        if (byte > 1) throw new Corrupt('bad-value')
        return { kind: 'boolean', value: byte === 1 }
      }
      case TAG.rangeOfInteger:
        expect(8)
        return { kind: 'range', lower: view.getInt32(0), upper: view.getInt32(4) }
    }
    const kind = STRING_KIND_OF_TAG.get(tag)
    if (kind !== undefined) return { kind, value: UTF8.decode(bytes) }
    const word = OUT_OF_BAND_OF_TAG.get(tag)
    if (word !== undefined) return { kind: 'out-of-band', value: word }
    return { kind: 'other', tag, bytes: bytes.slice() }
  }

  /** From after the begin tag to the end tag (section 3.1.6): names and values as fields with empty names. */
  private members(depth: number): IppAttributes {
    if (depth > MAX_DEPTH) throw new Corrupt('too-deep')
    const members = new Map<string, IppValue[]>()
    let current: IppValue[] | undefined
    for (;;) {
      const field = this.field()
      if (field.tag === TAG.endCollection) break
      if (field.name !== '') throw new Corrupt('bad-order')
      if (field.tag === TAG.memberAttrName) {
        if (current?.length === 0 || field.bytes.length === 0) throw new Corrupt('bad-order')
        current = []
        const name = UTF8.decode(field.bytes)
        if (!members.has(name)) members.set(name, current)
      } else if (current === undefined) throw new Corrupt('bad-order')
      else current.push(this.value(field, depth))
    }
    if (current?.length === 0) throw new Corrupt('bad-order')
    return members
  }

  private field(): Field {
    const tag = this.byte()
    if (tag < FIRST_VALUE_TAG) throw new Corrupt('bad-order')
    const name = UTF8.decode(this.sized())
    return { tag, name, bytes: this.sized() }
  }

  private sized(): Uint8Array {
    if (this.at + 2 > this.bytes.length) throw new Corrupt('truncated')
    const length = this.view.getInt16(this.at)
    if (length < 0) throw new Corrupt('bad-length')
    const from = this.at + 2
    if (from + length > this.bytes.length) throw new Corrupt('truncated')
    this.at = from + length
    return this.bytes.subarray(from, this.at)
  }

  private byte(): number {
    const byte = this.peek()
    this.at += 1
    return byte
  }

  private peek(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new Corrupt('truncated')
    return byte
  }
}
