import { beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '../sync/envelope/sha256.ts'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { ContactFacts, ContactResult } from '../sync/hub-client/answers.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, EPOCH, quarantined, received, submissionId } from '../sync/journal/sample-frames.ts'
import type { ContactAnswer } from '../sync/protocol/contact.ts'
import { CONTACT_EVERY_MS, type Contact, createContact } from './contact.ts'
import { reoffer } from './reoffer.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW, TERMINAL_ID } from './testing/fixtures.ts'

const OTHER_EPOCH = '11111111-1111-4111-8111-111111111111'
const deviceKey = (await generateSigningKey()).key
const KEY_SET = { kind: 'key-set' as const, version: 1, keys: [] }

let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let contact: Contact
let nowMs: number
let wallMs: number
let asked: { facts: ContactFacts; proof: string | undefined }[]
let answer: (facts: ContactFacts, proof: string | undefined) => Partial<ContactAnswer> | ContactResult
let enrolled: boolean

beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  nowMs = 1000
  wallMs = Date.parse(NOW)
  asked = []
  answer = () => ({})
  enrolled = true
  contact = begin()
})
function begin(): Contact {
  return createContact({
    terminalId: TERMINAL_ID,
    version: '1.2.3',
    journal: held.journal,
    ledger: held.ledger,
    hub: {
      async contact(facts, _key, _keySet, proof) {
        asked.push({ facts, proof })
        const said = answer(facts, proof)
        if ('outcome' in said) return said
        return { outcome: 'answered', answer: { ...ANSWER, ...said } }
      },
    },
    trust: { deviceKey, keySet: () => KEY_SET, enrolled: () => enrolled },
    clock: { now: () => wallMs, monotonic: () => nowMs },
    freeBytes: () => 12_345,
    log: book.log,
  })
}
const ANSWER: ContactAnswer = {
  kind: 'contact-answer',
  terminalId: TERMINAL_ID,
  nonce: 'n'.repeat(16),
  at: NOW,
  hubEpoch: EPOCH,
  hubSequence: 100,
  backedUpThrough: 40,
  keySetVersion: 1,
  packages: {},
  caseSequence: 0,
  proofWanted: false,
}
async function epochs(): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const entry of held.journal.read()) {
    if (entry.known && entry.frame.type === 'epoch-seen') found.push([entry.frame.why, entry.frame.hubEpoch])
  }
  return found
}
/** Makes contact as if the time for it had come. */
function due() {
  contact.hasten()
  return contact.make()
}
const reofferAll = () => reoffer(held.journal, held.ledger, () => NOW, book.log)

test('it says how far the hub had confirmed, and what waits, and nothing else', async () => {
  await held.journal.append(accepted(1))
  await held.journal.append(accepted(2))
  await held.journal.append(accepted(3))
  await held.journal.append(received(1, 7))
  await held.journal.append(quarantined(2))
  await contact.make()
  expect(asked[0]?.facts).toEqual({
    terminalId: TERMINAL_ID,
    mark: { hubEpoch: EPOCH, hubSequence: 7, receiptSha256: sha256Hex('a.b.c') },
    lastDeviceSequence: 3,
    waiting: 1,
    quarantined: 1,
    oldestWaitingAt: accepted(3).at,
    damage: 0,
    freeBytes: 12_345,
    version: '1.2.3',
  })
  expect(contact.stand.get()).toEqual({ hubEpoch: EPOCH, hubSequence: 100, backedUpThrough: 40 })
})

test('the first epoch is noted once, and offers nothing again', async () => {
  expect(await contact.make()).toMatchObject({ outcome: 'answered', epochChanged: false })
  expect(await due()).toMatchObject({ epochChanged: false })
  expect(await epochs()).toEqual([['first', EPOCH]])
})

test('receipts of a terminal that never made contact are as good as a first contact', async () => {
  await held.journal.append(accepted(1))
  await held.journal.append(received(1))
  await contact.make()
  expect(await epochs()).toEqual([])
  expect(await reofferAll()).toEqual({ requeued: 0, complete: true })
})

test('another epoch: a frame first, then all that is retained is offered again, once', async () => {
  for (const n of [1, 2, 3]) await held.journal.append(accepted(n))
  await contact.make()
  for (const n of [1, 2]) await held.journal.append(received(n))
  answer = () => ({ hubEpoch: OTHER_EPOCH, hubSequence: 0 })
  expect(await due()).toMatchObject({ epochChanged: true })
  expect(await epochs()).toEqual([
    ['first', EPOCH],
    ['changed', OTHER_EPOCH],
  ])
  expect(held.ledger.mark).toBeNull()
  expect(await reofferAll()).toEqual({ requeued: 2, complete: true })
  expect(held.ledger.waiting).toBe(3)
  expect(await reofferAll()).toEqual({ requeued: 0, complete: true })
  expect(await due()).toMatchObject({ epochChanged: false })
})

test('a crash or a full disk in the middle of offering again: the rest follows', async () => {
  for (let n = 1; n <= 200; n++) await held.journal.append(accepted(n))
  await contact.make()
  for (let n = 1; n <= 200; n++) await held.journal.append(received(n))
  answer = () => ({ hubEpoch: OTHER_EPOCH, hubSequence: 0 })
  await due()
  let syncs = 0
  held.disk.before = (operation) => {
    if (operation === 'sync' && ++syncs > 1) throw diskError('ENOSPC')
  }
  const first = await reofferAll()
  expect(first.complete).toBe(false)
  expect(held.ledger.waiting).toBe(first.requeued)
  held.disk.before = () => undefined
  expect(await reofferAll()).toEqual({ requeued: 200 - first.requeued, complete: true })
  expect(held.ledger.waiting).toBe(200)
})

test('a receipt that crossed the first word of the epoch is offered again, or it could never be purged', async () => {
  await held.journal.append(accepted(1))
  await held.journal.append(received(1))
  await held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch: EPOCH, why: 'first' })
  expect(await reofferAll()).toEqual({ requeued: 1, complete: true })
  await held.journal.append(received(1))
  expect(await reofferAll()).toEqual({ requeued: 0, complete: true })
})

test('a hub that knows our row has forgotten nothing, however low its settled sequence is for the moment', async () => {
  await held.journal.append(accepted(1))
  await contact.make()
  await held.journal.append(received(1, 50))
  // A long transaction beside it holds the settled sequence down.
  answer = () => ({ hubSequence: 3 })
  for (let times = 0; times < 5; times++) expect(await due()).toMatchObject({ epochChanged: false })
  expect(await epochs()).toEqual([['first', EPOCH]])
})

test('a hub that does not know our mark and opens no new epoch went back: all is offered again at once', async () => {
  await held.journal.append(accepted(1))
  await contact.make()
  await held.journal.append(received(1, 50))
  answer = () => ({ hubSequence: 50 })
  expect(await due()).toMatchObject({ epochChanged: false })
  // It may have counted past our mark meanwhile; waiting for a second word could let the mark move past the gap.
  answer = () => ({ hubSequence: 60, proofWanted: true })
  expect(await due()).toMatchObject({ epochChanged: true })
  expect(await epochs()).toEqual([
    ['first', EPOCH],
    ['went-back', EPOCH],
  ])
  expect(await reofferAll()).toMatchObject({ requeued: 1 })
  expect(await due()).toMatchObject({ epochChanged: false })
})

test('a hub that forgot our mark is shown its own receipt, read back from the journal', async () => {
  for (const n of [1, 2, 3]) await held.journal.append(accepted(n))
  await contact.make()
  await held.journal.append(received(1, 5))
  const items = [2, 3].map((n) => ({ submissionId: submissionId(n), hubSequence: n + 5 }))
  await held.journal.append({ type: 'batch-received', at: NOW, receipt: 'the.batch.receipt', hubEpoch: EPOCH, items })
  answer = (_, proof) => (proof === undefined ? { proofWanted: true } : { hubEpoch: OTHER_EPOCH, hubSequence: 3 })
  expect(await due()).toMatchObject({ epochChanged: true })
  expect(asked.map((each) => each.proof)).toEqual([undefined, undefined, 'the.batch.receipt'])
  expect(asked[2]?.facts.mark).toMatchObject({ hubSequence: 8 })
  expect(await reofferAll()).toMatchObject({ requeued: 3 })
})

test('nothing follows from an epoch whose frame could not be written', async () => {
  await contact.make()
  answer = () => ({ hubEpoch: OTHER_EPOCH })
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await due()).toEqual({ outcome: 'no-answer' })
  expect(contact.stand.get()?.hubEpoch).toBe(EPOCH)
  held.disk.before = () => undefined
  expect(await contact.make()).toMatchObject({ epochChanged: true })
})

test('it is made once a minute, at once when something is strange, and again soon when it failed', async () => {
  await contact.make()
  expect(await contact.make()).toEqual({ outcome: 'not-due' })
  nowMs += CONTACT_EVERY_MS
  expect(await contact.make()).toMatchObject({ outcome: 'answered' })
  contact.noticed({ hubEpoch: EPOCH, hubSequence: 100, backedUpThrough: null })
  expect(await contact.make()).toEqual({ outcome: 'not-due' })
  contact.noticed({ hubEpoch: EPOCH, hubSequence: 99, backedUpThrough: null })
  expect(await contact.make()).toMatchObject({ outcome: 'answered' })
  contact.noticed({ hubEpoch: OTHER_EPOCH, hubSequence: 999, backedUpThrough: null })
  answer = () => ({ outcome: 'failed', why: 'timed-out', hubWide: true, retryAfterMs: null, detail: '' })
  expect(await contact.make()).toEqual({ outcome: 'no-answer' })
  expect(await contact.make()).toEqual({ outcome: 'no-answer' })
})

test('without enrolment nothing is said', async () => {
  enrolled = false
  expect(await contact.make()).toEqual({ outcome: 'no-answer' })
  expect(asked).toEqual([])
})

test('a hub that does not take our word is said once, until it does', async () => {
  const refused: ContactResult = { outcome: 'claim-refused', reason: 'key-unknown', detail: '401' }
  answer = () => refused
  for (let n = 0; n < 3; n++) await contact.make()
  expect(book.of('contact-refused')).toEqual([{ detail: '401' }])
})

test('a clock that is far from the hub’s is said, once for each jump', async () => {
  await contact.make()
  expect(book.of('clock-off')).toEqual([])
  wallMs += 3_600_000
  for (let n = 0; n < 3; n++) await due()
  expect(book.of('clock-off')).toEqual([{ offsetMs: -3_600_000 }])
  wallMs -= 3_600_000
  await due()
  wallMs -= 86_400_000
  await due()
  expect(book.of('clock-off').at(-1)).toEqual({ offsetMs: 86_400_000 })
})

test('the hub’s clock goes on by the monotonic one, whatever the wall clock does', async () => {
  expect(contact.hubNowUnixMs()).toBeNull()
  await contact.make()
  wallMs += 86_400_000
  nowMs += 5000
  expect(contact.hubNowUnixMs()).toBe(Date.parse(NOW) + 5000)
})
