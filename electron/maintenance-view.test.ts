import { beforeEach, expect, test } from 'vitest'
import { AT, accepted, EPOCH, quarantined, received, submissionId } from '../sync/journal/sample-frames.ts'
import { HealthSchema, QueueRowSchema } from './bridge/maintenance.contract.ts'
import { createCell } from './cell.ts'
import type { Delivery } from './delivery.ts'
import { MAIN } from './lease.ts'
import { createMaintenanceView } from './maintenance-view.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW } from './testing/fixtures.ts'

let held: JournalOnMemory
let owner: ReturnType<typeof createCell<string>>
let stand: Delivery['stand']
let view: ReturnType<typeof createMaintenanceView>
let tries: Map<string, { attempts: number; nextAttemptAt: number }> | null

beforeEach(async () => {
  held = await journalOnMemory()
  owner = createCell<string>(MAIN)
  stand = createCell<ReturnType<Delivery['stand']['get']>>(null)
  tries = new Map()
  view = createMaintenanceView({
    ledger: held.ledger,
    journal: held.journal,
    delivery: {
      stand,
      reconciled: createCell<ReturnType<Delivery['reconciled']['get']>>(null),
      lease: { owner, take: () => true, renew: () => true, release: () => true, stop: () => undefined },
      drain: { attempts: async () => tries },
    },
    intakeState: () => 'no-attachments',
    lineBoard: () => ({ mains: 'on', batteryPercent: 90, door: 'open' }),
    oneTimePrints: () => ({ spoiled: 2, isDamaged: false }),
    freeBytes: () => 5,
    nowIso: () => NOW,
    log: logBook().log,
  })
  for (const n of [1, 2, 3, 4]) await held.journal.append(accepted(n))
  await held.journal.append(received(1))
  await held.journal.append(quarantined(2))
})
const rows = async (state: 'queued' | 'received' | 'quarantined' | null, before: number | null, limit: number) => {
  const page = await view.queueRows({ state, before, limit })
  for (const row of page.rows) QueueRowSchema.parse(row)
  return page
}

test('rows come newest first, page by page, by state or all', async () => {
  const first = await rows(null, null, 3)
  expect(first.rows.map((row) => row.deviceSequence)).toEqual([4, 3, 2])
  expect(first.more).toBe(true)
  expect((await rows(null, 2, 3)).rows.map((row) => row.deviceSequence)).toEqual([1])
  expect((await rows('queued', null, 9)).rows.map((row) => row.deviceSequence)).toEqual([4, 3])
})

test('a row says why, what the hub said, and when main tries next', async () => {
  tries = new Map([[submissionId(3), { attempts: 4, nextAttemptAt: 1234.5 }]])
  const { rows: all } = await rows(null, null, 9)
  expect(all[1]).toMatchObject({ state: 'queued', attempts: 4, nextAttemptAt: 1235 })
  expect(all[2]).toMatchObject({ state: 'quarantined', reason: 'key-unknown', detail: '401', attempts: null })
  expect(all[3]).toMatchObject({ state: 'received', receivedAt: AT, attempts: null, nextAttemptAt: null })
  tries = null
  expect((await rows('queued', null, 9)).rows[0]).toMatchObject({ attempts: null, nextAttemptAt: null })
})

test('health tells the hub’s backup, who drains, the disk, and every damaged ticket', async () => {
  expect(HealthSchema.parse(view.health())).toMatchObject({ backedUpThrough: null, hubEpoch: EPOCH, damage: [] })
  ;(stand as ReturnType<typeof createCell<unknown>>).set({ hubEpoch: EPOCH, hubSequence: 9, backedUpThrough: 7 })
  owner.set('a worker')
  const place = { kind: 'broken', segment: 'journal-000001.bmj', offset: 77, bytes: 5 } as const
  const missing = { fromSequence: 2, throughSequence: 2, tickets: [accepted(2).ticket] }
  await held.journal.append({ type: 'damage-seen', at: AT, ...place, ...missing })
  expect(HealthSchema.parse(view.health())).toEqual({
    freeBytes: 5,
    intake: 'no-attachments',
    lineBoard: { mains: 'on', batteryPercent: 90, door: 'open' },
    oneTimePrints: { spoiled: 2, isDamaged: false },
    drainOwner: 'sync-worker',
    backedUpThrough: 7,
    hubEpoch: EPOCH,
    lastReconciledAt: null,
    damage: [{ at: AT, kind: 'broken', place: 'journal-000001.bmj:77', tickets: [accepted(2).ticket] }],
  })
})

test('only quarantined ones are put back into the queue, once each', async () => {
  expect(await view.requeue([1, 2, 2, 3, 99].map(submissionId))).toBe(1)
  expect(held.ledger.bySubmission(submissionId(2))?.state).toBe('queued')
  expect(held.ledger.bySubmission(submissionId(1))?.state).toBe('received')
  expect(await view.requeue([submissionId(2)])).toBe(0)
})
