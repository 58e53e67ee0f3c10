import { expect, test } from 'vitest'
import { CONDITIONS, conditionOf, DEVICE_CLASSES } from '../drivers/condition/states.ts'
import type { Bank } from '../drivers/host/messages.ts'
import { ReceiptDocumentSchema } from '../drivers/receipt-printer/document.ts'
import type { PrintResult } from '../drivers/receipt-printer/states.ts'
import { createReadinessView } from './readiness.ts'
import { CONDITION_WORDS, DEVICE_NAMES } from './readiness-paper.ts'
import { logBook } from './testing/fixtures.ts'

const PRINTERS = ['tcp://192.168.1.20:9100', 'usblp:///dev/usb/lp0'] as const

function view(result: PrintResult = { ok: true, settledAtMs: 5 }) {
  const book = logBook()
  const banks: { 'receipt-printer'?: Bank } = {}
  const asked: { jobId: string; document: unknown }[] = []
  const readiness = createReadinessView({
    host: {
      call: async (_device: unknown, _operation: unknown, argument: unknown) => {
        asked.push(argument as (typeof asked)[number])
        return result as never
      },
    },
    plan: () => ({ 'receipt-printer': PRINTERS, 'document-scanner': ['sane:test'] }),
    banks: () => banks,
    settings: { hall: { zh: '政务服务中心 3号机' } },
    terminalId: 'YZ-NQ-03',
    version: '0.1.0',
    nowIso: () => '2026-11-28T02:10:00.000Z',
    inWords: () => '2026 年 11 月 28 日 10:10',
    log: book.log,
  })
  return { readiness, banks, asked, book }
}

const paperOf = (asked: readonly { document: unknown }[]) => JSON.stringify(asked.at(-1)?.document)

test('the page hears of each device in words, the one in use first among its class', () => {
  const { readiness, banks } = view()
  banks['receipt-printer'] = {
    chosen: 1,
    members: [
      { url: PRINTERS[0], state: {}, condition: conditionOf('media-empty') },
      { url: PRINTERS[1], state: {}, condition: conditionOf('ready') },
    ],
  }
  expect(readiness.readiness()).toMatchObject([
    { name: { zh: '回执打印机' }, says: { zh: '没有纸了，请装纸' }, fit: false, used: false, mend: 'staff' },
    { url: PRINTERS[1], says: { zh: '正常' }, fit: true, used: true },
    { name: { zh: '扫描仪' }, says: { zh: '正在连' }, fit: true, used: true },
  ])
})

test('the report on paper says which class cannot work, and is a document that the printer takes', async () => {
  const { readiness, banks, asked } = view()
  const members = PRINTERS.map((url) => ({ url, state: {}, condition: conditionOf('not-reachable') }))
  banks['receipt-printer'] = { chosen: 0, members }
  expect(await readiness.printReadiness()).toEqual({ ok: true })
  expect(ReceiptDocumentSchema.safeParse(asked[0]?.document).error).toBeUndefined()
  expect(paperOf(asked)).toContain('不能用：回执打印机')
  expect(paperOf(asked)).toContain('× 回执打印机（备用）')
  expect(paperOf(asked)).toContain(PRINTERS[1])
})

test('a report that did not come out is said so, and each try is a job of its own', async () => {
  const { readiness, asked, book } = view({
    ...{ ok: false, fault: 'unplugged', paper: 'nothing' },
    state: { state: 'unplugged', cause: 'lost' },
  })
  expect(await readiness.printReadiness()).toEqual({ ok: false, fault: 'not-printed' })
  await readiness.printReadiness()
  expect(new Set(asked.map(({ jobId }) => jobId)).size).toBe(2)
  expect(book.of('readiness-printed')).toMatchObject([{ printed: false, fault: 'unplugged' }, { printed: false }])
})

test('every class has a name and every condition its words', () => {
  for (const device of DEVICE_CLASSES) expect(DEVICE_NAMES[device]).toMatch(/\p{Script=Han}/u)
  expect(new Set(Object.values(CONDITION_WORDS)).size).toBe(CONDITIONS.length)
})
