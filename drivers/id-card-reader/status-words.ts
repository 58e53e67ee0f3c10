/** Status word SW3 with SW1 = SW2 = 00 (reference/devices.md 1.4: five public tables agree). */

export type StatusGroup =
  | 'good'
  | 'no-item'
  | 'no-card'
  | 'select-failed'
  | 'lifted'
  | 'wrong-card'
  | 'link'
  | 'program'
  | 'retry'
  | 'not-verified'
  | 'device-fault'

export interface StatusWord {
  readonly group: StatusGroup
  /** For the maintainer's log. */
  readonly meaning: string
}

export const SW3_OK = 0x90
export const SW3_FOUND = 0x9f
export const SW3_NO_ITEM = 0x91
export const SW3_FIND_FAILED = 0x80
export const SW3_SELECT_FAILED = 0x81
export const SW3_READ_FAILED = 0x41
export const SW3_COMMAND_ERROR = 0x21

const STATUS_WORDS: Readonly<Record<number, StatusWord>> = {
  [SW3_OK]: { group: 'good', meaning: 'ok' },
  [SW3_FOUND]: { group: 'good', meaning: 'card found' },
  [SW3_NO_ITEM]: { group: 'no-item', meaning: 'the card has no such item' },
  [SW3_FIND_FAILED]: { group: 'no-card', meaning: 'find failed: no card, or one already read' },
  [SW3_SELECT_FAILED]: { group: 'select-failed', meaning: 'select failed' },
  [SW3_READ_FAILED]: { group: 'lifted', meaning: 'read failed: card lifted too early' },
  64: { group: 'wrong-card', meaning: 'unknown card type' },
  16: { group: 'link', meaning: 'the reader received a wrong checksum' },
  17: { group: 'link', meaning: 'the reader received a wrong length' },
  [SW3_COMMAND_ERROR]: { group: 'program', meaning: 'command error' },
  35: { group: 'device-fault', meaning: 'operation not permitted' },
  36: { group: 'retry', meaning: 'unrecognised error' },
  49: { group: 'not-verified', meaning: 'the card rejects the SAM' },
  50: { group: 'not-verified', meaning: 'the SAM rejects the card' },
  51: { group: 'retry', meaning: 'information verification failed' },
  55: { group: 'retry', meaning: 'fingerprint verification failed' },
  63: { group: 'retry', meaning: 'information length error' },
  71: { group: 'retry', meaning: 'random number failed' },
  96: { group: 'device-fault', meaning: 'SAM self-test failed' },
  102: { group: 'device-fault', meaning: 'SAM not authorised' },
}

/** Words outside the table are tried again from the start, like 24 "unrecognised error". */
export function statusWord(sw3: number): StatusWord {
  return STATUS_WORDS[sw3] ?? { group: 'retry', meaning: 'not in the table' }
}

/** A `retry` word that is the module's fault and not the card's: out of service after the retries (devices.md 1.4). */
export const SW3_RANDOM_FAILED = 0x47

/** Two hexadecimal digits, as the maintainers' tables print it. */
export function sw3Text(sw3: number): string {
  return sw3.toString(16).toUpperCase().padStart(2, '0')
}
