import { createRouterClient } from '@orpc/server'
import { beforeEach, expect, test } from 'vitest'
import {
  AT,
  accepted,
  printed,
  quarantined,
  received,
  requeued,
  submissionId,
} from '../../sync/journal/sample-frames.ts'
import { makeTicket } from '../../sync/protocol/ticket.ts'
import type { Cell } from '../cell.ts'
import type { Intake } from '../intake.ts'
import { type JournalOnMemory, journalOnMemory, settle } from '../testing/fixtures.ts'
import { createTryRation, LOOK_UP_LIMITS } from '../try-ration.ts'
import { type SubmissionsParts, submissionsHandlers } from './submissions.handler.ts'

const ACCEPTED_AT_MS = Date.parse('2026-03-01T08:00:00.000Z')
const TEN_MINUTES_MS = 600_000
let held: JournalOnMemory
let nowUnixMs: number
let page: ReturnType<typeof connect>
let watchers: number
let isStaffHelping: boolean

function connect({
  submit = () => Promise.reject(new Error('not used')),
  papers,
}: Partial<Pick<Intake, 'submit'> & SubmissionsParts> = {}) {
  const intake: Intake = {
    submit,
    byDraft: () => null,
    accepted: ({ submissionId: id, ticket, acceptedAt, itemId, deviceSequence: sequence }) => ({
      submissionId: id,
      sequence,
      ticket,
      acceptedAt,
      itemId,
      qr: null,
    }),
  }
  const journalHead: Cell<number> = {
    ...held.journalHead,
    subscribe(listener) {
      watchers++
      const stop = held.journalHead.subscribe(listener)
      return () => {
        watchers--
        stop()
      }
    },
  }
  return createRouterClient(
    submissionsHandlers({
      intake,
      ledger: held.ledger,
      journalHead,
      nowUnixMs: () => nowUnixMs,
      cases: { of: (id) => (id === submissionId(2) ? { state: '需补正', at: AT } : undefined) },
      lookUps: createTryRation(LOOK_UP_LIMITS, () => nowUnixMs),
      isStaffHelping: () => isStaffHelping,
      ...(papers === undefined ? {} : { papers }),
    }),
  )
}
beforeEach(async () => {
  held = await journalOnMemory()
  nowUnixMs = ACCEPTED_AT_MS
  watchers = 0
  isStaffHelping = false
  page = connect()
})

test('only the pages of what is given by scanning go along, and they are not kept once they are sealed', async () => {
  const draftId = submissionId(9)
  const [told, handedIn]: [string[], unknown[]] = [[], []]
  let isGood = false
  const papers = {
    handIn(of: string, materialIds: readonly string[]) {
      told.push(`${of === draftId} ${materialIds}`)
      return [{ pageId: draftId, materialId: 'book', mediaType: 'image/jpeg' as const, plain: new Uint8Array(3) }]
    },
    forget: () => void told.push('forgotten'),
  }
  const asking = connect({
    papers,
    async submit(_request, materials = []) {
      handedIn.push(materials.map(({ materialId }) => materialId))
      const entry = {
        submissionId: draftId,
        sequence: 1,
        ticket: makeTicket(() => 4),
        acceptedAt: AT,
        itemId: 'S04',
        qr: null,
      }
      return isGood ? { ok: true, accepted: entry } : { ok: false, fault: 'not-stored', fields: [] }
    },
  })
  const materials = [
    { materialId: 'book', by: 'scan' as const },
    { materialId: 'letter', by: 'pledge' as const },
  ]
  const request = { draftId, kind: 'application' as const, item: { id: 'S04', version: 1 }, answers: {}, materials }
  await asking.submit(request)
  expect(told).toEqual(['true book'])
  isGood = true
  await asking.submit(request)
  expect(told).toEqual(['true book', 'true book', 'forgotten'])
  expect(handedIn).toEqual([['book'], ['book']])
})

test('delivery is told as it stands, then as it changes, and ends when the hub has it', async () => {
  await held.journal.append(accepted(1))
  const states = await page.watchDelivery({ submissionId: submissionId(1) })
  expect((await states.next()).value).toEqual({ state: 'queued' })
  const next = states.next()
  // Another's fate is no news.
  await held.journal.append(accepted(2))
  await held.journal.append(quarantined(1))
  expect((await next).value).toEqual({ state: 'quarantined' })
  await held.journal.append(requeued(1))
  expect((await states.next()).value).toEqual({ state: 'queued' })
  await held.journal.append(received(1, 7))
  expect((await states.next()).value).toMatchObject({ state: 'received', hubSequence: 7 })
  expect((await states.next()).done).toBe(true)
})

test('a page that goes away ends its watching while it waits', async () => {
  await held.journal.append(accepted(1))
  const states = await page.watchDelivery({ submissionId: submissionId(1) })
  await states.next()
  const waiting = states.next()
  expect(watchers).toBe(1)
  await states.return?.()
  expect((await waiting).done).toBe(true)
  await settle()
  expect(watchers).toBe(0)
})

test('an unknown submission is refused', async () => {
  const states = await page.watchDelivery({ submissionId: submissionId(9) })
  await expect(states.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('the newest three without paper are offered, for ten minutes', async () => {
  for (const n of [1, 2, 3, 4, 5]) await held.journal.append(accepted(n))
  await held.journal.append(printed(4))
  const offered = async () => (await page.unprinted()).map((each) => each.sequence)
  expect(await offered()).toEqual([5, 3, 2])
  nowUnixMs = ACCEPTED_AT_MS + TEN_MINUTES_MS - 1
  expect(await offered()).toHaveLength(3)
  nowUnixMs += 1
  expect(await offered()).toEqual([])
})

test('a ticket tells how its submission stands, here and at the hub, and nothing of who handed it in', async () => {
  for (const n of [1, 2, 3]) await held.journal.append(accepted(n))
  await held.journal.append(received(2, 7))
  await held.journal.append(quarantined(3))
  const told = { itemId: 'S07', acceptedAt: AT }
  const found = async (n: number) => page.byTicket({ ticket: accepted(n).ticket })
  expect(await found(1)).toEqual({
    outcome: 'found',
    found: { ...told, ticket: accepted(1).ticket, state: 'waiting', receivedAt: null, case: null },
  })
  expect(await found(2)).toEqual({
    outcome: 'found',
    found: {
      ...told,
      ticket: accepted(2).ticket,
      state: 'received',
      receivedAt: AT,
      case: { state: '需补正', at: AT },
    },
  })
  expect(await found(3)).toMatchObject({ found: { state: 'needs-staff' } })
  expect(await found(4)).toEqual({ outcome: 'not-found' })
})

test('a receipt’s QR code finds the same as its ticket, from the same ration', async () => {
  await held.journal.append(accepted(1))
  const { submissionId, ticket } = accepted(1)
  const byReceipt = await page.byReceipt({ submissionId })
  expect(byReceipt).toEqual(await page.byTicket({ ticket }))
  expect(byReceipt).toMatchObject({ outcome: 'found', found: { ticket } })
  expect(await page.byReceipt({ submissionId: accepted(2).submissionId })).toEqual({ outcome: 'not-found' })
  for (let n = 0; n < 2; n++) await page.byTicket({ ticket })
  expect(await page.byReceipt({ submissionId })).toMatchObject({ outcome: 'too-many-tries' })
})

test('tickets cannot be guessed: the sixth look-up in a minute is refused, right or wrong', async () => {
  await held.journal.append(accepted(1))
  for (let n = 2; n <= 6; n++)
    expect(await page.byTicket({ ticket: accepted(n).ticket })).toEqual({ outcome: 'not-found' })
  expect(await page.byTicket({ ticket: accepted(1).ticket })).toEqual({
    outcome: 'too-many-tries',
    retryAfterMs: 60_000,
  })
  nowUnixMs += 60_000
  expect(await page.byTicket({ ticket: accepted(1).ticket })).toMatchObject({ outcome: 'found' })
})

test('a rating has no receipt to print and is not found by its ticket; a complaint is, both', async () => {
  await held.journal.append({ ...accepted(1), kind: 'rating', itemId: 'rating' })
  await held.journal.append({ ...accepted(2), kind: 'complaint', itemId: 'complaint' })
  expect((await page.unprinted()).map((each) => each.submissionId)).toEqual([submissionId(2)])
  expect(await page.byTicket({ ticket: accepted(1).ticket })).toEqual({ outcome: 'not-found' })
  expect(await page.byTicket({ ticket: accepted(2).ticket })).toMatchObject({ outcome: 'found' })
})

test('while staff helps no case is shown, by ticket, by receipt or as one to be printed, and no try is spent', async () => {
  await held.journal.append(accepted(1))
  const { submissionId, ticket } = accepted(1)
  isStaffHelping = true
  for (let n = 0; n < 6; n++) expect(await page.byTicket({ ticket })).toEqual({ outcome: 'staff-helping' })
  expect(await page.byReceipt({ submissionId })).toEqual({ outcome: 'staff-helping' })
  expect(await page.unprinted()).toEqual([])
  isStaffHelping = false
  expect(await page.byTicket({ ticket })).toMatchObject({ outcome: 'found' })
  expect(await page.unprinted()).toHaveLength(1)
})
