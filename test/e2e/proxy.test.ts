import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { s05FundWithdrawal } from '../../sync/hub/sample/s05-fund-withdrawal.ts'
import { consentText } from '../../sync/protocol/consent.ts'
import { AGENT_DAY_LIMIT } from '../../sync/protocol/proxy.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient } from '../support/page-client.ts'
import { agree, endVisit, putCard, statusShows, submitForTicket, walkProxyPension } from '../support/walk.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/** 为家人代办 through real screens: two cards, the hub's receipt with both names, and what is refused. */

let world: World
let page: Page
beforeEach(async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  world = await openWorld()
  await world.startTerminal()
  page = await world.openPage()
  page.setDefaultTimeout(40_000)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await statusShows(page, 'connected')
})
afterEach(() => world?.close())

const paperText = () =>
  (world.stack.bench.printer.papers().at(-1)?.paper.elements ?? [])
    .map((each) => (each.type === 'line' ? each.text : ''))
    .join('\n')

test('a man renews his father’s pension: both cards, both names, to the hub’s receipt', async () => {
  const { bench } = world.stack
  await walkProxyPension(page, bench, 'standard')
  await page.getByTestId('confirm-page').waitFor()
  const summary = await page.getByTestId('confirm-page').innerText()
  expect(summary).toContain('赵德厚')
  expect(await page.getByTestId('summary-agent').innerText()).toContain('周明远')
  const ticket = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  const slip = await page.getByTestId('receipt-page').innerText()
  for (const name of ['赵德厚', '周明远']) expect(slip).toContain(name)
  const paper = paperText()
  for (const name of ['赵＊厚', '周＊远']) expect(paper).toContain(name)
  for (const secret of ['赵德厚', '周明远', '99010119', '990101198']) expect(paper).not.toContain(secret)
  expect(await hubRows(world.stack)).toMatchObject([{ ticket, item_id: 'S02' }])
  // The hub opened it and found nothing to refuse.
  expect(await caseState(ticket)).toBe('已受理')

  await endVisit(page)
  await page.getByTestId('idle-page').waitFor()
  const left = await page.evaluate(() => document.documentElement.outerHTML)
  for (const secret of ['赵德厚', '周明远', '99010119410307001X']) expect(left).not.toContain(secret)
})

test('five a day, also over a restart; the sixth is told so before any question', async () => {
  const { bench } = world.stack
  for (let n = 0; n < AGENT_DAY_LIMIT; n++) {
    await walkProxyPension(page, bench, 'standard')
    await submitForTicket(page)
    await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
    await endVisit(page)
    bench.reader.takeCard()
    await page.getByTestId('idle-page').waitFor()
    // A restart in between does not begin the count anew.
    if (n === 2) {
      await world.shell().stop()
      await world.startTerminal()
      await page.goto(await startAddress(world.shell()))
      await statusShows(page, 'connected')
    }
  }
  await page.getByTestId('start').click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-proxy').click()
  await agree(page, 'card-page')
  putCard(bench, 'zhou-mingyuan')
  await page.getByTestId('refused-agent-limit').waitFor()
  expect(await page.getByTestId('refused-agent-limit').innerText()).toContain(String(AGENT_DAY_LIMIT))
})

test('an item that only its owner may hand in says so before anybody signs in, and asks nobody for whom', async () => {
  const { bench } = world.stack
  await page.getByTestId('start').click()
  await page.getByTestId('home-page').waitFor()
  await openItem('S05')
  expect(await page.getByTestId('proxy-not-here').innerText()).toMatch(/本人/)
  expect(await page.getByTestId('item-proxy').count()).toBe(0)
  await world.closeBrowser()

  // Whatever a page sends: both cards are there, and main holds to it.
  const client = await openPageClient(await startAddress(world.shell()))
  try {
    putCard(bench, 'zhou-mingyuan')
    await client.card()
    await client.bridge.proxy.expectPrincipal({ expected: true })
    putCard(bench, 'zhao-dehou')
    for await (const seen of await client.bridge.proxy.watchPrincipal()) if (seen.kind === 'card') break
    const forged = {
      ...{ draftId: randomUUID(), kind: 'application' as const, answers: {} },
      item: { id: s05FundWithdrawal.id, version: s05FundWithdrawal.version },
      consent: consentText(s05FundWithdrawal),
      proxy: {
        principal: { name: '赵德厚', idNumber: '99010119410307001X' },
        ...{ relation: 'child' as const, authority: 'principal-present' as const },
      },
    }
    expect(await client.bridge.submissions.submit(forged)).toEqual({
      ...{ ok: false, fault: 'bad-proxy', fields: [{ field: 'proxy', fault: 'forbidden' }] },
    })
  } finally {
    client.close()
  }
})

test('his own card a second time is no principal’s, and a third person’s is another visitor’s', async () => {
  const { bench } = world.stack
  await page.getByTestId('start').click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-proxy').click()
  await agree(page, 'card-page')
  putCard(bench, 'zhou-mingyuan')
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('choice-proxy-authority-principal-present').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('principal-page').waitFor()
  putCard(bench, 'zhou-mingyuan')
  await page.locator('[data-testid="principal-state"][data-state="same-person"]').waitFor()
  putCard(bench, 'wrong-check-digit')
  await page.locator('[data-testid="principal-state"][data-state="card-refused"]').waitFor()
  putCard(bench, 'sun-guilan')
  await page.getByTestId('principal-next').click()
  await page.getByTestId('form-page').waitFor()
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('other-card').waitFor()
})

async function openItem(id: string): Promise<void> {
  const card = page.getByTestId(`item-${id}`)
  while ((await card.count()) === 0) await page.getByTestId('items-next').click()
  await card.click()
  await page.getByTestId('item-page').waitFor()
}

async function caseState(ticket: string): Promise<string | undefined> {
  const submissionId = (await hubRows(world.stack)).find((row) => row.ticket === ticket)?.submission_id
  for (;;) {
    const response = await fetch(new URL(`/submissions/${submissionId}`, world.stack.hubUrl))
    const text = await response.text()
    const state = /待打开|已受理|需补正|不予受理/.exec(text)?.[0]
    if (state !== '待打开') return state
  }
}
