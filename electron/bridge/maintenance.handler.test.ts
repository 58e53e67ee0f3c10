import { createRouterClient } from '@orpc/server'
import { beforeEach, expect, test } from 'vitest'
import { submissionId } from '../../sync/journal/sample-frames.ts'
import { logBook } from '../testing/fixtures.ts'
import type { DeviceReadiness, Health } from './maintenance.contract.ts'
import { maintenanceHandlers, withoutPersons } from './maintenance.handler.ts'

const TOKEN = 'the-token-of-an-open-visit'
const HEALTH: Health = {
  freeBytes: 1,
  intake: 'open',
  drainOwner: 'main',
  backedUpThrough: null,
  hubEpoch: null,
  lastReconciledAt: null,
  lineBoard: null,
  oneTimePrints: { spoiled: 0, isDamaged: false },
  damage: [],
}
const DEVICE: DeviceReadiness = {
  ...{ device: 'receipt-printer', url: 'tcp://192.168.1.20:9100', severity: 'alarm', mend: 'staff' },
  ...{ name: { zh: '回执打印机' }, says: { zh: '没有纸了，请装纸' }, fit: false, used: true },
}
let book: ReturnType<typeof logBook>
let open: boolean
let asked: unknown[]
let page: ReturnType<typeof connect>

function connect() {
  return createRouterClient(
    maintenanceHandlers({
      about: {
        terminalId: 'YZ-NQ-03',
        version: '1',
        place: { zh: 'x' },
        hall: { zh: 'x' },
        staff: { where: { zh: 'x' }, telephone: null },
        pxPerMm: 4,
      },
      door: {
        unlock: async (pin) =>
          pin === '271828' ? { outcome: 'open', token: TOKEN } : { outcome: 'wrong-pin', triesLeft: 4 },
        isOpen: (token) => open && token === TOKEN,
        lock: () => {
          open = false
        },
      },
      queueRows: async (query) => {
        asked.push(query)
        return { rows: [], more: false }
      },
      health: () => {
        asked.push('health')
        return HEALTH
      },
      requeue: async (ids) => {
        asked.push(ids)
        return ids.length
      },
      exportUnsent: async () => {
        asked.push('export')
        return { ok: true, file: 'x.jsonl', submissions: 2, bytes: 10 }
      },
      readiness: () => {
        asked.push('readiness')
        return [DEVICE]
      },
      printReadiness: async () => {
        asked.push('print')
        return { ok: true }
      },
      log: book.log,
    }),
  )
}
beforeEach(() => {
  book = logBook()
  open = true
  asked = []
  page = connect()
})

const everything = async () => [
  await page.queueRows({ token: TOKEN, state: null, before: null, limit: 10 }),
  await page.health({ token: TOKEN }),
  await page.requeue({ token: TOKEN, submissionIds: [submissionId(1)] }),
  await page.exportUnsent({ token: TOKEN }),
  await page.readiness({ token: TOKEN }),
  await page.printReadiness({ token: TOKEN }),
]

test('behind an open door all is answered', async () => {
  expect(await page.unlock({ pin: '271828' })).toEqual({ outcome: 'open', token: TOKEN })
  expect(await everything()).toEqual([
    { ok: true, rows: [], more: false },
    { ok: true, health: HEALTH },
    { ok: true, requeued: 1 },
    { ok: true, file: 'x.jsonl', submissions: 2, bytes: 10 },
    { ok: true, devices: [DEVICE] },
    { ok: true },
  ])
  const queue = { state: null, before: null, limit: 10 }
  expect(asked).toEqual([queue, 'health', [submissionId(1)], 'export', 'readiness', 'print'])
})

test('behind a shut door nothing is answered, and nothing is done', async () => {
  await page.lock({ token: TOKEN })
  expect(await everything()).toEqual(Array.from({ length: 6 }, () => ({ ok: false, fault: 'not-unlocked' })))
  expect(asked).toEqual([])
})

test('a fault of the page reaches the log without names, addresses and numbers', async () => {
  await page.report({
    event: 'page-error',
    detail:
      'TypeError: bad value "周明远" 99010119861102003X 990101 19861102 0033 139-0000-1234 云洲市 at form.tsx:41:7',
  })
  expect(book.of('page-event')).toEqual([
    { page: 'page-error', detail: 'TypeError: bad value "＊" ＊ ＊ ＊ at form.tsx:41:7' },
  ])
})

test.each([
  'readyAtMs=1234',
  '{"visit":"form"}',
  'TypeError: x is not a function at a.js:1:2345',
  'timeout after 500 ms',
])('what a maintainer needs stays: %s', (detail) => {
  expect(withoutPersons(detail)).toBe(detail)
})
