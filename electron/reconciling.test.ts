import { beforeEach, expect, test } from 'vitest'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { ReconcileFacts, ReconcileResult } from '../sync/hub-client/answers.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, EPOCH, quarantined, received, submissionId } from '../sync/journal/sample-frames.ts'
import type { ReconcileAnswer } from '../sync/protocol/contact.ts'
import { reconcile } from './reconciling.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW, TERMINAL_ID } from './testing/fixtures.ts'

const deviceKey = (await generateSigningKey()).key
let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let pages: ReconcileFacts[]
type Said = Partial<ReconcileAnswer> | ReconcileResult
let answer: (facts: ReconcileFacts) => Said | Promise<Said>

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  pages = []
  answer = () => ({})
})
const run = () =>
  reconcile({
    terminalId: TERMINAL_ID,
    journal: held.journal,
    ledger: held.ledger,
    hub: {
      async reconcile(facts) {
        pages.push(facts)
        const said = await answer(facts)
        if ('outcome' in said) return said
        const { terminalId } = facts
        const envelope = {
          kind: 'reconcile-answer' as const,
          terminalId,
          nonce: 'n'.repeat(16),
          at: NOW,
          hubEpoch: EPOCH,
        }
        return { outcome: 'answered', answer: { ...envelope, missing: [], mismatched: [], unlisted: [], ...said } }
      },
    },
    trust: { deviceKey, keySet: () => ({ kind: 'key-set', version: 1, keys: [] }) },
    nowIso: () => NOW,
    log: book.log,
  })

test('all is listed with its state and hash, and the range goes beyond our last number', async () => {
  for (const n of [1, 2, 3, 4]) await held.journal.append(accepted(n))
  await held.journal.append(received(1))
  await held.journal.append(received(2))
  await held.journal.append({ type: 'purged', at: NOW, fromSequence: 1, throughSequence: 1, submissions: 1 })
  await held.journal.append(quarantined(3))
  expect(await run()).toEqual({ at: NOW, requeued: 0, lost: 0, mismatched: 0, unlisted: 0 })
  expect(pages).toHaveLength(1)
  expect(pages[0]).toMatchObject({ terminalId: TERMINAL_ID, fromDeviceSequence: 1 })
  expect(pages[0]?.throughDeviceSequence).toBeGreaterThan(4)
  expect(pages[0]?.items.map((each) => [each.deviceSequence, each.state])).toEqual([
    [1, 'purged'],
    [2, 'received'],
    [3, 'quarantined'],
    [4, 'queued'],
  ])
  expect(pages[0]?.items[0]?.sha256).toBe(accepted(1).envelopeSha256)
})

test('pages of a thousand whose ranges leave no number out', async () => {
  await Promise.all(Array.from({ length: 2000 }, (_, i) => held.journal.append(accepted(i + 1))))
  await run()
  expect(pages.map((page) => page.items.length)).toEqual([1000, 1000, 0])
  expect(pages.map((page) => page.fromDeviceSequence)).toEqual([1, 1001, 2001])
  expect(pages.slice(0, 2).map((page) => page.throughDeviceSequence)).toEqual([1000, 2000])
})

test('what the hub lacks is offered again; what was purged here is said loudly', async () => {
  for (const n of [1, 2, 3, 4]) await held.journal.append(accepted(n))
  for (const n of [1, 2, 3]) await held.journal.append(received(n))
  await held.journal.append({ type: 'purged', at: NOW, fromSequence: 1, throughSequence: 1, submissions: 1 })
  answer = () => ({ missing: [1, 2, 4].map(submissionId), mismatched: [submissionId(3)] })
  expect(await run()).toMatchObject({ requeued: 1, lost: 1, mismatched: 1 })
  expect(held.ledger.bySubmission(submissionId(2))?.state).toBe('queued')
  expect(held.ledger.bySubmission(submissionId(3))?.state).toBe('received')
  expect(book.of('reconcile-lost')).toEqual([{ submissions: 1, ids: [submissionId(1)] }])
  expect(book.of('reconcile-mismatched')).toEqual([{ submissions: 1, ids: [submissionId(3)] }])
  const requeued: unknown[] = []
  for await (const entry of held.journal.read()) {
    if (entry.known && entry.frame.type === 'requeued') requeued.push([entry.frame.submissionId, entry.frame.by])
  }
  expect(requeued).toEqual([[submissionId(2), 'reconcile']])
})

test('a stranger is said; one that was taken in meanwhile is none', async () => {
  await held.journal.append(accepted(1))
  answer = async () => {
    await held.journal.append(accepted(2))
    return { unlisted: [2, 9].map((n) => ({ deviceSequence: n, submissionId: submissionId(n) })) }
  }
  expect(await run()).toMatchObject({ unlisted: 1 })
  expect(book.of('reconcile-unlisted')).toEqual([{ submissions: 1, ids: [submissionId(9)] }])
})

test.each<[string, ReconcileResult]>([
  ['away', { outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' }],
  ['refusing', { outcome: 'claim-refused', reason: 'key-unknown', detail: '401' }],
])('a hub that is %s leaves it undone', async (_, said) => {
  await held.journal.append(accepted(1))
  answer = () => said
  expect(await run()).toBeNull()
  expect(book.of('reconciled')).toEqual([])
})

test('a full disk leaves it undone too', async () => {
  await held.journal.append(accepted(1))
  await held.journal.append(received(1))
  answer = () => ({ missing: [submissionId(1)] })
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await run()).toBeNull()
})
