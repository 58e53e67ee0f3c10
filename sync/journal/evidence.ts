import { isTicket } from '../protocol/ticket.ts'
import { FORMAT_VERSION, HEADER_BYTES, MAX_BODY_BYTES, nextMagic, VERSION_AT } from './framing.ts'

/** What bytes that are no intact frames still tell: which tickets stood there, and how much can have stood there. */

/** As many as a `damage-seen` frame holds. */
export const MAX_TICKETS = 100
const TICKET = /"ticket":"([0-9A-Z]{8})"/g
const JOURNAL_ID = /"journalId":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/
const TYPE = /^\{"sequence":\d+,"group":\d+,"type":"([a-z-]+)"/
/** Long enough for TYPE with two numbers of 16 digits. */
const TYPE_BYTES = 100
/** Types that are surely no `accepted`, and may be believed when they can be read in damaged bytes. */
const OTHER_TYPES: ReadonlySet<string> = new Set([
  'journal',
  'receipt-printed',
  'received',
  'quarantined',
  'requeued',
  'batch-received',
  'epoch-seen',
  'purged',
  'damage-seen',
  'staff-lockout',
])
/** Below the shortest `accepted` frame and the shortest frame of all that can be written. */
const MIN_ACCEPTED_BYTES = 400
const MIN_FRAME_BYTES = HEADER_BYTES + 60

/** Tickets that can be made out: only those whose check character holds. */
export function ticketsIn(bytes: Buffer): readonly string[] {
  const found = new Set<string>()
  for (const [, ticket] of bytes.toString('latin1').matchAll(TICKET)) {
    if (ticket !== undefined && isTicket(ticket)) found.add(ticket)
    if (found.size === MAX_TICKETS) break
  }
  return [...found]
}

export function journalIdIn(bytes: Buffer): string | undefined {
  return JOURNAL_ID.exec(bytes.toString('latin1'))?.[1]
}

export interface Hidden {
  /** So many frames stand there, at most. */
  readonly frames: number
  /** So many of them can be `accepted` ones. */
  readonly accepted: number
  /** The frames' beginnings could be made out, so the numbers are no guess by length. */
  readonly counted: boolean
}

/** How many frames such bytes can hold. */
export function hiddenIn(bytes: Buffer): Hidden {
  let frames = 0
  let accepted = 0
  for (let at = 0; at < bytes.length; ) {
    const begins = nextMagic(bytes.subarray(at, at + HEADER_BYTES), 0) === 0
    if (!begins || bytes.length - at < HEADER_BYTES || bytes.readUInt8(at + VERSION_AT) !== FORMAT_VERSION) {
      // A header cut short at the very end is one frame that was never whole.
      if (begins && bytes.length - at < HEADER_BYTES)
        return { frames: frames + 1, accepted: accepted + 1, counted: true }
      return guessed(bytes)
    }
    const length = bytes.readUInt32BE(at + VERSION_AT + 1)
    const next = at + HEADER_BYTES + length
    // A length that is itself damaged leads elsewhere than to the next frame.
    const swallows = next > bytes.length && nextMagic(bytes, at + HEADER_BYTES) >= 0
    if (length > MAX_BODY_BYTES || swallows) return guessed(bytes)
    const type = TYPE.exec(bytes.toString('latin1', at + HEADER_BYTES, at + HEADER_BYTES + TYPE_BYTES))?.[1]
    frames += 1
    if (type === undefined || !OTHER_TYPES.has(type)) accepted += 1
    at = next
  }
  return { frames, accepted, counted: true }
}

function guessed(bytes: Buffer): Hidden {
  return {
    frames: Math.ceil(bytes.length / MIN_FRAME_BYTES),
    accepted: Math.ceil(bytes.length / MIN_ACCEPTED_BYTES),
    counted: false,
  }
}
