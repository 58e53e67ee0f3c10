import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { logBook } from '../testing/fixtures.ts'
import { maintenanceHandlers, withoutPersons } from './maintenance.handler.ts'

test('a fault of the page reaches the log without names, addresses and numbers', async () => {
  const book = logBook()
  const page = createRouterClient(
    maintenanceHandlers(
      {
        terminalId: 'YZ-NQ-03',
        version: '1',
        place: { zh: 'x' },
        hall: { zh: 'x' },
        staff: { where: { zh: 'x' }, telephone: null },
        pxPerMm: 4,
      },
      book.log,
    ),
  )
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
