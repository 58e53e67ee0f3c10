import { utf16Bytes, utf16Text } from './answers.ts'
import type { CardType, RawFields } from './states.ts'

/**
 * The 256-byte text block of the four card types (reference/devices.md 1.6), to raw fields and back. Raw: no check
 * digit, no date and no code table is looked at here; that is main's, with sync/protocol.
 */

export const TEXT_BLOCK_BYTES = 256
const TYPE_LETTER_AT = 248
const TYPE_LETTER_BYTES = 2

/** Where a field lies: pairs of offset and length in bytes; two pairs when its text goes on elsewhere. */
type FieldPlace = readonly (readonly [offset: number, length: number])[]

interface Layout {
  readonly letter: string
  readonly fields: Readonly<Record<string, FieldPlace>>
}

const LAYOUTS: Readonly<Record<CardType, Layout>> = {
  citizen: {
    letter: ' ',
    fields: {
      name: [[0, 30]],
      sex: [[30, 2]],
      ethnicGroup: [[32, 4]],
      birth: [[36, 16]],
      address: [[52, 70]],
      number: [[122, 36]],
      issuingAuthority: [[158, 30]],
      validFrom: [[188, 16]],
      validTo: [[204, 16]],
    },
  },
  'foreigner-2017': {
    letter: 'I',
    fields: {
      englishName: [[0, 120]],
      sex: [[120, 2]],
      number: [[122, 30]],
      nationality: [[152, 6]],
      chineseName: [[158, 30]],
      issueDate: [[188, 16]],
      expiry: [[204, 16]],
      birth: [[220, 16]],
      cardVersion: [[236, 4]],
      acceptingAuthorityCode: [[240, 8]],
    },
  },
  'foreigner-2023': {
    letter: 'Y',
    fields: {
      chineseName: [[0, 30]],
      sex: [[30, 2]],
      renewals: [[32, 4]],
      birth: [[36, 16]],
      foreignName: [
        [52, 70],
        [220, 22],
      ],
      number: [[122, 36]],
      issueDate: [[188, 16]],
      expiry: [[204, 16]],
      nationality: [[242, 6]],
      formerNumberLink: [[250, 6]],
    },
  },
  'hk-mo-tw': {
    letter: 'J',
    fields: {
      name: [[0, 30]],
      sex: [[30, 2]],
      birth: [[36, 16]],
      address: [[52, 70]],
      number: [[122, 36]],
      issuingAuthority: [[158, 30]],
      validFrom: [[188, 16]],
      validTo: [[204, 16]],
      travelPermitNumber: [[220, 18]],
      issues: [[238, 4]],
    },
  },
}

export const CARD_TYPES = Object.keys(LAYOUTS) as readonly CardType[]

/** Names and lengths (in UTF-16 units) of a card type's fields. */
export function fieldLengths(cardType: CardType): Readonly<Record<string, number>> {
  const entries = Object.entries(LAYOUTS[cardType].fields)
  return Object.fromEntries(entries.map(([name, place]) => [name, bytesOf(place) / 2]))
}

export type DecodedTextBlock =
  | { readonly ok: true; readonly cardType: CardType; readonly fields: RawFields }
  | { readonly ok: false; readonly fault: 'wrong-length' | 'unknown-card-type'; readonly detail: string }

/** Decides the card type by the letter at 248 alone (never by the number, devices.md 1.8) and takes the fields out. */
export function decodeTextBlock(block: Uint8Array): DecodedTextBlock {
  if (block.length !== TEXT_BLOCK_BYTES) {
    return { ok: false, fault: 'wrong-length', detail: `${block.length} bytes instead of ${TEXT_BLOCK_BYTES}` }
  }
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const unit = view.getUint16(TYPE_LETTER_AT, true)
  const cardType = CARD_TYPES.find((type) => LAYOUTS[type].letter.charCodeAt(0) === unit)
  if (cardType === undefined) {
    return { ok: false, fault: 'unknown-card-type', detail: `type letter U+${unit.toString(16).padStart(4, '0')}` }
  }
  const fields: Record<string, string> = {}
  for (const [name, place] of Object.entries(LAYOUTS[cardType].fields)) {
    // Joined before the padding is cut, so that a space at the seam of two places stays.
    fields[name] = utf16Text(Buffer.concat(place.map(([offset, length]) => block.subarray(offset, offset + length))))
  }
  return { ok: true, cardType, fields }
}

/** The text block that reads as the given fields. Throws RangeError for a field that is unknown or too long. */
export function encodeTextBlock(cardType: CardType, fields: RawFields): Uint8Array {
  const layout = LAYOUTS[cardType]
  const block = utf16Bytes('', TEXT_BLOCK_BYTES)
  block.set(utf16Bytes(layout.letter, TYPE_LETTER_BYTES), TYPE_LETTER_AT)
  for (const [name, value] of Object.entries(fields)) {
    const place = layout.fields[name]
    if (place === undefined) throw new RangeError(`a ${cardType} card has no field "${name}"`)
    let from = 0
    const bytes = utf16Bytes(value, bytesOf(place))
    for (const [offset, length] of place) {
      block.set(bytes.subarray(from, from + length), offset)
      from += length
    }
  }
  return block
}

function bytesOf(place: FieldPlace): number {
  return place.reduce((sum, [, length]) => sum + length, 0)
}
