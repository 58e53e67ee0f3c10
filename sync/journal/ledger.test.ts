import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../protocol/frames.ts'
import { entryOf } from './entry.ts'
import { Ledger } from './ledger.ts'
import { AT, accepted, EPOCH, printed, quarantined, received, requeued, submissionId } from './sample-frames.ts'

function ledgerOf(frames: readonly Frame[]): Ledger {
  const ledger = new Ledger()
  for (const [index, frame] of frames.entries()) ledger.apply(entryOf(index + 1, frame))
  return ledger
}
const state = (ledger: Ledger, n: number) => ledger.bySubmission(submissionId(n))?.state

describe('ledger', () => {
  it('knows an accepted submission by id, draft and ticket, without its envelope', () => {
    const frame = accepted(1, '信封 of some bytes')
    const ledger = ledgerOf([frame])
    const item = ledger.bySubmission(frame.submissionId)
    expect(item).toEqual({
      submissionId: frame.submissionId,
      draftId: frame.draftId,
      kind: 'application',
      journalSequence: 1,
      deviceSequence: 1,
      ticket: frame.ticket,
      itemId: 'S07',
      acceptedAt: AT,
      envelopeSha256: frame.envelopeSha256,
      envelopeBytes: Buffer.byteLength(frame.envelope),
      chunks: [],
      bytes: Buffer.byteLength(frame.envelope),
      state: 'queued',
      purged: false,
      printedAt: null,
      reason: null,
      detail: null,
      receivedAt: null,
      hubReceivedUnixMs: null,
      receivedSequence: null,
      receiptSha256: null,
      hubEpoch: null,
      hubSequence: null,
    })
    expect(ledger.byDraft(frame.draftId)).toBe(item)
    expect(ledger.byTicket(frame.ticket)).toBe(item)
    expect([ledger.isTicketInUse(frame.ticket), ledger.isTicketInUse(accepted(2).ticket)]).toEqual([true, false])
    expect([ledger.byDraft('x'), ledger.byTicket('x'), ledger.bySubmission('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(JSON.stringify(item)).not.toContain('信封')
  })

  it('follows a submission through printing, quarantine, requeue and receipt', () => {
    const frames = [accepted(1), printed(1), quarantined(1), requeued(1), received(1, 42)]
    const at = (count: number) => ledgerOf(frames.slice(0, count))
    expect([1, 3, 4, 5].map((count) => state(at(count), 1))).toEqual(['queued', 'quarantined', 'queued', 'received'])
    expect(at(2).bySubmission(submissionId(1))?.printedAt).toBe(AT)
    expect(at(3).bySubmission(submissionId(1))?.reason).toBe('key-unknown')
    expect(at(4).bySubmission(submissionId(1))?.reason).toBeNull()
    expect(at(5).bySubmission(submissionId(1))).toMatchObject({ hubSequence: 42, receivedAt: AT, printedAt: AT })
    expect([at(4).hubEpoch, at(5).hubEpoch]).toEqual([null, EPOCH])
    expect([1, 3, 4, 5].map((count) => [at(count).waiting, at(count).quarantined, at(count).received])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ])
  })

  it('keeps a receipt against a late quarantine, and offers it again when asked to', () => {
    const late = ledgerOf([accepted(1), received(1), quarantined(1)])
    expect([state(late, 1), late.received, late.quarantined]).toEqual(['received', 1, 0])
    const again = ledgerOf([accepted(1), received(1), requeued(1)])
    expect([state(again, 1), again.waiting, again.received]).toEqual(['queued', 1, 0])
    expect(again.bySubmission(submissionId(1))).toMatchObject({ receivedAt: null, hubSequence: null })
  })

  it('finds the oldest that waits, also after an old one was queued again', () => {
    const start: Frame[] = [accepted(1), accepted(2), accepted(3), received(1), quarantined(2)]
    const ledger = ledgerOf(start)
    expect(ledger.oldestWaiting()?.submissionId).toBe(submissionId(3))
    ledger.apply(entryOf(6, requeued(2)))
    expect(ledger.oldestWaiting()?.submissionId).toBe(submissionId(2))
    expect([...ledger.waitingItems()].map((item) => item.deviceSequence)).toEqual([2, 3])
    ledger.apply(entryOf(7, received(2)))
    ledger.apply(entryOf(8, received(3)))
    expect(ledger.oldestWaiting()).toBeUndefined()
    expect([...ledger.waitingItems()]).toEqual([])
  })

  it('does not change items that were handed out', () => {
    const ledger = ledgerOf([accepted(1)])
    const before = ledger.bySubmission(submissionId(1))
    ledger.apply(entryOf(2, received(1)))
    expect(before?.state).toBe('queued')
  })

  it('counts frames that fit nothing, and passes over unknown ones', () => {
    const other = { ...accepted(2), draftId: accepted(1).draftId }
    const ledger = ledgerOf([accepted(1), accepted(1), other, received(7)])
    expect([ledger.unfitFrames, ledger.size]).toEqual([3, 1])
    ledger.apply({ sequence: 5, known: false, type: 'purged', body: {} })
    expect([ledger.lastSequence, ledger.unfitFrames]).toEqual([5, 3])
    const epoch = '00000000-0000-4000-8000-000000000001'
    ledger.apply(entryOf(6, { type: 'epoch-seen', at: AT, hubEpoch: epoch }))
    expect(ledger.hubEpoch).toBe(epoch)
  })

  it('agrees with a plain recount of any history, at every prefix', () => {
    const step = fc.tuple(
      fc.constantFrom('accept', 'printed', 'received', 'quarantined', 'requeued'),
      fc.integer({ min: 1, max: 6 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = new Ledger()
        const states = new Map<number, string>()
        let next = 1
        for (const [index, [what, n]] of steps.entries()) {
          const make = {
            accept: () => accepted(next),
            printed: () => printed(n),
            received: () => received(n),
            quarantined: () => quarantined(n),
            requeued: () => requeued(n),
          }
          const entry = entryOf(index + 1, make[what]())
          if (what === 'accept') states.set(next++, 'queued')
          else if (states.has(n)) {
            if (what === 'received') states.set(n, 'received')
            if (what === 'requeued') states.set(n, 'queued')
            if (what === 'quarantined' && states.get(n) !== 'received') states.set(n, 'quarantined')
          }
          ledger.apply(entry)
          const count = (wanted: string) => [...states.values()].filter((now) => now === wanted).length
          expect([ledger.waiting, ledger.received, ledger.quarantined]).toEqual(
            ['queued', 'received', 'quarantined'].map(count),
          )
          expect(ledger.nextDeviceSequence).toBe(next)
          const waiting = [...states].filter(([, now]) => now === 'queued').map(([id]) => submissionId(id))
          expect([...ledger.waitingItems()].map((item) => item.submissionId)).toEqual(waiting)
          expect(ledger.oldestWaiting()?.submissionId).toBe(waiting[0])
        }
      }),
    )
  })
})
