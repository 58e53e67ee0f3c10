import { createRouterClient } from '@orpc/server'
import { beforeEach, expect, test } from 'vitest'
import { createCell } from '../cell.ts'
import type { StaffDesk } from '../staff-desk.ts'
import type { StaffView } from './staff.contract.ts'
import { staffHandlers } from './staff.handler.ts'

const NOBODY: StaffView = { call: null, pin: null, assist: null }
const AT = '2026-11-23T02:48:00.000Z'
let view: ReturnType<typeof createCell<StaffView>>
let done: string[]
let page: ReturnType<typeof connect>

function connect() {
  const desk: StaffDesk = {
    view,
    call: async () => ({ at: AT, signal: 'beeped', answeredAt: null }),
    takeCode: (text) => text.startsWith('bianmin-staff:'),
    pin: async () => ({ outcome: 'wrong-pin', wrongBefore: 1 }),
    leave: (what) => void done.push(what),
    isHelping: () => false,
    helpers: () => [],
    submitted: () => undefined,
    newPage: () => undefined,
    visitOver: () => undefined,
  }
  return createRouterClient(staffHandlers(desk))
}
beforeEach(() => {
  view = createCell(NOBODY)
  done = []
  page = connect()
})

test('the page follows what the desk shows, from its present state on', async () => {
  const seen = await page.watch()
  expect((await seen.next()).value).toEqual(NOBODY)
  const next = seen.next()
  const assist = { id: '0217', name: '李静', since: AT }
  view.set({ ...NOBODY, assist })
  expect((await next).value).toEqual({ ...NOBODY, assist })
  await seen.return?.()
})

test('it calls, shows a code that a keyboard scanner typed, tries a PIN and leaves', async () => {
  expect(await page.call()).toEqual({ at: AT, signal: 'beeped', answeredAt: null })
  expect(await page.badge({ text: 'bianmin-staff:1:x:y' })).toEqual({ isBadge: true })
  expect(await page.badge({ text: 'ABCD2345' })).toEqual({ isBadge: false })
  expect(await page.pin({ pin: '000000' })).toEqual({ outcome: 'wrong-pin', wrongBefore: 1 })
  await page.leave({ what: 'pin' })
  await page.leave({ what: 'assist' })
  expect(done).toEqual(['pin', 'assist'])
})

test('a PIN that is none and a code beyond all codes do not reach the desk', async () => {
  for (const pin of ['12345', '1234567', 'abcdef', '１２３４５６']) {
    await expect(page.pin({ pin })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  }
  await expect(page.badge({ text: 'x'.repeat(1 << 20) })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})
