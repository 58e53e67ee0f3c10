import { expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { putCard, statusShows, walkToConfirm } from '../support/walk.ts'
import { hubRows, openWorld, startAddress } from '../support/world.ts'

test('scenario 4: confirm pressed twice, the answer lost, the page reloaded: one case, one ticket', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const world = await openWorld()
  try {
    await world.startTerminal()
    const page = await world.openPage()
    page.setDefaultTimeout(30_000)
    // From now on main's answers to this page vanish after the first submit, and then the line is cut.
    let submits = 0
    let lose = true
    await page.routeWebSocket(/\/bridge/, (socket) => {
      const server = socket.connectToServer()
      let deaf = false
      socket.onMessage((message) => {
        if (String(message).includes('/submissions/submit')) {
          submits++
          deaf = lose
        }
        server.send(message)
      })
      server.onMessage((message) => {
        if (!deaf) socket.send(message)
      })
    })
    await page.goto(await startAddress(world.shell()))
    await statusShows(page, 'connected')
    await walkToConfirm(page, world.stack.bench, 'zhou-mingyuan')

    // Two presses in one breath, past the guard against double strikes.
    await page.getByTestId('submit').evaluate((button) => {
      ;(button as HTMLButtonElement).click()
      ;(button as HTMLButtonElement).click()
    })
    const accepted = await world.logged('submission-accepted')
    await page.getByTestId('receipt-page').waitFor({ state: 'hidden' })
    lose = false
    await page.reload()
    await page.getByTestId('idle-page').waitFor()
    // The idle page stands before its scripts run; a card that is read before it has introduced itself is not its own.
    await statusShows(page, 'connected')
    // Whoever stands there puts the card on again; only the same card leads back.
    putCard(world.stack.bench, 'zhou-mingyuan')
    await page.getByTestId('receipt-page').waitFor()
    const ticket = await page.getByTestId('ticket').getAttribute('data-ticket')
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()

    expect(submits).toBeGreaterThanOrEqual(1)
    expect(world.log.filter((line) => line.event === 'submission-accepted')).toHaveLength(1)
    const rows = await hubRows(world.stack)
    expect(rows).toMatchObject([{ ticket, submission_id: accepted.submissionId, device_sequence: 1 }])
    await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
    expect(world.stack.bench.printer.papers()).toHaveLength(1)
  } finally {
    await world.close()
  }
})
