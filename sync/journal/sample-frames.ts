import { createHash } from 'node:crypto'
import type { AcceptedFrame, Frame } from '../protocol/frames.ts'
import { makeTicket } from '../protocol/ticket.ts'

/** Frames for this room's tests; nothing in them is a real envelope. */

export const AT = '2026-03-01T08:00:00.000Z'
export const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'

export function submissionId(n: number): string {
  return `0190a1b2-0000-7000-8000-${String(n).padStart(12, '0')}`
}

/** The n-th accepted frame; n counts from 1. */
export function accepted(n: number, envelope = `envelope ${n}`): AcceptedFrame {
  let rest = n
  const ticket = makeTicket((limit) => {
    const digit = rest % limit
    rest = Math.floor(rest / limit)
    return digit
  })
  return {
    type: 'accepted',
    at: AT,
    submissionId: submissionId(n),
    draftId: `0190a1b2-1111-7000-8000-${String(n).padStart(12, '0')}`,
    kind: 'application',
    deviceSequence: n,
    itemId: 'S07',
    ticket,
    envelope,
    envelopeSha256: createHash('sha256').update(envelope).digest('hex'),
  }
}

export function received(n: number, hubSequence = n): Frame {
  return { type: 'received', at: AT, submissionId: submissionId(n), receipt: 'a.b.c', hubEpoch: EPOCH, hubSequence }
}
export function quarantined(n: number): Frame {
  return { type: 'quarantined', at: AT, submissionId: submissionId(n), reason: 'key-unknown', detail: '401' }
}
export function requeued(n: number): Frame {
  return { type: 'requeued', at: AT, submissionId: submissionId(n), by: 'maintainer' }
}
export function printed(n: number): Frame {
  return { type: 'receipt-printed', at: AT, submissionId: submissionId(n) }
}
