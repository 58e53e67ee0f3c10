import type { FuzzTarget } from '../../drivers/testing/fuzz-target.ts'
import { compactParts, jsonPart } from '../../sync/envelope/compact.ts'
import { envelopeParts, envelopeText } from '../../sync/envelope/envelope-parts.ts'
import { sha256Hex } from '../../sync/envelope/sha256.ts'
import { parseBody, toEntry } from '../../sync/journal/entry.ts'
import { decodeFrame, encodeFrame, GENESIS_HASH, HEADER_BYTES, MAX_BODY_BYTES } from '../../sync/journal/framing.ts'
import { readSlip, slipText } from '../../sync/protocol/handover.ts'
import { SubmissionSummarySchema } from '../../sync/protocol/submission.ts'

/** What a disk, a stick or a stranger on the line can put before sync/. */

const BODIES = [
  {
    sequence: 0,
    group: 0,
    type: 'journal',
    journalId: '0190a1b2-0000-4000-8000-000000000001',
    at: '2026-11-23T02:47:00Z',
  },
  {
    ...{ sequence: 1, group: 1, type: 'receipt-printed', at: '2026-11-23T02:47:00.000Z' },
    submissionId: '0190a1b2-0000-4000-8000-000000000002',
  },
  { sequence: 2, group: 2, type: 'from-the-future', more: [1, 2, 3] },
]
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const frames: FuzzTarget = {
  name: 'journal/frames',
  maxHeldBytes: MAX_BODY_BYTES + HEADER_BYTES,
  seeds: () => BODIES.map((body) => encodeFrame(GENESIS_HASH, JSON.stringify(body)).bytes),
  feed(bytes) {
    const decoded = decodeFrame(Buffer.from(bytes))
    if (decoded.kind !== 'frame') return 'rejected'
    const body = parseBody(decoded.body)
    if (body === undefined) return 'rejected'
    toEntry(body)
    return 'accepted'
  },
  isGood(bytes) {
    const length = Buffer.from(bytes).readUInt32BE(4)
    const frame = bytes.subarray(0, HEADER_BYTES + length)
    const hashed = Buffer.concat([frame.subarray(0, 40), frame.subarray(HEADER_BYTES)])
    return sha256Hex(hashed) === Buffer.from(frame.subarray(40, HEADER_BYTES)).toString('hex')
  },
}

const envelopes: FuzzTarget = {
  name: 'envelope/parts',
  maxHeldBytes: 0,
  seeds: () => {
    const id = '0190a1b2-0000-4000-8000-000000000003'
    const sealed = [
      part({ kid: 'seal-1', submissionId: id, chunks: [], alg: 'RSA-OAEP-256', enc: 'A256GCM' }),
      ...['key', 'iv', 'text', 'tag'].map(part),
    ].join('.')
    const signed = [part({ alg: 'EdDSA', typ: 'bm-summary+jws', kid: 'k' }), part({ v: 1 }), part('signature')].join(
      '.',
    )
    return [Buffer.from(envelopeText(signed, sealed))]
  },
  feed(bytes) {
    const read = envelopeParts(Buffer.from(bytes).toString('utf8'))
    if (!read.ok) return 'rejected'
    jsonPart(read.parts.summaryPart, SubmissionSummarySchema)
    return 'accepted'
  },
  /** One spelling only: what was accepted is, put together again, the very same text. */
  isGood(bytes) {
    const text = Buffer.from(bytes).toString('utf8')
    const read = envelopeParts(text)
    if (!read.ok) return false
    const { summaryJws, sealed } = read.parts
    const canonical = (compact: string, count: number) =>
      compactParts(compact, count)?.every((each) => Buffer.from(each, 'base64url').toString('base64url') === each)
    const isOneSpelling = canonical(summaryJws, 3) === true && canonical(sealed, 5) === true
    return isOneSpelling && envelopeText(summaryJws, sealed) === text
  },
}

/** The slip of a half-filled form: any code at all can be held before the scanner. */
const slips: FuzzTarget = {
  name: 'handover/slip',
  maxHeldBytes: 0,
  seeds: () => [
    Buffer.from(slipText({ handoverId: '0190a1b2-0000-4000-8000-000000000004', secret: 'c2l4dGVlbiBieXRlcyBvaw' })),
  ],
  feed: (bytes) => (readSlip(Buffer.from(bytes).toString('utf8')) === undefined ? 'rejected' : 'accepted'),
  isGood(bytes) {
    const text = Buffer.from(bytes).toString('utf8')
    const slip = readSlip(text)
    return slip !== undefined && slipText(slip) === text.trim()
  },
}

export const syncTargets: readonly FuzzTarget[] = [frames, envelopes, slips]
