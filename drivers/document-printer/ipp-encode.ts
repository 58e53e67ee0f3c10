import {
  END_OF_ATTRIBUTES,
  type IppAttributes,
  type IppMessage,
  type IppValue,
  OUT_OF_BAND_TAGS,
  STRING_TAGS,
  TAG,
} from './ipp-values.ts'

/** A length is a SIGNED-SHORT (RFC 8010 section 3.1.4). */
const MAX_LENGTH = 0x7fff

/** The bytes of a message, without the document that may follow. @throws RangeError for what the format cannot hold. */
export function encodeIppMessage(message: IppMessage): Uint8Array {
  const out: number[] = []
  const head = new DataView(new ArrayBuffer(8))
  head.setUint8(0, message.version.major)
  head.setUint8(1, message.version.minor)
  head.setUint16(2, message.code)
  head.setInt32(4, message.requestId)
  out.push(...new Uint8Array(head.buffer))
  for (const group of message.groups) {
    out.push(group.tag)
    putAttributes(out, group.attributes)
  }
  out.push(END_OF_ATTRIBUTES)
  return Uint8Array.from(out)
}

function putAttributes(out: number[], attributes: IppAttributes): void {
  for (const [name, values] of attributes) {
    if (name === '') throw new RangeError('an attribute needs a name')
    if (values.length === 0) throw new RangeError(`${name} has no value`)
    // All values but the first have an empty name (section 3.1.5).
    for (const [index, value] of values.entries()) putValue(out, index === 0 ? name : '', value)
  }
}

function putValue(out: number[], name: string, value: IppValue): void {
  if (value.kind !== 'collection') {
    putField(out, tagOf(value), name, bytesOf(value))
    return
  }
  putField(out, TAG.begCollection, name, new Uint8Array())
  for (const [member, values] of value.members) {
    if (values.length === 0) throw new RangeError(`${member} has no value`)
    putField(out, TAG.memberAttrName, '', utf8(member))
    for (const each of values) putValue(out, '', each)
  }
  putField(out, TAG.endCollection, '', new Uint8Array())
}

function putField(out: number[], tag: number, name: string, value: Uint8Array): void {
  out.push(tag)
  putSized(out, utf8(name))
  putSized(out, value)
}

function putSized(out: number[], bytes: Uint8Array): void {
  if (bytes.length > MAX_LENGTH) throw new RangeError(`${bytes.length} bytes do not fit an IPP field`)
  out.push(bytes.length >> 8, bytes.length & 0xff)
  for (const byte of bytes) out.push(byte)
}

function tagOf(value: Exclude<IppValue, { kind: 'collection' }>): number {
  switch (value.kind) {
    case 'integer':
      return TAG.integer
    case 'enum':
      return TAG.enum
    case 'boolean':
      return TAG.boolean
    case 'range':
      return TAG.rangeOfInteger
    case 'out-of-band':
      return OUT_OF_BAND_TAGS[value.value]
    case 'other':
      return value.tag
    default:
      return STRING_TAGS[value.kind]
  }
}

function bytesOf(value: Exclude<IppValue, { kind: 'collection' }>): Uint8Array {
  switch (value.kind) {
    case 'integer':
    case 'enum':
      return int32s(value.value)
    case 'boolean':
      return Uint8Array.of(value.value ? 1 : 0)
    case 'range':
      return int32s(value.lower, value.upper)
    case 'out-of-band':
      return new Uint8Array()
    case 'other':
      return value.bytes
    default:
      return utf8(value.value)
  }
}

function int32s(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  for (const [index, value] of values.entries()) {
    if (!Number.isInteger(value) || value !== (value | 0)) throw new RangeError(`${value} is no 32-bit integer`)
    view.setInt32(4 * index, value)
  }
  return new Uint8Array(view.buffer)
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
