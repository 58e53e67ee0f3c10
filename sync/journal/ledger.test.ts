import { createHash } from 'node:crypto'
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
  it('shows what a purge took while it waited, in quarantine: it can never be sent, and does not wait for ever', () => {
    const purged: Frame = { type: 'purged', at: AT, fromSequence: 1, throughSequence: 2, submissions: 2 }
    const frames = [accepted(1), accepted(2), accepted(3), received(1), purged]
    const ledger = ledgerOf(frames)
    expect(ledger.bySubmission(submissionId(2))).toMatchObject({
      state: 'quarantined',
      reason: 'damaged',
      purged: true,
    })
    expect([ledger.waiting, ledger.quarantined, ledger.received, ledger.purged]).toEqual([1, 1, 1, 2])
    expect([...ledger.waitingItems()].map((item) => item.submissionId)).toEqual([submissionId(3)])
    expect(state(ledgerOf([...frames, requeued(2)]), 2)).toBe('quarantined')
    // A flight that had read it before brings its receipt after all.
    const late = ledgerOf([...frames, received(2)])
    expect([state(late, 2), late.quarantined]).toEqual(['received', 0])
  })

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
    expect(ledger.byDraft(frame.draftId)).toEqual(item)
    expect(ledger.byTicket(frame.ticket)).toEqual(item)
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

  it('takes a batch receipt as one receipt for each, kept once', () => {
    const receipt = 'a.b.c'
    const items = [1, 2].map((n) => ({ submissionId: submissionId(n), hubSequence: 40 + n }))
    const ledger = ledgerOf([
      accepted(1),
      accepted(2),
      { type: 'batch-received', at: AT, receipt, hubEpoch: EPOCH, items },
    ])
    const sha256 = createHash('sha256').update(receipt).digest('hex')
    expect([ledger.received, ledger.hubEpoch]).toEqual([2, EPOCH])
    expect(ledger.bySubmission(submissionId(2))).toMatchObject({
      state: 'received',
      hubSequence: 42,
      hubEpoch: EPOCH,
      receivedSequence: 3,
      receiptSha256: sha256,
    })
    expect(ledger.mark).toEqual({ hubEpoch: EPOCH, hubSequence: 42, receiptSha256: sha256 })
    expect(JSON.stringify([...ledger.items()])).not.toContain(receipt)
  })

  it('marks how far the hub has confirmed within its present epoch, and what must be offered again', () => {
    const seen = (why: 'first' | 'changed' | 'went-back', hubEpoch = EPOCH): Frame => ({
      type: 'epoch-seen',
      at: AT,
      hubEpoch,
      why,
    })
    const frames = [seen('first'), accepted(1), accepted(2), accepted(3), received(1, 7), received(2, 5)]
    const offers = (list: readonly Frame[]) =>
      [...ledgerOf(list).toReoffer()].map(({ deviceSequence }) => deviceSequence)
    expect(ledgerOf(frames).mark).toMatchObject({ hubSequence: 7, hubEpoch: EPOCH })
    expect(offers(frames)).toEqual([])
    // The same epoch, restored from an older copy: nothing said before counts.
    const back = [...frames, seen('went-back')]
    expect([ledgerOf(back).mark, offers(back)]).toEqual([null, [1, 2]])
    // Interrupted after the first: only the other is left; a new receipt settles it.
    expect(offers([...back, requeued(1)])).toEqual([2])
    expect(offers([...back, requeued(1), requeued(2), received(1, 6)])).toEqual([])
    expect(ledgerOf([...back, requeued(1), received(1, 6)]).mark).toMatchObject({ hubSequence: 6 })
    // What was purged cannot be offered.
    const purged: Frame = { type: 'purged', at: AT, fromSequence: 1, throughSequence: 2, submissions: 1 }
    expect(offers([...frames, purged, seen('went-back')])).toEqual([2])
    expect(ledgerOf([...frames, purged, requeued(1)]).bySubmission(submissionId(1))).toMatchObject({
      state: 'received',
      purged: true,
    })
    // Another epoch: a late receipt of the old one neither moves the epoch nor counts.
    const other = '00000000-0000-4000-8000-000000000001'
    const changed = [...frames, seen('changed', other), requeued(1), requeued(2), received(3, 8)]
    expect([ledgerOf(changed).hubEpoch, ledgerOf(changed).mark, offers(changed)]).toEqual([other, null, [3]])
    // Contacts that only repeat the epoch ask for nothing again, but the mark begins anew.
    expect([offers([...frames, seen('first')]), ledgerOf([...frames, seen('first')]).mark]).toEqual([[], null])
  })

  it('remembers damage, its tickets and the numbers that it may hide', () => {
    const damage = (fromSequence: number, mayHoldAccepted: number): Frame => ({
      type: 'damage-seen',
      at: AT,
      kind: 'broken',
      segment: 'journal-000001.bmj',
      offset: 9,
      bytes: 9,
      fromSequence,
      throughSequence: fromSequence,
      mayHoldAccepted,
      tickets: [accepted(50).ticket],
    })
    const ledger = ledgerOf([accepted(1), damage(2, 3)])
    expect([ledger.nextDeviceSequence, ledger.damage.length, ledger.isTicketInUse(accepted(50).ticket)]).toEqual([
      5,
      1,
      true,
    ])
    expect(ledger.byTicket(accepted(50).ticket)).toBeUndefined()
    // One accepted behind the gap has a number above all in it.
    expect(ledgerOf([printed(9), printed(9), accepted(7), damage(1, 3)]).nextDeviceSequence).toBe(8)
  })

  it('pages newest first, by state, from any number on', () => {
    const ledger = ledgerOf([
      ...[1, 2, 3, 4, 5, 6, 7].map((n) => accepted(n)),
      received(2),
      received(5),
      quarantined(4),
    ])
    const page = (state: 'queued' | 'received' | 'quarantined' | null, before: number | null, limit: number) => {
      const { items, more } = ledger.page({ state, before, limit })
      return [items.map(({ deviceSequence }) => deviceSequence), more]
    }
    expect(page(null, null, 3)).toEqual([[7, 6, 5], true])
    expect(page(null, 5, 3)).toEqual([[4, 3, 2], true])
    expect(page(null, 2, 3)).toEqual([[1], false])
    expect(page(null, null, 7)).toEqual([[7, 6, 5, 4, 3, 2, 1], false])
    expect(page('queued', 7, 3)).toEqual([[6, 3, 1], false])
    expect(page('received', null, 1)).toEqual([[5], true])
    expect(page('received', 5, 1)).toEqual([[2], false])
    expect(page('quarantined', 4, 5)).toEqual([[], false])
    expect(ledger.page({ state: 'quarantined', before: null, limit: 5 }).items[0]).toMatchObject({
      reason: 'key-unknown',
      detail: '401',
    })
  })

  it('remembers the last lock-out of the maintainers’ door', () => {
    const lockout = (failures: number): Frame => ({
      type: 'staff-lockout',
      at: AT,
      failures,
      untilUnixMs: failures * 1000,
    })
    expect([ledgerOf([]).lastLockout, ledgerOf([lockout(3), lockout(4)]).lastLockout]).toEqual([null, lockout(4)])
  })

  it('keeps the last lock-out of each staff badge apart from the door’s', () => {
    const lockout = (badgeId: string | undefined, failures: number): Frame => ({
      type: 'staff-lockout',
      at: AT,
      failures,
      untilUnixMs: 0,
      ...(badgeId === undefined ? {} : { badgeId }),
    })
    const [hers, his] = ['A'.repeat(11), 'B'.repeat(11)]
    const door = lockout(undefined, 2)
    const ledger = ledgerOf([door, lockout(hers, 1), lockout(his, 3), lockout(hers, 4)])
    expect(ledger.lastLockout).toEqual(door)
    expect([...ledger.badgeLockouts.values()]).toMatchObject([{ failures: 4 }, { failures: 3 }])
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
