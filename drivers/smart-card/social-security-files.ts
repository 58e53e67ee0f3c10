import type { SocialSecurityField } from './states.ts'

/**
 * What lies in EF05 and EF06 of a social-security card and how: tags and order by reference/devices.md 2.1, lengths and
 * kinds as the public programs read them that are named in README.md. Records are simple TLV: tag, length, value.
 */

/** "sx1.sh.社会保障" in GBK: the name of the social-security environment. */
export const SSSE_NAME: Uint8Array = Buffer.from('7378312E73682EC9E7BBE1B1A3D5CF', 'hex')

/**
 * an: letters and digits, GBK; padded on the right with zero bytes. cn: two digits a byte, padded on the right with F.
 * hex: bytes as they are.
 */
export type FieldKind = 'an' | 'cn' | 'hex'

export interface FieldOfCard {
  readonly name: SocialSecurityField
  readonly tag: number
  /** Length that the card's specification gives it; a card that uses another one is read all the same. */
  readonly bytes: number
  readonly kind: FieldKind
}

/** Continues a name of more than 15 characters, in cards since the second generation; not a field of its own. */
export const NAME_EXTENSION = { tag: 0x4e, bytes: 20 } as const

const ISSUER: readonly FieldOfCard[] = [
  { name: 'cardId', tag: 0x01, bytes: 16, kind: 'hex' },
  { name: 'cardClass', tag: 0x02, bytes: 1, kind: 'an' },
  { name: 'specVersion', tag: 0x03, bytes: 4, kind: 'an' },
  { name: 'issuerCode', tag: 0x04, bytes: 12, kind: 'hex' },
  { name: 'issuedOn', tag: 0x05, bytes: 4, kind: 'cn' },
  { name: 'validTo', tag: 0x06, bytes: 4, kind: 'cn' },
  { name: 'cardNumber', tag: 0x07, bytes: 9, kind: 'an' },
]

const HOLDER: readonly FieldOfCard[] = [
  { name: 'number', tag: 0x08, bytes: 18, kind: 'an' },
  { name: 'name', tag: 0x09, bytes: 30, kind: 'an' },
  { name: 'sex', tag: 0x0a, bytes: 1, kind: 'an' },
  { name: 'ethnicGroup', tag: 0x0b, bytes: 1, kind: 'cn' },
  { name: 'birthplace', tag: 0x0c, bytes: 3, kind: 'cn' },
  { name: 'birth', tag: 0x0d, bytes: 4, kind: 'cn' },
]

export interface FileOfCard {
  readonly name: 'EF05' | 'EF06'
  readonly id: Uint8Array
  readonly fields: readonly FieldOfCard[]
  readonly tags: readonly number[]
}

export const FILES: readonly FileOfCard[] = [
  { name: 'EF05', id: Uint8Array.of(0xef, 0x05), fields: ISSUER, tags: ISSUER.map(({ tag }) => tag) },
  {
    name: 'EF06',
    id: Uint8Array.of(0xef, 0x06),
    fields: HOLDER,
    tags: HOLDER.flatMap(({ tag, name }) => (name === 'name' ? [tag, NAME_EXTENSION.tag] : [tag])),
  },
]

export type SplitRecord =
  | { readonly ok: true; readonly tag: number; readonly value: Uint8Array }
  | { readonly ok: false; readonly detail: string }

/** Takes a record apart. Some cards give a record in its full room, filled with 00 or FF behind the value. */
export function splitRecord(record: Uint8Array): SplitRecord {
  const [tag, length] = record
  if (tag === undefined || length === undefined) return { ok: false, detail: `${record.length} bytes are no record` }
  if (tag === 0x00 || tag === 0xff) return { ok: false, detail: 'a record without a tag' }
  const value = record.subarray(2, 2 + length)
  if (value.length < length) return { ok: false, detail: `${length} bytes were promised and ${value.length} came` }
  const rest = record.subarray(2 + length)
  if (!rest.every((byte) => byte === rest[0] && (byte === 0x00 || byte === 0xff))) {
    return { ok: false, detail: 'something stands behind the value' }
  }
  return { ok: true, tag, value: Uint8Array.from(value) }
}

/** The fields among the records that were found, a long name put together; unknown tags are left out. */
export function fieldsOf(
  found: ReadonlyMap<number, Uint8Array>,
): readonly { readonly name: SocialSecurityField; readonly kind: FieldKind; readonly bytes: Uint8Array }[] {
  return FILES.flatMap(({ fields }) => fields).flatMap(({ name, tag, kind }) => {
    const bytes = found.get(tag)
    if (bytes === undefined) return []
    const extension = name === 'name' ? found.get(NAME_EXTENSION.tag) : undefined
    // A character may be cut in two by the end of the first record, so the bytes are joined before they are read.
    return [{ name, kind, bytes: extension === undefined ? bytes : joinName(bytes, extension) }]
  })
}

function joinName(first: Uint8Array, extension: Uint8Array): Uint8Array {
  return Buffer.concat([unpadded(first), extension])
}

export type DecodedField =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly detail: string }

/** A field's bytes as text, without padding. */
export function decodeField(kind: FieldKind, bytes: Uint8Array): DecodedField {
  if (kind === 'hex') return { ok: true, text: hexOf(bytes) }
  if (kind === 'cn') {
    const digits = hexOf(bytes).replace(/F+$/, '')
    return /^\d*$/.test(digits) ? { ok: true, text: digits } : { ok: false, detail: 'a digit that is none' }
  }
  let text: string
  try {
    // GB18030 holds GBK, and the characters that came later.
    text = new TextDecoder('gb18030', { fatal: true }).decode(unpadded(bytes))
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, detail: 'text that is not GBK' }
    throw error
  }
  const trimmed = text.trim()
  return /\p{Cc}/u.test(trimmed) ? { ok: false, detail: 'a control character in a text' } : { ok: true, text: trimmed }
}

/** Padding is zero bytes; a record that was never written is all FF. */
function unpadded(bytes: Uint8Array): Uint8Array {
  if (bytes.every((byte) => byte === 0xff)) return new Uint8Array(0)
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0x00) end -= 1
  return bytes.subarray(0, end)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}
