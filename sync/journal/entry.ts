import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type AcceptedFrame, type Fact, type Frame, FrameSchema } from '../protocol/frames.ts'
import { InstantSchema } from '../protocol/ids.ts'
import { HubReceiptSchema } from '../protocol/receipt.ts'
import { MAX_BODY_BYTES } from './framing.ts'

/**
 * What a frame's body says: `{sequence, group, type, …}`, an `accepted` one without its envelope. `sequence` counts from
 * 0, without gaps but for those that damage left; `group` is the sequence of the first frame of the write that it came
 * in, so that a reader can tell frames that were promised together.
 */
export type JournalEntry =
  | {
      readonly sequence: number
      readonly known: true
      readonly frame: Fact
      /** With frames that carry a hub's receipt, so that readers need not work it out again. */
      readonly receipt?: ReceiptFacts
    }
  /** Of a type, or with a content, that only a later program knows: kept, passed on, not understood. */
  | { readonly sequence: number; readonly known: false; readonly type: string; readonly body: Record<string, unknown> }

/** A fact without its receipt's text: all that queues and ledgers need. */
export type SlimFact =
  | Exclude<Fact, { readonly type: 'received' | 'batch-received' }>
  | Omit<Extract<Fact, { readonly type: 'received' }>, 'receipt'>
  | Omit<Extract<Fact, { readonly type: 'batch-received' }>, 'receipt'>
export type FactEntry =
  | { readonly sequence: number; readonly known: true; readonly frame: SlimFact; readonly receipt?: ReceiptFacts }
  | Extract<JournalEntry, { readonly known: false }>

/** What is kept in memory of a receipt's JWS. Its signature was checked before it was journalled. */
export interface ReceiptFacts {
  /** Hash of the JWS text. */
  readonly sha256: string
  /** When the hub received it, by the hub's clock (milliseconds since 1970); null when the text does not say. */
  readonly hubUnixMs: number | null
}

/** The journal's first frame, sequence 0: gives the journal its name. Comes again only when damage took the first. */
export const HeaderFrameSchema = z.object({
  type: z.literal('journal'),
  journalId: z.uuid(),
  at: InstantSchema,
})
export type HeaderFrame = z.infer<typeof HeaderFrameSchema>

export interface Body {
  readonly [field: string]: unknown
  readonly sequence: number
  readonly group: number
  readonly type: string
}

/** Longest that the two numbers make a body. */
const NUMBERS_BYTES = 60

/**
 * A frame as text, made once when it is handed in. Of an `accepted` frame only the fields that belong to it: nothing
 * that a caller left on the object may reach the disk. @throws RangeError when it could not be framed.
 */
export function frameText(frame: Frame | HeaderFrame): string {
  const text = JSON.stringify(frame.type === 'accepted' ? acceptedFields(frame) : frame)
  // A UTF-16 unit makes three bytes of UTF-8 at most: most texts need no counting.
  if (text.length * 3 > MAX_BODY_BYTES - NUMBERS_BYTES) {
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_BODY_BYTES - NUMBERS_BYTES) throw new RangeError(`journal: a frame of ${bytes} bytes is too long`)
  }
  return text
}

function acceptedFields(frame: AcceptedFrame): AcceptedFrame {
  const { type, at, submissionId, draftId, kind, deviceSequence, itemId, ticket, envelope, envelopeSha256 } = frame
  const fields = { type, at, submissionId, draftId, kind, deviceSequence, itemId, ticket, envelope, envelopeSha256 }
  return frame.chunks === undefined
    ? fields
    : { ...fields, chunks: frame.chunks.map(({ sha256, bytes }) => ({ sha256, bytes })) }
}

/** The body of a frame as text: its numbers, then what `frameText` gave. */
export function bodyText(sequence: number, group: number, text: string): string {
  return `{"sequence":${sequence},"group":${group},${text.slice(1)}`
}

/** The body of a frame whose hash was checked, or undefined when it is none of ours. */
export function parseBody(bytes: Buffer): Body | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return isBody(value) ? value : undefined
}

/** By hand: every frame of a start goes through here, and what it carries is judged by its schema. */
function isBody(value: unknown): value is Body {
  if (typeof value !== 'object' || value === null) return false
  const { sequence, group, type } = value as Record<string, unknown>
  return isCount(sequence) && isCount(group) && typeof type === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** The frame that a body carries, its envelope too, or undefined when this program does not know it. */
export function frameOf(body: Body): Frame | undefined {
  const { sequence: _, group: __, ...rest } = body
  return FrameSchema.safeParse(rest).data
}

export function toEntry(body: Body): JournalEntry {
  const frame = frameOf(body)
  if (frame !== undefined) return entryOf(body.sequence, frame)
  const { sequence, group: _, ...rest } = body
  return { sequence, known: false, type: body.type, body: rest }
}

/** What readers get of a frame. */
export function entryOf(sequence: number, frame: Frame): JournalEntry {
  switch (frame.type) {
    case 'accepted': {
      const { envelope, ...fields } = frame
      return { sequence, known: true, frame: { ...fields, envelopeBytes: Buffer.byteLength(envelope) } }
    }
    case 'received':
    case 'batch-received':
      return { sequence, known: true, frame, receipt: receiptFacts(frame.receipt) }
    default:
      return { sequence, known: true, frame }
  }
}

const ReceiptTimeSchema = HubReceiptSchema.pick({ receivedAt: true })

export function receiptFacts(jws: string): ReceiptFacts {
  const sha256 = createHash('sha256').update(jws).digest('hex')
  let payload: unknown
  try {
    payload = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const told = ReceiptTimeSchema.safeParse(payload)
  return { sha256, hubUnixMs: told.success ? Date.parse(told.data.receivedAt) : null }
}
