import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeTicket, TICKET_ALPHABET } from '../../sync/protocol/ticket.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, registration, submit } from '../support/page-client.ts'
import { putCard, statusShows } from '../support/walk.ts'
import { openWorld, startAddress, type World } from '../support/world.ts'

/** "My submissions on this terminal": by the ticket on paper, without a card, without a name. */
const STEP_TIMEOUT_MS = 40_000
let world: World

beforeEach(async () => {
  world = await openWorld({ allDevices: true })
  await world.startTerminal()
})
afterEach(() => world.close())

async function submitted(): Promise<{ readonly ticket: string; readonly qr: string }> {
  const citizen = await openPageClient(await startAddress(world.shell()))
  const catalogue = await citizen.catalogue()
  putCard(world.stack.bench, 'zhou-mingyuan')
  await citizen.card()
  const { ticket, qr } = await submit(citizen, registration(catalogue))
  await citizen.bridge.session.end({ why: 'done' })
  citizen.close()
  world.stack.bench.reader.takeCard()
  return { ticket, qr: qr ?? '' }
}

/** As a scanner types it: in one go, with Enter behind. */
function wedge(page: Page, text: string): Promise<void> {
  return page.evaluate(
    (keys) => {
      for (const key of keys) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
        ;(document.activeElement ?? document.body).dispatchEvent(event)
      }
    },
    [...text, 'Enter'],
  )
}

test('a ticket is found before and after delivery; a mistyped one and a stranger are told apart', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  await world.logged('package-taken', (line) => line.kind === 'catalogue')
  await world.stack.bench.network.cut()
  await world.logged('connection-changed', (line) => line.connection === 'no-network')
  const { ticket } = await submitted()
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  const type = async (text: string) => {
    await page.getByTestId('key-clear').click()
    for (const character of text) await page.getByTestId(`key-${character}`).click()
  }

  await page.getByTestId('look-up').click()
  // One character wrong: said at once, by the check character, and nothing is asked.
  const other = [...TICKET_ALPHABET].find((character) => character !== ticket[0]) ?? ''
  await type(`${other}${ticket.slice(1)}`)
  await page.getByTestId('lookup-check').waitFor()
  await page.locator('[data-testid="lookup-ask"]:disabled').waitFor()

  await type(ticket)
  await page.getByTestId('lookup-ask').click()
  await page.locator('[data-testid="lookup-found"][data-state="waiting"]').waitFor()
  expect(await page.getByTestId('lookup-answer').innerText()).not.toContain('周')

  await world.stack.bench.network.restore()
  await world.logged('submission-received')
  await page.getByTestId('lookup-again').click()
  await type(ticket)
  await page.getByTestId('lookup-ask').click()
  await page.locator('[data-testid="lookup-found"][data-state="received"]').waitFor()

  const stranger = makeTicket(() => 3)
  await page.getByTestId('lookup-again').click()
  await type(stranger)
  await page.getByTestId('lookup-ask').click()
  await page.getByTestId('lookup-answer').waitFor()
  expect(await page.getByTestId('lookup-found').count()).toBe(0)

  // Guessing is rationed.
  const tooMany = page.getByText('查得太多了', { exact: false })
  for (let tries = 0; tries < 10 && (await tooMany.count()) === 0; tries++) {
    await page.getByTestId('lookup-again').click()
    await type(stranger)
    await page.getByTestId('lookup-ask').click()
    await page.getByTestId('lookup-answer').waitFor()
  }
  await tooMany.first().waitFor()
  await page.getByTestId('home').click()
  await statusShows(page, 'connected')
})

test('a ticket that is scanned fills itself in, a receipt’s QR code asks; a code that nobody wants does nothing', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const scanner = world.stack.bench.more
  await world.logged('package-taken', (line) => line.kind === 'catalogue')
  const { ticket, qr } = await submitted()
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  await vi.waitFor(() => expect(scanner?.look(null).codeScanner.heard).toBe(true), { timeout: STEP_TIMEOUT_MS })

  // Nobody asked for a code on the idle page.
  await wedge(page, ticket)
  await world.logged('page-event', (line) => line.page === 'code-dropped')
  await page.getByTestId('look-up').click()
  const typed = page.getByTestId('lookup-typed')
  await typed.waitFor()
  expect(await typed.getAttribute('data-ticket')).toBe('')

  await wedge(page, `${ticket.slice(0, 4)} ${ticket.slice(4).toLowerCase()}`)
  await page.locator(`[data-testid="lookup-typed"][data-ticket="${ticket}"]`).waitFor()
  // No ticket, though each of its letters could be one's: none of it is typed into the ticket's places.
  await page.getByTestId('key-clear').click()
  await wedge(page, 'ACDEFGH')
  await scanner?.showCode(qr)
  await page.locator('[data-testid="lookup-found"]').waitFor()
  await scanner?.showCode(ticket)
  await page.locator(`[data-testid="lookup-typed"][data-ticket="${ticket}"]`).waitFor()
  for (const secret of [ticket, qr]) expect(JSON.stringify(world.log.filter(isOfCodes))).not.toContain(secret)
})

const isOfCodes = (line: Readonly<Record<string, unknown>>) => /code|page-event|device-host/.test(String(line.event))

test('a button pressed on the first screen and let go when the page has taken over is pressed all the same', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  let letIn: () => void = () => undefined
  const mayCome = new Promise<void>((resolve) => {
    letIn = resolve
  })
  await page.route('**/kiosk-*.js', async (route) => {
    await mayCome
    await route.continue()
  })
  // Not until all is loaded: the page waits for what is held back here.
  await page.reload({ waitUntil: 'commit' })
  await page.getByTestId('look-up').hover()
  await page.mouse.down()
  letIn()
  await page.locator('[data-testid="status"]:not([data-connection="unknown"])').waitFor()
  await page.mouse.up()
  await page.getByTestId('key-clear').waitFor()
})
