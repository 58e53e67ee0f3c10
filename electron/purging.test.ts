import { beforeEach, expect, test } from 'vitest'
import { accepted, EPOCH, submissionId } from '../sync/journal/sample-frames.ts'
import type { HubStandSeen } from './contact.ts'
import { createPurging, type Purging, STUCK_AFTER_MS } from './purging.ts'
import { reoffer } from './reoffer.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW } from './testing/fixtures.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CHUNK = { sha256: 'c'.repeat(64), bytes: 10 }
let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let wallMs: number
let monotonicMs: number
let stand: HubStandSeen | null
let minimumRetentionMs: number | undefined
let removed: string[]
let purging: Purging
/** What the hub says when it is asked for the very submissions. */
let isHeld: boolean

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  wallMs = Date.parse(NOW)
  monotonicMs = 1000
  stand = { hubEpoch: EPOCH, hubSequence: 1000, backedUpThrough: 1000 }
  minimumRetentionMs = undefined
  removed = []
  isHeld = true
  purging = createPurging({
    confirm: async () => isHeld,
    journal: held.journal,
    ledger: held.ledger,
    attachments: { remove: async (names) => void removed.push(...names) },
    stand: () => stand,
    hubNowUnixMs: () => (stand === null ? null : wallMs),
    minimumRetentionMs: () => minimumRetentionMs,
    clock: { now: () => wallMs, monotonic: () => monotonicMs },
    log: book.log,
  })
})
const pass = (ms: number) => {
  wallMs += ms
  monotonicMs += ms
}
/** A receipt as far as the journal looks into it: when the hub gave it. */
function receipt(): string {
  const payload = Buffer.from(JSON.stringify({ receivedAt: new Date(wallMs).toISOString() })).toString('base64url')
  return `a.${payload}.c`
}
async function delivered(n: number): Promise<void> {
  await held.journal.append({ ...accepted(n), chunks: n === 1 ? [CHUNK] : [] })
  const at = new Date(wallMs).toISOString()
  const received = { type: 'received', at, submissionId: submissionId(n), hubEpoch: EPOCH, hubSequence: n } as const
  await held.journal.append({ ...received, receipt: receipt() })
}
const isPurged = (n: number) => held.ledger.bySubmission(submissionId(n))?.purged

test('after receipt, backup and a day the payload goes, its chunks too; what is known of it stays', async () => {
  await delivered(1)
  await purging.purge()
  pass(DAY_MS - 1)
  await purging.purge()
  expect(isPurged(1)).toBe(false)
  pass(1)
  await purging.purge()
  expect(isPurged(1)).toBe(true)
  expect(removed).toEqual([CHUNK.sha256])
  expect(await held.journal.readAccepted(submissionId(1))).toMatchObject({ ok: false, fault: 'purged' })
  expect(held.ledger.byTicket(accepted(1).ticket)?.state).toBe('received')
  expect(book.of('purged')).toMatchObject([{ submissions: 1, chunks: 1 }])
})

test('nothing goes that the hub does not hold when it is asked, whatever receipt and watermark say', async () => {
  await delivered(1)
  pass(DAY_MS)
  isHeld = false
  await purging.purge()
  expect(isPurged(1)).toBe(false)
  isHeld = true
  await purging.purge()
  expect(isPurged(1)).toBe(true)
})

test('a contact that tells of another epoch while the purge is under way stops it', async () => {
  await held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch: EPOCH, why: 'first' })
  await delivered(1)
  await held.journal.rotate()
  await held.journal.append(accepted(2))
  await held.journal.settled()
  pass(DAY_MS)
  let epochs = 0
  const offered: Promise<unknown>[] = []
  held.disk.before = (operation, path) => {
    // The purge reads the index back: the frame of the new epoch is handed in at the same moment.
    if (operation !== 'read' || !path.endsWith('.idx') || epochs++ > 0) return
    const hubEpoch = '22222222-2222-4222-8222-222222222222'
    const told = held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch, why: 'changed' })
    offered.push(told.then(() => reoffer(held.journal, held.ledger, () => NOW, book.log)))
  }
  await purging.purge()
  expect(await Promise.all(offered)).toEqual([{ requeued: 1, complete: true }])
  expect(held.ledger.bySubmission(submissionId(1))).toMatchObject({ state: 'queued', purged: false })
  expect(await held.journal.readAccepted(submissionId(1))).toMatchObject({ ok: true })
  expect(book.of('purged')).toEqual([])
  expect(book.of('journal-note')).toMatchObject([{ journal: 'purge-refused', fault: 'withdrawn' }])
})

test('nothing goes before the hub has it in a backup, however old it is', async () => {
  await delivered(7)
  stand = { hubEpoch: EPOCH, hubSequence: 1000, backedUpThrough: 6 }
  pass(30 * DAY_MS)
  await purging.purge()
  stand = null
  await purging.purge()
  expect(isPurged(7)).toBe(false)
  stand = { hubEpoch: EPOCH, hubSequence: 1000, backedUpThrough: 7 }
  await purging.purge()
  expect(isPurged(7)).toBe(true)
})

test('the hub’s settings may shorten or lengthen the minimum', async () => {
  await delivered(1)
  minimumRetentionMs = HOUR_MS
  pass(HOUR_MS)
  await purging.purge()
  expect(isPurged(1)).toBe(true)
  minimumRetentionMs = 7 * DAY_MS
  await delivered(2)
  pass(3 * DAY_MS)
  await purging.purge()
  expect(isPurged(2)).toBe(false)
})

test('one that waits keeps what lies beside it', async () => {
  await delivered(1)
  await held.journal.append(accepted(2))
  pass(2 * DAY_MS)
  await purging.purge()
  expect(isPurged(1)).toBe(false)
})

test('a quiet terminal closes a segment once a day, not every hour', async () => {
  // So that every hour something could go.
  minimumRetentionMs = 0
  for (let n = 1; n <= 48; n++) {
    await delivered(n)
    pass(HOUR_MS)
    await purging.purge()
  }
  pass(DAY_MS)
  await purging.purge()
  const purgedSegments = held.journal.segments().filter((segment) => segment.purged)
  expect(isPurged(48)).toBe(true)
  expect(purgedSegments.length).toBeLessThanOrEqual(4)
})

/** Two a day, none of which ever fails: so the newest one is always too young. */
async function twoADay(days: number): Promise<void> {
  for (let n = 1; n <= 2 * days; n++) {
    await held.journal.append({ ...accepted(n), at: new Date(wallMs).toISOString() })
    const at = new Date(wallMs).toISOString()
    const received = { type: 'received', at, submissionId: submissionId(n), hubEpoch: EPOCH, hubSequence: n } as const
    await held.journal.append({ ...received, receipt: receipt() })
    for (let hour = 0; hour < 12; hour++) {
      pass(HOUR_MS)
      await purging.purge()
    }
  }
}

test('a slow but steady terminal purges too, though its active segment never lacks a young submission', async () => {
  await twoADay(20)
  expect(held.ledger.size).toBe(40)
  // The minimum, and at most a day until the segment is closed; then as much again for its youngest.
  expect(held.ledger.size - held.ledger.purged).toBeLessThanOrEqual(2 * 4)
  expect(held.journal.segments().length).toBeLessThanOrEqual(20)
})

test('what quarantine or an epoch keeps for a week is an alarm too; what only waits for the hub is not', async () => {
  await held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch: EPOCH, why: 'first' })
  await delivered(1)
  for (const n of [2, 3, 4]) await held.journal.append({ ...accepted(n), at: NOW })
  const refusal = {
    type: 'quarantined',
    at: NOW,
    submissionId: submissionId(2),
    reason: 'too-large',
    detail: '413',
  } as const
  await held.journal.append(refusal)
  pass(STUCK_AFTER_MS - HOUR_MS)
  await purging.purge()
  expect(book.of('purge-stuck')).toEqual([])
  pass(HOUR_MS)
  await purging.purge()
  expect(book.of('purge-stuck')).toMatchObject([{ submissions: 1, quarantined: 1, epoch: 0, backup: 0 }])
  await held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch: EPOCH, why: 'went-back' })
  pass(DAY_MS)
  await purging.purge()
  expect(book.of('purge-stuck')[1]).toMatchObject({ submissions: 2, quarantined: 1, epoch: 1, backup: 0 })
})

test('a hub that names no backup for a week is an alarm, once a day, until it does', async () => {
  await delivered(1)
  stand = { hubEpoch: EPOCH, hubSequence: 1000, backedUpThrough: null }
  pass(STUCK_AFTER_MS - HOUR_MS)
  await held.journal.rotate()
  await purging.purge()
  expect(book.of('purge-stuck')).toEqual([])
  for (let hour = 0; hour < 48; hour++) {
    pass(HOUR_MS)
    await purging.purge()
  }
  expect(book.of('purge-stuck')).toMatchObject([{ submissions: 1, backedUpThrough: null }, { submissions: 1 }])
  stand = { hubEpoch: EPOCH, hubSequence: 1000, backedUpThrough: 1000 }
  await purging.purge()
  pass(2 * DAY_MS)
  await purging.purge()
  expect(book.of('purge-stuck')).toHaveLength(2)
  expect(isPurged(1)).toBe(true)
})
