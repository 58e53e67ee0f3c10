import { beforeEach, expect, test } from 'vitest'
import { CLASSES } from '../drivers/host/classes.ts'
import { type ReceiptDocument, ReceiptDocumentSchema } from '../drivers/receipt-printer/document.ts'
import type { PrintResult } from '../drivers/receipt-printer/states.ts'
import type { LedgerItem } from '../sync/journal/ledger.ts'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, received, submissionId } from '../sync/journal/sample-frames.ts'
import { maskName } from '../sync/protocol/mask-name.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { qrText } from './intake.ts'
import type { HeldCatalogue } from './packages.ts'
import { receiptPaper } from './receipt-paper.ts'
import { createReceiptPrinting, type ReceiptPrinting } from './receipt-printing.ts'
import {
  CATALOGUE,
  EPOCH,
  type JournalOnMemory,
  journalOnMemory,
  logBook,
  manualClock,
  NOW,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const ID = submissionId(1)
const NAME = '周明远'
const ID_NUMBER = '990101198611020033'
const SECRET = 'A'.repeat(22)
const PRINTED: PrintResult = { ok: true, settledAtMs: 5 }
const fault = (name: 'paper-out' | 'glyph-missing', characters?: string[]): PrintResult => ({
  ok: false,
  fault: name,
  paper: 'nothing',
  state: name === 'paper-out' ? { state: 'paper-out' } : { state: 'ready', paperNearEnd: false },
  ...(characters === undefined ? {} : { characters }),
})

let held: JournalOnMemory
let session: CardSession
let book: ReturnType<typeof logBook>
let catalogue: ReturnType<typeof createCell<HeldCatalogue | null>>
let jobs: { readonly jobId: string; readonly document: ReceiptDocument }[]
let print: (document: ReceiptDocument) => PrintResult | Promise<PrintResult>

function make(hasPrinter = true): ReceiptPrinting {
  const qr = (entry: LedgerItem) => {
    const memory = session.receiptOf(entry.submissionId)
    return memory === undefined ? null : qrText(entry.submissionId, memory.secret)
  }
  return createReceiptPrinting({
    host: {
      async call(_device, _operation, argument) {
        const { jobId, document: given } = CLASSES['receipt-printer'].operations.print.argument.parse(argument)
        const document = ReceiptDocumentSchema.parse(given)
        jobs.push({ jobId, document })
        return print(document) as never
      },
    },
    hasPrinter: () => hasPrinter,
    journal: held.journal,
    ledger: held.ledger,
    intake: {
      submit: () => Promise.reject(new Error('not used')),
      byDraft: () => null,
      accepted: (entry) => ({
        submissionId: entry.submissionId,
        sequence: entry.deviceSequence,
        ticket: entry.ticket,
        acceptedAt: entry.acceptedAt,
        itemId: entry.itemId,
        qr: qr(entry),
      }),
    },
    session,
    packages: { catalogue },
    settings: {
      place: { zh: '云洲市南桥区' },
      hall: { zh: '政务服务中心 3号机' },
      staff: { where: { zh: '服务台' }, telephone: '0990-1234567' },
      panel: { pxPerMm: 4 },
      devices: {},
    },
    terminalId: TERMINAL_ID,
    nowIso: () => NOW,
    inWords: () => '2026 年 11 月 23 日 10:48',
    log: book.log,
  })
}

beforeEach(async () => {
  held = await journalOnMemory()
  await held.journal.append(accepted(1))
  book = logBook()
  jobs = []
  print = () => PRINTED
  catalogue = createCell<HeldCatalogue | null>({
    manifest: {
      kind: 'catalogue',
      version: 1,
      hubEpoch: EPOCH,
      sha256: 'a'.repeat(64),
      bytes: 1,
      publishedAt: NOW,
    },
    catalogue: CATALOGUE,
  })
  session = createCardSession({ clock: manualClock(), nowIso: () => NOW, today: () => '2026-11-23', log: book.log })
  session.keepReceipt(session.visit(), ID, { secret: SECRET, name: NAME })
})
const words = (document: ReceiptDocument | undefined) => JSON.stringify(document)

test('handed in for somebody else: both names are on the paper, masked', async () => {
  session.keepReceipt(session.visit(), ID, { secret: SECRET, name: '赵德厚', agentName: NAME })
  await make().print(ID, false)
  const text = words(jobs[0]?.document)
  expect(text).toContain('"申请人","value":"赵＊厚"')
  expect(text).toContain('"代办人","value":"周＊远"')
  for (const name of ['赵德厚', NAME]) expect(text).not.toContain(name)
})

test('the paper says what look.md 4.6 wants, in its order, and no ID number', async () => {
  await make().print(ID, false)
  const text = words(jobs[0]?.document)
  const ticket = held.ledger.bySubmission(ID)?.ticket ?? ''
  const order = [
    '业务申报回执',
    '已收件，未受理',
    '失业登记',
    '周＊远',
    `${ticket.slice(0, 4)} ${ticket.slice(4)}`,
    '2026 年 11 月 23 日 10:48',
    `bianmin:1:${ID}:${SECRET}`,
    '请留好取件码',
    '0990-1234567',
    TERMINAL_ID,
  ]
  const places = order.map((each) => text.indexOf(each))
  expect(places.every((place) => place >= 0)).toBe(true)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(text).not.toContain(NAME)
  expect(text).not.toContain(ID_NUMBER)
  expect(jobs[0]?.document.blocks.at(-1)).toEqual({ type: 'cut' })
})

test('only a receipt of the hub in the journal takes 未受理 off the paper', async () => {
  await held.journal.append(received(1))
  await make().print(ID, false)
  expect(words(jobs[0]?.document)).not.toContain('未受理')
  expect(words(jobs[0]?.document)).toContain('已经送达')
})

test.each([
  ['周明远', '周＊远'],
  ['周远', '周＊'],
  ['欧阳明远', '欧＊＊远'],
  ['𠮷田', '𠮷＊'],
  ['周', '周＊'],
])('of a name only the ends are shown: %s', (name, masked) => {
  expect(maskName(name)).toBe(masked)
})

test('what the printer confirmed is journalled, and asked again it is not printed twice', async () => {
  const printing = make()
  expect(await printing.print(ID, false)).toEqual({ kind: 'settled', result: PRINTED })
  expect(held.ledger.bySubmission(ID)?.printedAt).toBe(NOW)
  expect(await printing.print(ID, false)).toMatchObject({ kind: 'settled', result: { ok: true } })
  expect(jobs).toHaveLength(1)
  await printing.print(ID, true)
  expect(jobs).toHaveLength(2)
  expect(jobs[0]?.jobId).not.toBe(jobs[1]?.jobId)
})

test('pressed twice while it prints, it is one paper', async () => {
  const printing = make()
  const [first, second] = await Promise.all([printing.print(ID, false), printing.print(ID, true)])
  expect(jobs).toHaveLength(1)
  expect(first).toEqual(second)
})

test('a printer without paper is told as it is, journalled as nothing, and can be tried again', async () => {
  print = () => fault('paper-out')
  const printing = make()
  expect(await printing.print(ID, false)).toEqual({ kind: 'settled', result: fault('paper-out') })
  expect(held.ledger.bySubmission(ID)?.printedAt).toBeNull()
  print = () => PRINTED
  expect(await printing.print(ID, false)).toEqual({ kind: 'settled', result: PRINTED })
})

test('a name that the printer cannot write is left out; the missing characters are in no log', async () => {
  print = (document) => (words(document).includes('周') ? fault('glyph-missing', ['周']) : PRINTED)
  expect(await make().print(ID, false)).toEqual({ kind: 'settled', result: PRINTED })
  expect(jobs).toHaveLength(2)
  expect(words(jobs[1]?.document)).not.toContain('申请人')
  expect(words(jobs[1]?.document)).toContain('取件码')
  print = () => fault('glyph-missing', ['周'])
  await make().print(ID, true)
  expect(book.text()).not.toContain('周')
})

test('after the visit nobody is remembered: no name, no QR, and not the next citizen’s name', async () => {
  session.end('done')
  session.onReader({
    event: 'card',
    readId: 'r',
    card: {
      cardType: 'citizen',
      fields: {
        name: '孙桂兰',
        sex: '2',
        birth: '19580612',
        number: '990101195806120022',
        address: '云洲市',
        validTo: '长期',
      },
    },
    wlt: '',
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
  })
  await make().print(ID, false)
  expect(words(jobs[0]?.document)).not.toMatch(/申请人|孙|周|bianmin:/)
})

test('a result that comes after the visit ended is journalled all the same', async () => {
  let settleIt: (result: PrintResult) => void = () => undefined
  print = () =>
    new Promise((resolve) => {
      settleIt = resolve
    })
  const pending = make().print(ID, false)
  await Promise.resolve()
  session.end('left')
  settleIt(PRINTED)
  expect(await pending).toEqual({ kind: 'settled', result: PRINTED })
  expect(held.ledger.bySubmission(ID)?.printedAt).toBe(NOW)
})

test('a confirmed paper that the journal does not take is still told as printed, and said in the log', async () => {
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  expect(await make().print(ID, false)).toEqual({ kind: 'settled', result: PRINTED })
  expect(book.of('receipt-printed').at(-1)).toMatchObject({ journalled: false, fault: 'disk-full' })
})

test('no printer, no such submission', async () => {
  expect(await make(false).print(ID, false)).toEqual({ kind: 'no-printer' })
  expect(await make().print(submissionId(9), false)).toEqual({ kind: 'unknown-submission' })
  expect(jobs).toEqual([])
})

test('whatever the catalogue and the settings say, the paper fits the printer’s document', () => {
  const [item] = CATALOGUE.items
  if (item === undefined) throw new Error('no item')
  const paper = receiptPaper({
    item: { ...item, name: { zh: '很长的名字\n两行'.repeat(20) }, department: { ...item.department } },
    name: '买买提·'.repeat(15),
    ticket: held.ledger.bySubmission(ID)?.ticket ?? '',
    acceptedAt: 'x',
    delivered: false,
    qr: qrText(ID, SECRET),
    terminalId: 'Z'.repeat(31),
    hall: '大厅'.repeat(50),
    telephone: '1'.repeat(30),
  })
  expect(ReceiptDocumentSchema.safeParse(paper).success).toBe(true)
})

test('a binding prints who, and how it ends, while anybody remembers; no number', async () => {
  await held.journal.append({ ...accepted(2), kind: 'proxy-binding', itemId: 'proxy-binding' })
  const receipts = make()
  session.keepReceipt(session.visit(), submissionId(2), {
    ...{ secret: SECRET, name: '赵德厚', agentName: '周明远', binding: 'make' },
  })
  expect(await receipts.print(submissionId(2), false)).toEqual({ kind: 'settled', result: PRINTED })
  session.end('done')
  expect(await receipts.print(submissionId(2), true)).toEqual({ kind: 'settled', result: PRINTED })
  const [paper, later] = jobs.map(({ document }) => ReceiptDocumentSchema.parse(document))
  expect(paper?.blocks[0]).toEqual({ type: 'title', text: '绑定家人回执' })
  expect(paper?.blocks).toContainEqual({ type: 'row', label: '本人', value: '赵＊厚' })
  expect(paper?.blocks).toContainEqual({ type: 'row', label: '家人', value: '周＊远' })
  expect(JSON.stringify(paper)).toContain('解除')
  expect(later?.blocks[0]).toEqual({ type: 'title', text: '亲情绑定回执' })
  expect(JSON.stringify(later)).not.toMatch(/赵|周/)
})

test('a complaint prints its number and nothing of what was said; a rating prints nothing', async () => {
  await held.journal.append({ ...accepted(2), kind: 'complaint', itemId: 'complaint' })
  await held.journal.append({ ...accepted(3), kind: 'rating', itemId: 'rating' })
  const receipts = make()
  expect(await receipts.print(submissionId(2), false)).toEqual({ kind: 'settled', result: PRINTED })
  expect(await receipts.print(submissionId(3), false)).toEqual({ kind: 'unknown-submission' })
  expect(jobs).toHaveLength(1)
  const { blocks } = jobs[0]?.document ?? { blocks: [] }
  expect(blocks[0]).toEqual({ type: 'title', text: '投诉建议回执' })
  expect(blocks.some((block) => block.type === 'code')).toBe(true)
  expect(JSON.stringify(blocks)).not.toContain('申请人')
})
