import { createRouterClient } from '@orpc/server'
import { beforeEach, expect, test } from 'vitest'
import type { CodeScannerEvent } from '../drivers/code-scanner/states.ts'
import { codesHandlers } from './bridge/codes.handler.ts'
import { type CodeDesk, createCodeDesk, MOST_WAITING } from './code-desk.ts'
import { logBook, settle } from './testing/fixtures.ts'

const read = (text: string): CodeScannerEvent => ({
  ...{ event: 'code', readId: `read of ${text}`, text, encoding: 'utf-8', symbology: 'qr', aim: ']Q1', atMs: 1 },
})
const told = (text: string) => ({ readId: `read of ${text}`, text })

let book: ReturnType<typeof logBook>
let desk: CodeDesk
beforeEach(() => {
  book = logBook()
  desk = createCodeDesk(book.log)
})
/** Listening from now on, as over a wire, which asks for the first code at once. */
async function page() {
  const watching = await createRouterClient(codesHandlers(desk)).watchCodes()
  const first = watching.next()
  await settle()
  return { first, next: () => watching.next(), leave: () => watching.return?.() }
}

test('codes reach every page that listens, in order, whether it waits or is busy', async () => {
  const [one, other] = [await page(), await page()]
  desk.onScanner(read('A'))
  desk.onScanner(read('B'))
  for (const each of [one, other]) {
    expect((await each.first).value).toEqual(told('A'))
    expect((await each.next()).value).toEqual(told('B'))
  }
  const waits = one.next()
  await settle()
  desk.onScanner(read('C'))
  expect((await waits).value).toEqual(told('C'))
  await one.leave()
  await other.leave()
})

test('what was shown while nobody listened is dropped and said so, without a word of what it says', async () => {
  desk.onScanner(read('SECRET'))
  const watching = await page()
  desk.onScanner({ event: 'code-fault', fault: 'not-text' })
  desk.onScanner(read('LATER'))
  expect((await watching.first).value).toEqual(told('LATER'))
  expect(book.of('code-dropped')).toEqual([{ why: 'no-page' }])
  await watching.leave()
  desk.onScanner(read('GONE'))
  expect(book.of('code-dropped')).toHaveLength(2)
  expect(book.text()).not.toMatch(/SECRET|LATER|GONE/)
})

test('a page that does not follow keeps only the newest', async () => {
  const watching = await page()
  for (let n = 1; n <= MOST_WAITING + 3; n++) desk.onScanner(read(`code ${n}`))
  expect((await watching.first).value).toEqual(told('code 4'))
  await watching.leave()
})
