/** Payloads inside answers, and their builders for the simulator (reference/devices.md 1.3 and 1.5). */

/** Both length fields of an answer without fingerprint. */
const READ_LENGTHS_BYTES = 4
/** The same with fingerprint. */
const READ_FINGERPRINT_LENGTHS_BYTES = 6
const SAM_ID_BYTES = 16
/** 35 UTF-16 units. */
export const ADDITIONAL_ADDRESS_BYTES = 70
/** An id whose layout is not published [1]: any length in reason, given as hexadecimal digits. */
const MAX_MANAGEMENT_NUMBER_BYTES = 64
/** find answers these after 9F, select these after 90; their meaning is not published. */
export const FIND_DATA_BYTES = 4
export const SELECT_DATA_BYTES = 8

export type ReadAnswer =
  | { readonly ok: true; readonly text: Uint8Array; readonly photo: Uint8Array; readonly fingerprint: Uint8Array }
  | { readonly ok: false; readonly fault: 'inconsistent-lengths'; readonly detail: string }

/**
 * Splits the data of a read answer by its own length fields, and only when they add up to what was received: the
 * parts vary by command and card, 1295 bytes is just the usual sum.
 */
export function splitReadAnswer(data: Uint8Array, withFingerprint = false): ReadAnswer {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const headBytes = withFingerprint ? READ_FINGERPRINT_LENGTHS_BYTES : READ_LENGTHS_BYTES
  if (data.length < headBytes) return inconsistent(`${data.length} bytes hold no length fields`)
  const textBytes = view.getUint16(0)
  const photoBytes = view.getUint16(2)
  const fingerprintBytes = withFingerprint ? view.getUint16(4) : 0
  const promised = textBytes + photoBytes + fingerprintBytes
  if (promised !== data.length - headBytes) {
    return inconsistent(`length fields promise ${promised} bytes, ${data.length - headBytes} came`)
  }
  const photoAt = headBytes + textBytes
  return {
    ok: true,
    text: data.subarray(headBytes, photoAt),
    photo: data.subarray(photoAt, photoAt + photoBytes),
    fingerprint: data.subarray(photoAt + photoBytes),
  }
}

function inconsistent(detail: string): ReadAnswer {
  return { ok: false, fault: 'inconsistent-lengths', detail }
}

/** The data of a read answer, the other way round. */
export function buildReadData(text: Uint8Array, photo: Uint8Array, fingerprint?: Uint8Array): Uint8Array {
  const parts = fingerprint === undefined ? [text, photo] : [text, photo, fingerprint]
  const lengths = Buffer.alloc(parts.length * 2)
  parts.forEach((part, index) => {
    lengths.writeUInt16BE(part.length, index * 2)
  })
  return Uint8Array.from(Buffer.concat([lengths, ...parts]))
}

/** `05.01-20120101-0000000001-0000000001`; undefined when the data is not 16 bytes. */
export function samIdText(data: Uint8Array): string | undefined {
  if (data.length !== SAM_ID_BYTES) return undefined
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const digits = (value: number, count: number) => String(value).padStart(count, '0')
  const kind = `${digits(view.getUint16(0, true), 2)}.${digits(view.getUint16(2, true), 2)}`
  const serial = [digits(view.getUint32(8, true), 10), digits(view.getUint32(12, true), 10)]
  return [kind, digits(view.getUint32(4, true), 8), ...serial].join('-')
}

/** The 16 bytes that read as the given text. Throws RangeError for a text of another shape. */
export function buildSamId(text: string): Uint8Array {
  const match = /^(\d{2,5})\.(\d{2,5})-(\d{8,10})-(\d{10})-(\d{10})$/.exec(text)
  if (match === null) throw new RangeError(`"${text}" is not a SAM id`)
  const bytes = new Uint8Array(SAM_ID_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Number(match[1]), true)
  view.setUint16(2, Number(match[2]), true)
  view.setUint32(4, Number(match[3]), true)
  view.setUint32(8, Number(match[4]), true)
  view.setUint32(12, Number(match[5]), true)
  return bytes
}

/** The additional address as text; undefined when the data has not the length that the table gives. */
export function additionalAddressText(data: Uint8Array): string | undefined {
  return data.length === ADDITIONAL_ADDRESS_BYTES ? utf16Text(data) : undefined
}

export function buildAdditionalAddress(text: string): Uint8Array {
  return utf16Bytes(text, ADDITIONAL_ADDRESS_BYTES)
}

/** The card's management number as hexadecimal digits; undefined when the data cannot be one. */
export function managementNumberText(data: Uint8Array): string | undefined {
  const isLikely = data.length > 0 && data.length <= MAX_MANAGEMENT_NUMBER_BYTES
  return isLikely ? Buffer.from(data).toString('hex').toUpperCase() : undefined
}

/** The bytes of hexadecimal digits. */
export function buildManagementNumber(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** UTF-16LE text without the padding around it (U+0020 on cards; some put U+0000). */
export function utf16Text(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le')
  let start = 0
  let end = text.length
  const isPadding = (unit: string | undefined) => unit === ' ' || unit === '\0'
  while (start < end && isPadding(text[start])) start += 1
  while (end > start && isPadding(text[end - 1])) end -= 1
  return text.slice(start, end)
}

/** `text` as UTF-16LE, padded with U+0020 to `length` bytes. Throws RangeError when it does not fit. */
export function utf16Bytes(text: string, length: number): Uint8Array {
  if (text.length * 2 > length) throw new RangeError(`"${text}" does not fit into ${length} bytes`)
  return Uint8Array.from(Buffer.from(text.padEnd(length / 2, ' '), 'utf16le'))
}
