import type { Page } from 'playwright-core'
import { badgeText } from '../../sync/protocol/staff.ts'
import { type StaffBadge, touchPin, typeCode } from '../support/staff-badge.ts'
import { statusShows, walkComplaint, walkElderPension, walkToConfirm } from '../support/walk.ts'
import type { World } from '../support/world.ts'

/** Every page on which staff is called, shows a badge or helps, in both modes; `check` is called once on each. */
export async function staffPages(
  page: Page,
  world: World,
  badge: StaffBadge,
  check: (name: string) => Promise<void>,
): Promise<void> {
  const { bench } = world.stack
  const leaveToIdle = async () => {
    await page.getByTestId('end').click()
    await page.getByTestId('rate-alone').waitFor()
    await check('elder helped rate')
    await page.getByTestId('rate-alone-end').click()
    bench.reader.takeCard()
    await page.getByTestId('idle-page').waitFor()
  }
  const complain = async (mode: 'standard' | 'elder') => {
    await walkComplaint(page, async (name) => {
      if (name !== 'complaint-confirm') return
      await page.getByTestId('said-beside').waitFor()
      await check(`${mode} helped complaint`)
    })
    await page.getByTestId('end').click()
    await page.getByTestId('idle-page').waitFor()
  }
  await page.getByTestId('idle-page').waitFor()
  // The first screen stands before the document is at work; nobody hears a badge until then.
  await statusShows(page, 'connected')
  await typeCode(page, badgeText({ badgeId: '_'.repeat(11), secret: '_'.repeat(22) }))
  await page.getByTestId('badge-refused').waitFor()
  await check('standard badge-refused')
  await page.getByTestId('badge-refused-close').click()

  await walkToConfirm(page, bench, 'zhou-mingyuan', async (name) => {
    if (name === 'home') {
      await page.getByTestId('call-staff').click()
      await page.getByTestId('staff-sheet').waitFor()
      await check('standard staff-called')
      await page.getByTestId('staff-close').click()
      await typeCode(page, badge.text)
      await page.getByTestId('staff-pin-page').waitFor()
      await check('standard staff-pin')
      await touchPin(page, badge.pin)
      await page.getByTestId('staff-banner').waitFor()
    }
    if (name === 'confirm') return
    // She leaves for the signature and no sooner.
    if (name === 'form') await check('standard helped form')
    else if (name !== 'idle') await check(`standard helped ${name}`)
    // Lying, the list beside a banner is shorter: what was on its first page may be on the next.
    const next = page.getByTestId('items-next')
    if (name === 'home' && (await page.getByTestId('item-S07').count()) === 0) await next.click()
    if (name === 'form') await page.getByTestId('assist-end').click()
  })
  await typeCode(page, badge.text)
  await touchPin(page, badge.pin)
  await page.getByTestId('sign-alone').waitFor()
  await check('standard helped confirm')
  await page.getByTestId('home').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('lookup-closed').waitFor()
  await check('standard helped lookup')
  await page.getByTestId('home').click()
  await complain('standard')
  bench.reader.takeCard()

  await walkElderPension(page, bench, async (name) => {
    if (name === 'elder-home') {
      await page.getByTestId('call-staff').click()
      await page.getByTestId('staff-sheet').waitFor()
      await check('elder staff-called')
      await page.getByTestId('staff-close').click()
      await typeCode(page, badge.text)
      await page.getByTestId('staff-pin-page').waitFor()
      await check('elder staff-pin')
      await touchPin(page, badge.pin)
      await page.getByTestId('staff-banner').waitFor()
    }
    await check(`elder helped ${name}`)
  })
  await leaveToIdle()
  await statusShows(page, 'connected')
  await page.getByTestId('start-elder').click()
  await page.getByTestId('more-items').waitFor()
  await typeCode(page, badge.text)
  await touchPin(page, badge.pin)
  await page.getByTestId('staff-banner').waitFor()
  await page.getByTestId('more-items').click()
  await complain('elder')
}
