import { beforeEach, expect, test } from 'vitest'
import { CLASSES } from '../drivers/host/classes.ts'
import { type ReceiptDocument, ReceiptDocumentSchema } from '../drivers/receipt-printer/document.ts'
import type { PrintResult } from '../drivers/receipt-printer/states.ts'
import { openDraft, slipKeys } from '../sync/envelope/handover.ts'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type {
  HandoverEndFacts,
  HandoverPutFacts,
  HandoverPutResult,
  HandoverTakeFacts,
  HandoverTakeResult,
} from '../sync/hub-client/answers.ts'
import { HANDOVER_LIFE_MS, type HandoverDraft, type HandoverResult, readSlip } from '../sync/protocol/handover.ts'
import type { Applicant } from '../sync/protocol/submission.ts'
import { createHandoverDesk, type HandoverDesk, type HandoverDeskOptions } from './handover-desk.ts'
import { slipAbout } from './handover-paper.ts'
import { AWAY } from './testing/fake-hub.ts'
import { CATALOGUE, EPOCH, logBook, manualClock, NOW, settle, TERMINAL_ID } from './testing/fixtures.ts'

const OWNER: Applicant = {
  ...{ cardType: 'citizen', name: '周明远', idNumber: '990101198611020033', sex: 'male', birth: '1986-11-02' },
  ...{ address: '云洲市南桥区临河路1号', validTo: '2036-01-01', source: 'id-card-chip', readAt: NOW },
}
const DRAFT: HandoverDraft = {
  ...{ v: 1, item: { id: 'S07', version: 1 }, answers: { unit: '云洲市恒盛纺织有限公司' }, step: 0 },
  ...{ mode: 'standard', language: 'zh', papers: [], papersLeftOut: [], pagesLeftBehind: 1 },
}
const EXPIRES_AT = new Date(Date.parse(NOW) + HANDOVER_LIFE_MS).toISOString()
const PRINTED: PrintResult = { ok: true, settledAtMs: 5 }
const NO_PAPER: PrintResult = { ok: false, fault: 'paper-out', paper: 'partly', state: { state: 'paper-out' } }
const { key: deviceKey } = await generateSigningKey()

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let visit: number
let owner: Applicant | undefined
let staffId: string | undefined
/** What happened, in order. */
let order: string[]
let puts: HandoverPutFacts[]
let takes: HandoverTakeFacts[]
let ends: HandoverEndFacts[]
let papers: ReceiptDocument[]
let print: () => PrintResult
let putAnswers: HandoverPutResult[]
let takeResult: HandoverTakeResult
let isHubAway: boolean
let desk: HandoverDesk

const answered = <R extends HandoverResult>(result: R) => ({
  outcome: 'answered' as const,
  answer: {
    ...{ kind: 'handover-answer' as const, terminalId: TERMINAL_ID, nonce: 'n'.repeat(16), at: NOW, hubEpoch: EPOCH },
    result,
  },
})

function make(change: Partial<HandoverDeskOptions> = {}): HandoverDesk {
  return createHandoverDesk({
    terminalId: TERMINAL_ID,
    hub: {
      async putHandover(facts) {
        puts.push(facts)
        order.push('put')
        return putAnswers.shift() ?? answered({ outcome: 'kept' })
      },
      async takeHandover(facts) {
        takes.push(facts)
        return takeResult
      },
      async endHandover(facts) {
        ends.push(facts)
        return isHubAway ? AWAY : answered({ outcome: 'ended', why: 'used' })
      },
    },
    trust: { deviceKey, keySet: () => ({ kind: 'key-set', version: 1, keys: [] }), enrolled: () => true },
    session: { applicant: () => owner, visit: () => visit },
    isConnected: () => true,
    host: {
      async call(_device, _operation, argument) {
        const { document } = CLASSES['receipt-printer'].operations.print.argument.parse(argument)
        papers.push(ReceiptDocumentSchema.parse(document))
        order.push('print')
        return print() as never
      },
    },
    hasPrinter: () => true,
    staffHere: () => staffId,
    slipAbout: (draft) =>
      slipAbout(
        draft,
        CATALOGUE,
        { hall: { zh: '3号机' }, staff: { where: { zh: '服务台' }, telephone: '0990-1234567' } },
        TERMINAL_ID,
      ),
    nowUnixMs: () => Date.parse(NOW),
    inWords: (iso) => `＜${iso}＞`,
    clock,
    suite: joseSuite,
    log: book.log,
    ...change,
  })
}
beforeEach(() => {
  clock = manualClock()
  book = logBook()
  visit = 1
  owner = OWNER
  staffId = undefined
  order = []
  puts = []
  takes = []
  ends = []
  papers = []
  print = () => PRINTED
  putAnswers = []
  isHubAway = false
  desk = make()
})

const codeOn = (paper: ReceiptDocument | undefined) => {
  const qr = paper?.blocks.find((block) => block.type === 'qr')
  return qr?.type === 'qr' ? qr.data : ''
}
/** Hands the form over and lets the hub give it back to whoever asks. */
async function handedOver(): Promise<string> {
  expect(await desk.handOver(DRAFT)).toEqual({ outcome: 'handed-over', expiresAt: EXPIRES_AT })
  const [put] = puts
  takeResult = answered({
    ...{ outcome: 'opened', sealed: put?.sealed ?? '', sealedBy: TERMINAL_ID, expiresAt: EXPIRES_AT },
  })
  return codeOn(papers[0])
}

test('kept by the hub first, then printed; the code alone opens it, and the paper names nobody', async () => {
  const code = await handedOver()
  expect(order).toEqual(['put', 'print'])
  const slip = readSlip(code)
  const [put] = puts
  if (slip === undefined || put === undefined) throw new Error('no slip')
  expect(put).toMatchObject({ terminalId: TERMINAL_ID, handoverId: slip.handoverId, expiresAt: EXPIRES_AT })
  expect(JSON.stringify(put)).not.toContain(slip.secret)
  const place = { handoverId: slip.handoverId, terminalId: TERMINAL_ID, expiresAt: EXPIRES_AT }
  expect(await openDraft(put.sealed, slipKeys(slip), place)).toEqual({ ...DRAFT, ownerNumber: OWNER.idNumber })
  const paper = JSON.stringify(papers)
  for (const word of ['还没有交', '失业登记', EXPIRES_AT, '0990-1234567', '请把原件带来']) expect(paper).toContain(word)
  for (const secret of [OWNER.name, OWNER.idNumber, DRAFT.answers.unit ?? '?']) {
    expect(paper).not.toContain(secret)
    expect(book.text()).not.toContain(secret)
  }
  expect(book.text()).not.toContain(slip.secret)
})

test.each([
  ['no-card', () => make({ session: { applicant: () => undefined, visit: () => 1 } })],
  ['offline', () => make({ isConnected: () => false })],
  ['no-printer', () => make({ hasPrinter: () => false })],
  ['no-trust', () => make({ trust: { deviceKey, keySet: () => undefined, enrolled: () => true } })],
] as const)('%s: nothing leaves and nothing is printed', async (why, other) => {
  expect(await other().handOver(DRAFT)).toEqual({ outcome: 'not-handed-over', why })
  expect(order).toEqual([])
})

test('more than a form can hold does not leave', async () => {
  const answers = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`f${at}`, '长'.repeat(400)]))
  expect(await desk.handOver({ ...DRAFT, answers })).toEqual({ outcome: 'not-handed-over', why: 'too-large' })
  expect(order).toEqual([])
})

test('a lost answer is asked for again; without one nothing is printed, and the hub is told to erase', async () => {
  putAnswers = [AWAY]
  expect(await desk.handOver(DRAFT)).toMatchObject({ outcome: 'handed-over' })
  expect([order, puts[0]?.sealed === puts[1]?.sealed]).toEqual([['put', 'put', 'print'], true])
  putAnswers = [AWAY, AWAY]
  expect(await desk.handOver(DRAFT)).toEqual({ outcome: 'not-handed-over', why: 'offline' })
  expect(papers).toHaveLength(1)
  await clock.advance(0)
  expect(ends).toMatchObject([{ handoverId: puts[2]?.handoverId, why: 'withdrawn' }])
})

test('what the hub does not take is not printed', async () => {
  putAnswers = [answered({ outcome: 'refused', why: 'clock' })]
  expect(await desk.handOver(DRAFT)).toEqual({ outcome: 'not-handed-over', why: 'clock' })
  expect(papers).toEqual([])
})

test('a slip that did not come out whole opens nothing: the hub hears it, however often it must be told', async () => {
  print = () => NO_PAPER
  isHubAway = true
  expect(await desk.handOver(DRAFT)).toEqual({ outcome: 'not-printed', result: NO_PAPER })
  await clock.advance(29_999)
  expect(ends).toHaveLength(1)
  isHubAway = false
  await clock.advance(1)
  expect(ends).toHaveLength(2)
  expect(ends[1]).toMatchObject({ handoverId: puts[0]?.handoverId, why: 'withdrawn' })
  expect([clock.timers(), book.of('handover-ended')]).toEqual([0, [{ why: 'withdrawn' }]])
})

test('a visit that ended while the hub answered prints nothing for the next person', async () => {
  const other = make({ session: { applicant: () => owner, visit: () => visit++ } })
  expect(await other.handOver(DRAFT)).toEqual({ outcome: 'not-handed-over', why: 'visit-over' })
  await clock.advance(0)
  expect([papers, ends[0]?.why]).toEqual([[], 'withdrawn'])
})

test('opened by the card in the visit, erased at the hub only when the page has it', async () => {
  const code = await handedOver()
  expect(await desk.open(code)).toEqual({
    ...{ outcome: 'opened', by: 'card', draft: { ...DRAFT, ownerNumber: OWNER.idNumber } },
  })
  const keys = slipKeys(readSlip(code) ?? { handoverId: '', secret: '' })
  const by = { who: 'card', cardProof: keys.cardProof(OWNER.idNumber) }
  expect(takes).toMatchObject([{ verifier: keys.verifier, by }])
  expect(JSON.stringify(takes)).not.toContain(OWNER.idNumber)
  await clock.advance(600_000)
  expect(ends).toEqual([])
  expect([desk.held(), desk.held()]).toEqual([true, false])
  await clock.advance(0)
  expect(ends).toMatchObject([{ why: 'done', handoverId: puts[0]?.handoverId }])
})

test('opened for the staff that main knows to be here; without staff and card it waits', async () => {
  const code = await handedOver()
  owner = undefined
  expect(await desk.open(code)).toEqual({ outcome: 'not-opened', why: 'needs-card' })
  staffId = '0217'
  expect(await desk.open(code)).toMatchObject({ outcome: 'opened', by: 'staff' })
  expect(takes).toMatchObject([{ by: { who: 'staff', staffId: '0217' } }])
})

test('what was opened in a visit that is over is not said to be held', async () => {
  const code = await handedOver()
  await desk.open(code)
  desk.visitOver()
  expect(desk.held()).toBe(false)
  await settle()
  expect(ends).toEqual([])
})

test('each refusal of the hub is told as it is, and a code that is none asks nobody', async () => {
  const code = await handedOver()
  const said = async (result: HandoverTakeResult) => {
    takeResult = result
    return desk.open(code)
  }
  expect(await said(answered({ outcome: 'wrong-card', triesLeft: 3 }))).toEqual({ outcome: 'wrong-card', triesLeft: 3 })
  expect(await said(answered({ outcome: 'ended', why: 'used' }))).toEqual({ outcome: 'ended', why: 'used' })
  for (const why of ['unknown', 'open-elsewhere', 'not-staff'] as const) {
    expect(await said(answered({ outcome: why }))).toEqual({ outcome: 'not-opened', why })
  }
  expect(await said(AWAY)).toEqual({ outcome: 'not-opened', why: 'offline' })
  const other = answered({ outcome: 'opened', sealed: 'b3RoZXI', sealedBy: TERMINAL_ID, expiresAt: EXPIRES_AT })
  expect(await said(other)).toEqual({ outcome: 'not-opened', why: 'damaged' })
  const before = takes.length
  expect(await desk.open('bianmin:1:x:y')).toEqual({ outcome: 'not-opened', why: 'unknown' })
  expect(takes).toHaveLength(before)
  expect(desk.held()).toBe(false)
})

test('stopped, it tells nobody any more', async () => {
  isHubAway = true
  print = () => NO_PAPER
  await desk.handOver(DRAFT)
  await clock.advance(0)
  desk.stop()
  await clock.advance(600_000)
  expect([ends.length, clock.timers()]).toEqual([1, 0])
})

test('a terminal whose hour is full prints nothing, and knows how long', async () => {
  putAnswers = [answered({ outcome: 'too-many', retryAfterMs: 90_000 })]
  expect(await desk.handOver(DRAFT)).toEqual({ outcome: 'too-many', retryAfterMs: 90_000 })
  expect([papers, ends]).toEqual([[], []])
})
