import { expect, test } from 'vitest'
import { okOn } from '../support/arrow-walk.ts'
import { findChromium } from '../support/chromium.ts'
import { putCard } from '../support/walk.ts'
import { openWorld } from '../support/world.ts'

test('a pension is certified by arrow keys and OK alone, without a touch', async (context) => {
  if (findChromium() === undefined) context.skip('no Chromium: npm run setup')
  const world = await openWorld()
  try {
    await world.startTerminal()
    const page = await world.openPage()
    await page.locator('[data-testid="status"][data-connection="connected"]').waitFor()
    let touches = 0
    await page.exposeFunction('touched', () => touches++)
    await page.evaluate(`addEventListener('pointerdown', () => touched(), { capture: true })`)

    await okOn(page, 'start-elder')
    await okOn(page, 'item-S02')
    await okOn(page, 'item-self')
    await page.getByTestId('card-page').waitFor()
    putCard(world.stack.bench, 'zhao-dehou')
    await okOn(page, 'choice-pensionType-resident')
    await okOn(page, 'form-next')
    await page.getByTestId('field-livingPlace').waitFor()
    // 返回, and on again: what was chosen is kept.
    await page.keyboard.press('Escape')
    await page.locator('[data-testid="choice-pensionType-resident"][aria-pressed="true"]').waitFor()
    await okOn(page, 'form-next')
    await page.getByTestId('field-livingPlace').waitFor()
    await okOn(page, 'form-next')
    await page.getByTestId('number-pad').waitFor()
    for (const digit of '13800136021') await okOn(page, `key-${digit}`)
    await expect.poll(() => page.locator('[data-testid^="field-phone"]').inputValue()).toBe('13800136021')
    await okOn(page, 'key-done')
    await okOn(page, 'form-next')
    await okOn(page, 'submit')
    await page.getByTestId('receipt-page').waitFor()
    await world.logged('submission-received')
    expect(touches).toBe(0)
  } finally {
    await world.close()
  }
})
