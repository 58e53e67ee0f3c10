import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, registration } from '../support/page-client.ts'
import { phoneCode } from '../support/phone-code.ts'
import { addStaff, type StaffBadge, touchPin } from '../support/staff-badge.ts'
import { agree, fillRegistration, openItem, putCard, sign, statusShows, submitForTicket } from '../support/walk.ts'
import { signInByCode, signInBySocialSecurity, signInByWitness, WITNESSED } from '../support/walk-sign-in.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/** Signing in beside the resident card: social-security card, code off the phone, staff as a witness. Each to the hub's receipt. */
const STEP_TIMEOUT_MS = 40_000
const STAFF = '李静'
let world: World
let badge: StaffBadge

beforeEach(async () => {
  world = await openWorld({ allDevices: true })
  badge = await addStaff(world.dataDir, STAFF)
  await world.startTerminal()
  await world.logged('staff-list-taken', (line) => line.source === 'hub')
})
afterEach(() => world.close())

async function openKiosk(): Promise<Page> {
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  const scanner = world.stack.bench.more
  await vi.waitFor(() => expect(scanner?.look(null).codeScanner.heard).toBe(true), { timeout: STEP_TIMEOUT_MS })
  return page
}
const show = async (text: string) => world.stack.bench.more?.showCode(text)

async function toCardPage(page: Page, itemId = 'S07'): Promise<void> {
  await page.getByTestId('start').click()
  await openItem(page, itemId)
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
}

/** The open form of S07 to the hub's receipt, by way of where the summary says the name is from; then the hub's page of the case. */
async function toReceipt(page: Page, source: string): Promise<string> {
  await page.getByTestId('form-page').waitFor()
  await fillRegistration(page)
  await page.getByTestId('confirm-page').getByText(source).waitFor()
  if ((await page.getByTestId('go-on-alone').count()) > 0) await page.getByTestId('go-on-alone').click()
  await sign(page)
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  let body = ''
  await vi.waitFor(
    async () => {
      const [row] = await hubRows(world.stack)
      const response = await fetch(new URL(`/submissions/${String(row?.submission_id)}`, world.stack.hubUrl))
      body = await response.text()
      expect(body).toContain('已受理')
    },
    { timeout: STEP_TIMEOUT_MS },
  )
  return body
}

const logText = () => JSON.stringify(world.log)

test('a social-security card: read without a PIN, and said on the form; for money it is not enough', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  await toCardPage(page)
  await signInBySocialSecurity(page, world.stack.bench, 'zhou-mingyuan')
  await toReceipt(page, '从社保卡读到的')
  expect(logText()).not.toContain(WITNESSED.idNumber)

  await page.getByTestId('home').click()
  await openItem(page, 'S09')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  expect(await page.getByTestId('more-needed').innerText()).toContain('要用身份证')
  expect(await page.getByTestId('way-social-security').count()).toBe(0)
  putCard(world.stack.bench, 'zhou-mingyuan')
  await page.getByTestId('form-page').waitFor()
})

test('a code off the phone: redeemed online, once; without network the way says why not', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  const code = await phoneCode(world.dataDir, WITNESSED.name, WITNESSED.idNumber)
  await toCardPage(page)
  await signInByCode(page, show, code)
  await toReceipt(page, '从手机码查到的')
  await page.getByTestId('end').click()
  await page.getByTestId('rate-skip').click()
  await page.getByTestId('idle-page').waitFor()

  await toCardPage(page)
  await signInByCode(page, show, code)
  await page.getByTestId('code-used').waitFor()
  for (const secret of [code, WITNESSED.idNumber]) expect(logText()).not.toContain(secret)
  await world.stack.bench.network.cut()
  await page.getByTestId('back').click()
  await page.locator('[data-testid="way-code"]:disabled').waitFor()
  expect(await page.getByTestId('way-code').innerText()).toContain('要联网')
})

test('with the reader broken: what needs the chip says so before sign-in, and staff vouches for the rest', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  const { bench } = world.stack
  await bench.reader.unplug()
  await page.getByTestId('start').click()
  await openItem(page, 'S05')
  await page.getByText('要用身份证；读卡器坏了，请到窗口').waitFor()
  expect(await page.getByTestId('item-self').count()).toBe(0)
  await page.getByTestId('home').click()

  await openItem(page, 'S07')
  await page.getByTestId('other-ways').getByText('社会保障卡、手机上的码').waitFor()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  expect(await page.getByTestId('way-witness').count()).toBe(0)
  await show(badge.text)
  await touchPin(page, badge.pin)
  await page.getByTestId('staff-banner').waitFor()
  await signInByWitness(page)
  // Named as the witness, and not once more as somebody who helped.
  const body = await toReceipt(page, '工作人员照证件填的')
  expect(body).toContain(`${STAFF}（${badge.number}），当面核对了证件`)
  expect(body.split(`${STAFF}（${badge.number}）`).length).toBe(2)
  for (const secret of [WITNESSED.name, WITNESSED.idNumber]) expect(logText()).not.toContain(secret)
})

test('whatever a page sends: main seals what it saw, and takes nothing for which that is not enough', async () => {
  const client = await openPageClient(await startAddress(world.shell()))
  try {
    expect(await client.bridge.identity.mayWitness()).toEqual({ why: 'no-staff' })
    expect(await client.bridge.identity.witness({ checked: true, ...WITNESSED })).toEqual({
      ...{ outcome: 'refused', why: 'no-staff' },
    })
    world.stack.bench.more?.insertCard('zhou-mingyuan')
    expect((await client.card()).signIn).toEqual({ by: 'social-security-card', assurance: 'substantial' })
    const catalogue = await client.catalogue()
    const s05 = catalogue.catalogue.items.find(({ id }) => id === 'S05')
    if (s05 === undefined) throw new Error('no S05')
    const forged = {
      ...{
        draftId: randomUUID(),
        kind: 'application' as const,
        item: { id: s05.id, version: s05.version },
        answers: {},
      },
      ...{ signIn: { by: 'id-card', assurance: 'high' } },
    }
    expect(await client.bridge.submissions.submit(forged)).toMatchObject({ ok: false, fault: 'sign-in-too-low' })
    expect(await client.bridge.submissions.submit(registration(catalogue))).toMatchObject({ ok: true })
  } finally {
    client.close()
  }
})
