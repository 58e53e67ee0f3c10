import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTicket, TICKET_ALPHABET } from '../../sync/protocol/ticket.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, registration, submit } from '../support/page-client.ts'
import { putCard, statusShows } from '../support/walk.ts'
import { openWorld, startAddress, type World } from '../support/world.ts'

/** "My submissions on this terminal": by the ticket on paper, without a card, without a name. */
const STEP_TIMEOUT_MS = 40_000
let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

async function submitted(): Promise<string> {
  const citizen = await openPageClient(await startAddress(world.shell()))
  const catalogue = await citizen.catalogue()
  putCard(world.stack.bench, 'zhou-mingyuan')
  await citizen.card()
  const { ticket } = await submit(citizen, registration(catalogue))
  await citizen.bridge.session.end({ why: 'done' })
  citizen.close()
  world.stack.bench.reader.takeCard()
  return ticket
}

test('a ticket is found before and after delivery; a mistyped one and a stranger are told apart', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  await world.logged('package-taken', (line) => line.kind === 'catalogue')
  await world.stack.bench.network.cut()
  await world.logged('connection-changed', (line) => line.connection === 'no-network')
  const ticket = await submitted()
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
