import { describe, expect, it } from 'vitest'
import type { Frame } from '../protocol/frames.ts'
import { entryOf } from './entry.ts'
import type { SegmentInfo } from './journal-api.ts'
import { Ledger } from './ledger.ts'
import { type PurgeQuestion, planPurge } from './purge-plan.ts'
import { AT, accepted, EPOCH, quarantined, requeued, submissionId } from './sample-frames.ts'

const HOUR_MS = 60 * 60_000
const THEN = Date.parse(AT)
const NOW = THEN + 25 * HOUR_MS
const OTHER_EPOCH = '00000000-0000-4000-8000-000000000001'

/** A receipt as the hub writes it, given at `hubMs` by its clock; journalled at `at` by the terminal's. */
function receipt(n: number, hubMs = THEN, at = AT, hubEpoch = EPOCH): Frame {
  const payload = Buffer.from(JSON.stringify({ receivedAt: new Date(hubMs).toISOString() })).toString('base64url')
  return { type: 'received', at, submissionId: submissionId(n), receipt: `a.${payload}.c`, hubEpoch, hubSequence: n }
}
const epochSeen = (why: 'first' | 'changed' | 'went-back', hubEpoch = EPOCH): Frame => ({
  type: 'epoch-seen',
  at: AT,
  hubEpoch,
  why,
})

function segment(number: number, numbers: readonly number[], more: Partial<SegmentInfo> = {}): SegmentInfo {
  const submissionIds = numbers.map(submissionId)
  return {
    number,
    firstSequence: 1,
    lastSequence: 9,
    bytes: 1000,
    closed: true,
    purged: false,
    damaged: false,
    unknownFrames: 0,
    submissionIds,
    ...more,
  }
}

function plan(history: readonly Frame[], more: Partial<PurgeQuestion> = {}) {
  const ledger = new Ledger()
  for (const [index, frame] of history.entries()) ledger.apply(entryOf(index + 1, frame))
  return planPurge({
    segments: [segment(1, [1, 2])],
    ledger,
    backedUpThrough: 2,
    hubEpoch: EPOCH,
    hubNowUnixMs: NOW,
    nowUnixMs: NOW,
    ...more,
  })
}
const START: readonly Frame[] = [epochSeen('first'), accepted(1), accepted(2)]
const DONE: readonly Frame[] = [...START, receipt(1), receipt(2)]
const because = (history: readonly Frame[], more: Partial<PurgeQuestion> = {}) => {
  const { purgeable, held } = plan(history, more)
  return purgeable.length > 0 ? 'goes' : held[0]?.because
}

describe('what may be purged', () => {
  it('is what was received, backed up and kept long enough', () => {
    expect(plan(DONE)).toEqual({ purgeable: [1], rotateHelps: false, rotateIsDue: false, held: [] })
    expect(because([...START, receipt(1)])).toBe('not-received')
    expect(because([...START, receipt(1), quarantined(2)])).toBe('not-received')
    expect(because([...DONE, requeued(2)])).toBe('not-received')
    expect(because(DONE, { backedUpThrough: 1 })).toBe('not-backed-up')
    expect(because(DONE, { backedUpThrough: null })).toBe('hub-silent')
    expect(because(DONE, { hubNowUnixMs: null })).toBe('hub-silent')
    expect(because(DONE, { minimumRetentionMs: 26 * HOUR_MS })).toBe('too-young')
    expect(because(DONE, { minimumRetentionMs: 25 * HOUR_MS })).toBe('goes')
  })

  it('is never decided by one clock that jumped, back or ahead, here or at the hub', () => {
    // Here: 1970 when the receipt came, right now; or the other way round; or far ahead now.
    expect(
      because([...START, receipt(1, NOW, new Date(0).toISOString()), receipt(2, NOW, new Date(0).toISOString())]),
    ).toBe('too-young')
    expect(because(DONE, { nowUnixMs: 0 })).toBe('too-young')
    const young = [...START, receipt(1, NOW - 1000), receipt(2, NOW - 1000)]
    expect(because(young, { nowUnixMs: NOW + 1e12 })).toBe('too-young')
    // At the hub: far ahead now, or 1970 when it wrote the receipt.
    const justNow = new Date(NOW - 1000).toISOString()
    expect(because([...START, receipt(1, 0, justNow), receipt(2, 0, justNow)])).toBe('too-young')
    expect(
      because([...START, receipt(1, NOW - 1000, justNow), receipt(2, NOW - 1000, justNow)], {
        hubNowUnixMs: NOW + 1e12,
      }),
    ).toBe('too-young')
    // A receipt that does not tell its time gives no second clock.
    const silent: Frame = { ...receipt(2), receipt: 'a.b.c' } as Frame
    expect(because([...START, receipt(1), silent])).toBe('hub-silent')
  })

  it('is not what a hub of another epoch, or one that went back, may have forgotten', () => {
    expect(because([...DONE, epochSeen('went-back')])).toBe('epoch')
    expect(because([...DONE, epochSeen('changed', OTHER_EPOCH)], { hubEpoch: OTHER_EPOCH })).toBe('epoch')
    // The watermark is of the old epoch still.
    const again = [
      epochSeen('changed', OTHER_EPOCH),
      receipt(1, THEN, AT, OTHER_EPOCH),
      receipt(2, THEN, AT, OTHER_EPOCH),
    ]
    expect(because([...DONE, ...again])).toBe('hub-silent')
    expect(because([...DONE, ...again], { hubEpoch: OTHER_EPOCH })).toBe('goes')
    // A late receipt of the old epoch counts for nothing.
    expect(because([...DONE, ...again, receipt(2)], { hubEpoch: OTHER_EPOCH })).toBe('epoch')
  })

  it('goes by segments: closed, intact, with something in them', () => {
    const segments = [
      segment(1, [1], { purged: true }),
      segment(2, [1], { damaged: true }),
      segment(3, []),
      segment(4, [1]),
      segment(5, [1, 2]),
      segment(6, [2], { closed: false }),
      segment(7, [1], { unknownFrames: 1 }),
    ]
    expect(plan(DONE, { segments })).toEqual({
      purgeable: [4, 5],
      rotateHelps: true,
      rotateIsDue: true,
      held: [
        { segment: 2, because: 'damaged' },
        { segment: 3, because: 'no-submissions' },
        { segment: 6, because: 'active' },
        { segment: 7, because: 'unknown-frames' },
      ],
    })
    expect(plan([...START, receipt(1)], { segments })).toMatchObject({ purgeable: [4], rotateHelps: false })
  })
  it('wants the active segment closed when it holds an old one among young ones', () => {
    const segments = [segment(1, [1], { purged: true }), segment(2, [1, 2], { closed: false })]
    const young = [...START, receipt(1), receipt(2, NOW)]
    expect(plan(young, { segments })).toMatchObject({ purgeable: [], rotateHelps: false, rotateIsDue: true })
    expect(plan(young, { segments, nowUnixMs: THEN + 24 * HOUR_MS - 1 }).rotateIsDue).toBe(false)
    expect(plan(young, { segments, minimumRetentionMs: 26 * HOUR_MS }).rotateIsDue).toBe(false)
    expect(plan(young, { segments: [segment(1, [], { closed: false })] }).rotateIsDue).toBe(false)
    expect(plan(young, { segments: [segment(1, [1, 2])] }).rotateIsDue).toBe(false)
  })
})
