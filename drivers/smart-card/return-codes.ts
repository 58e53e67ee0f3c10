import type { SmartCardFault } from './states.ts'

/** pcscd's return codes (pcsc-lite 1.9.9, pcsclite.h) and what each means for a card that is being talked to. */

export const RV_OK = 0
export const RV_INTERNAL_ERROR = 0x80100001
export const RV_INVALID_HANDLE = 0x80100003
export const RV_INSUFFICIENT_BUFFER = 0x80100008
export const RV_UNKNOWN_READER = 0x80100009
export const RV_SHARING_VIOLATION = 0x8010000b
export const RV_NO_SMARTCARD = 0x8010000c
export const RV_PROTO_MISMATCH = 0x8010000f
export const RV_NOT_TRANSACTED = 0x80100016
export const RV_READER_UNAVAILABLE = 0x80100017
export const RV_SERVICE_STOPPED = 0x8010001e
export const RV_COMM_ERROR = 0x80100013
export const RV_NO_READERS = 0x8010002e
export const RV_UNRESPONSIVE_CARD = 0x80100066
export const RV_UNPOWERED_CARD = 0x80100067
export const RV_RESET_CARD = 0x80100068
export const RV_REMOVED_CARD = 0x80100069

/** `look`: the code does not say whether the card was lifted or fell silent; the table of readers will. */
export type Meaning = SmartCardFault | 'look'

const MEANING: Readonly<Record<number, Meaning>> = {
  [RV_UNKNOWN_READER]: 'no-reader',
  [RV_READER_UNAVAILABLE]: 'no-reader',
  [RV_NO_READERS]: 'no-reader',
  [RV_SHARING_VIOLATION]: 'in-use',
  [RV_NO_SMARTCARD]: 'no-card',
  [RV_UNRESPONSIVE_CARD]: 'mute',
  [RV_UNPOWERED_CARD]: 'mute',
  // No common protocol: a chip that is none of T=0 and T=1, for us as good as one that says nothing.
  [RV_PROTO_MISMATCH]: 'mute',
  [RV_RESET_CARD]: 'lifted-early',
  [RV_REMOVED_CARD]: 'lifted-early',
  // The card's answer was longer than any that we allow; pcscd keeps it to itself.
  [RV_INSUFFICIENT_BUFFER]: 'damaged-answer',
  [RV_SERVICE_STOPPED]: 'no-service',
  [RV_COMM_ERROR]: 'look',
  [RV_NOT_TRANSACTED]: 'look',
}

/** What a code other than RV_OK means; one that nobody expects is `look` too, and is logged with its number. */
export function meaningOf(rv: number): Meaning {
  return MEANING[rv] ?? 'look'
}

export function rvText(rv: number): string {
  return rv.toString(16).toUpperCase().padStart(8, '0')
}
