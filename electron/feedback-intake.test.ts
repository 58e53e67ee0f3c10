import { randomInt, randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { openEnvelope } from '../sync/envelope/open.ts'
import { generateSigningKey, type SigningKey } from '../sync/envelope/signing-key.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import type { ComplainRequest, RateRequest } from '../sync/protocol/feedback.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'
import type { Helper } from '../sync/protocol/staff.ts'
import type { RateAnswer } from './bridge/feedback.contract.ts'
import type { IntakeState } from './bridge/queue.contract.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { createFeedbackIntake, type FeedbackIntake } from './feedback-intake.ts'
import { createIntake, type Intake } from './intake.ts'
import { createSealedLine } from './sealed-line.ts'
import {
  CATALOGUE,
  type HubWorld,
  type JournalOnMemory,
  journalOnMemory,
  logBook,
  makeHubWorld,
  manualClock,
  NOW,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const [NAME, ID_NUMBER] = ['周明远', '990101198611020033']
const COMPLAINT = '大厅里没有热水'

let world: HubWorld
let deviceKey: SigningKey
beforeAll(async () => {
  world = await makeHubWorld()
  deviceKey = (await generateSigningKey()).key
})

let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let session: CardSession
let intake: Intake
let feedback: FeedbackIntake
let state: IntakeState
let isStaffHere: boolean
let helpers: readonly Helper[]
let catalogue: Catalogue

/** A main over the journal that is there: without memory of any visit. */
async function startMain(): Promise<void> {
  session = createCardSession({ clock: manualClock(), nowIso: () => NOW, today: () => '2026-11-23', log: book.log })
  session.open(randomUUID())
  const { manifest } = await world.signedCatalogue(1)
  const trust = {
    deviceKey,
    enrolled: () => true,
    sealKey: () => world.keySet.keys.find((key) => key.use === 'seal'),
  }
  const { journal, ledger } = held
  const common = { journal, ledger, session, trust, nowIso: () => NOW, log: book.log, state: () => state }
  const later = (run: () => void) => void setImmediate(run)
  const line = createSealedLine({ ...common, terminalId: TERMINAL_ID, suite: joseSuite, randomInt, later })
  const packages = { catalogue: createCell({ manifest, catalogue }) }
  intake = createIntake({ ...common, line, terminalId: TERMINAL_ID, today: () => '2026-11-23', packages })
  const staff = {
    isHelping: () => isStaffHere,
    helpers: () => helpers,
    submitted: () => {
      helpers = []
    },
  }
  feedback = createFeedbackIntake({ ...common, line, intake, packages, staff })
}
beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  state = 'open'
  isStaffHere = false
  helpers = []
  catalogue = CATALOGUE
  await startMain()
})

function putCard(): void {
  const fields = { name: NAME, sex: '1', birth: '19861102', number: ID_NUMBER, address: '南桥区', validTo: '长期' }
  const card = { cardType: 'citizen' as const, fields }
  session.onReader({ event: 'card', readId: 'r', card, wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } })
}
async function applied(): Promise<string> {
  putCard()
  const item = { id: 'S07', version: 1 }
  const answer = await intake.submit({
    ...{ draftId: randomUUID(), kind: 'application', item, answers: { phone: '13900001234' } },
  })
  if (!answer.ok) throw new Error(answer.fault)
  return answer.accepted.submissionId
}
const rating = (about: string, change: Partial<RateRequest> = {}): RateRequest => ({
  ...{ draftId: randomUUID(), about, level: 2, reasons: ['too-slow'] },
  ...change,
})
const complaint = (change: Partial<ComplainRequest> = {}): ComplainRequest => ({
  ...{ draftId: randomUUID(), about: { what: 'hall' }, sort: '投诉', words: COMPLAINT, anonymous: false },
  ...change,
})
async function sealed(submissionId: string) {
  const read = await held.journal.readAccepted(submissionId)
  if (!read.ok) throw new Error(read.fault)
  const opened = await openEnvelope(read.frame.envelope, () => world.sealPrivateJwk)
  if (!opened.ok) throw new Error(opened.fault)
  return { frame: read.frame, payload: opened.payload }
}
const kinds = () => [...held.ledger.items()].map(({ kind }) => kind)
const faultOf = (answer: RateAnswer) => (answer.ok ? null : answer.fault)

test('a rating is a frame like any other: sealed, numbered, waiting, and without a name', async () => {
  const about = await applied()
  const request = rating(about, { words: '等了一上午' })
  expect(await feedback.rate(request)).toEqual({ ok: true })
  const entry = held.ledger.byDraft(request.draftId)
  expect(entry).toMatchObject({ kind: 'rating', deviceSequence: 2, state: 'queued', itemId: 'rating' })
  const { frame, payload } = await sealed(entry?.submissionId ?? '')
  for (const secret of [about, '一上午', 'too-slow', NAME]) expect(JSON.stringify(frame)).not.toContain(secret)
  expect(payload).toMatchObject({ kind: 'rating', about, level: 2, reasons: ['too-slow'], words: '等了一上午' })
  expect(JSON.stringify(payload)).not.toContain(NAME)
  expect(JSON.stringify(payload)).not.toContain(ID_NUMBER)
})

test('once a case: pressed twice, two drafts at once, and again later', async () => {
  const about = await applied()
  const request = rating(about)
  const answers = await Promise.all([feedback.rate(request), feedback.rate(request), feedback.rate(rating(about))])
  expect(answers.map(faultOf)).toEqual([null, null, 'already-rated'])
  expect(await feedback.rate(request)).toEqual({ ok: true })
  expect(faultOf(await feedback.rate(rating(about, { level: 5, reasons: [] })))).toBe('already-rated')
  expect(kinds()).toEqual(['application', 'rating'])
})

test('a second case of the same visit is rated by itself', async () => {
  const [one, other] = [await applied(), await applied()]
  expect(await feedback.rate(rating(one))).toEqual({ ok: true })
  expect(await feedback.rate(rating(other))).toEqual({ ok: true })
})

test('only what was taken in during this visit: not before it, not after a restart, no rating, no complaint', async () => {
  const about = await applied()
  const request = rating(about)
  await feedback.rate(request)
  const ratingId = held.ledger.byDraft(request.draftId)?.submissionId ?? ''
  const complained = await feedback.complain(complaint())
  if (!complained.ok) throw new Error(complained.fault)
  const strangers = [randomUUID(), ratingId, complained.accepted.submissionId]
  for (const id of strangers) expect(faultOf(await feedback.rate(rating(id)))).toBe('not-of-this-visit')
  session.end('done')
  expect(faultOf(await feedback.rate(rating(about)))).toBe('not-of-this-visit')
  await startMain()
  putCard()
  expect(faultOf(await feedback.rate(rating(about)))).toBe('not-of-this-visit')
  // The answer was lost in the fall: the ledger knows the draft.
  expect(await feedback.rate(request)).toEqual({ ok: true })
  expect(kinds().filter((kind) => kind === 'rating')).toHaveLength(1)
})

test('staff never rates; a full disk and a failed write keep nothing, and the case may be rated later', async () => {
  const about = await applied()
  isStaffHere = true
  expect(faultOf(await feedback.rate(rating(about)))).toBe('staff-joined')
  isStaffHere = false
  state = 'no-space'
  expect(faultOf(await feedback.rate(rating(about)))).toBe('no-space')
  expect(await feedback.complain(complaint())).toMatchObject({ ok: false, fault: 'no-space' })
  state = 'open'
  held.disk.before = (operation) => {
    if (operation === 'write') throw diskError('EIO')
  }
  expect(faultOf(await feedback.rate(rating(about)))).toBe('not-stored')
  held.disk.before = () => undefined
  expect(await feedback.rate(rating(about))).toEqual({ ok: true })
})

test('a complaint gets a ticket; the name goes along only when it was given', async () => {
  putCard()
  const request = complaint({ contact: '13800136021' })
  const [first, twice] = await Promise.all([feedback.complain(request), feedback.complain(request)])
  if (!first.ok) throw new Error(first.fault)
  expect(twice).toEqual(first)
  expect(first.accepted).toMatchObject({ itemId: 'complaint', sequence: 1 })
  expect(first.accepted.qr).toContain(first.accepted.submissionId)
  const named = await sealed(first.accepted.submissionId)
  expect(named.payload).toMatchObject({ applicant: { name: NAME }, words: COMPLAINT, contact: '13800136021' })
  expect(JSON.stringify(named.frame)).not.toContain(COMPLAINT)
  const nameless = await feedback.complain(complaint({ anonymous: true }))
  if (!nameless.ok) throw new Error(nameless.fault)
  expect((await sealed(nameless.accepted.submissionId)).payload).not.toHaveProperty('applicant')
  expect(session.receiptOf(nameless.accepted.submissionId)?.name).toBeNull()
  expect(intake.byDraft(request.draftId)).toEqual(first.accepted)
})

test('without a card a complaint is taken in all the same, and says nobody', async () => {
  const answer = await feedback.complain(complaint())
  if (!answer.ok) throw new Error(answer.fault)
  expect((await sealed(answer.accepted.submissionId)).payload).not.toHaveProperty('applicant')
})

test('who helped is named with the complaint, also a nameless one, and not with the next', async () => {
  isStaffHere = true
  helpers = [{ id: '0217', name: '李静' }]
  const payloadOf = async (request: ComplainRequest) => {
    const answer = await feedback.complain(request)
    if (!answer.ok) throw new Error(answer.fault)
    return (await sealed(answer.accepted.submissionId)).payload
  }
  const beside = await payloadOf(complaint({ anonymous: true, about: { what: 'staff', staffNumber: '0217' } }))
  expect(beside).toMatchObject({ assistedBy: [{ id: '0217', name: '李静' }] })
  expect(beside).not.toHaveProperty('applicant')
  expect(await payloadOf(complaint({ anonymous: true }))).not.toHaveProperty('assistedBy')
})

test('an item in quiet mode is rated by nobody, whatever asks', async () => {
  catalogue = { ...CATALOGUE, items: CATALOGUE.items.map((each) => ({ ...each, quiet: true })) }
  await startMain()
  const about = await applied()
  expect(faultOf(await feedback.rate(rating(about)))).toBe('not-asked')
  expect(kinds()).toEqual(['application'])
})
