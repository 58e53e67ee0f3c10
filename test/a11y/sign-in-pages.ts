import type { Page } from 'playwright-core'
import { type StaffBadge, touchPin, typeCode } from '../support/staff-badge.ts'
import { agree, openItem, statusShows } from '../support/walk.ts'
import { signInByCode, signInBySocialSecurity, signInByWitness } from '../support/walk-sign-in.ts'
import type { World } from '../support/world.ts'

type Check = (name: string) => Promise<void>

/** Every page of signing in other than by resident card, in both modes; `check` is called once on each. */
export async function signInPages(page: Page, world: World, badge: StaffBadge, check: Check): Promise<void> {
  await statusShows(page, 'connected')
  for (const mode of ['standard', 'elder'] as const) await inMode(page, world, badge, mode, check)
}

async function inMode(
  page: Page,
  world: World,
  badge: StaffBadge,
  mode: 'standard' | 'elder',
  check: Check,
): Promise<void> {
  const { bench } = world.stack
  const [start, item] = mode === 'elder' ? ['start-elder', 'S02'] : ['start', 'S07']
  const checkAs = (name: string) => check(`${mode} ${name}`)
  const toItem = async (id: string) => {
    await page.getByTestId('home').click()
    await openItem(page, id)
    await page.getByTestId('item-page').waitFor()
  }
  const shows = (text: string) => typeCode(page, text)

  await page.getByTestId(start).click()
  await openItem(page, item)
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await page.getByTestId('way-code').waitFor()
  await checkAs('ways')
  await signInByCode(page, shows, 'no-code-of-ours', checkAs)
  await page.getByTestId('code-unknown-code').waitFor()
  await checkAs('code-refused')
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId('back').click()
  await page.locator('[data-testid="way-code"]:disabled').waitFor()
  await checkAs('ways-offline')
  await bench.network.restore()
  await statusShows(page, 'connected')

  await toItem('S09')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await page.locator('[data-testid="way-code"]:disabled').waitFor()
  await checkAs('ways-chip-only')

  await bench.reader.unplug()
  await toItem('S09')
  await page.getByText('读卡器坏了，请到窗口').waitFor()
  await checkAs('item-no-chip')
  await toItem(item)
  await page.getByTestId('other-ways').waitFor()
  await checkAs('item-other-ways')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await page.getByTestId('card-problem').waitFor()
  await checkAs('ways-reader-broken')
  await shows(badge.text)
  await touchPin(page, badge.pin)
  await page.getByTestId('way-witness').waitFor()
  await checkAs('ways-witness')
  await signInByWitness(page, checkAs)
  await page.getByTestId('form-page').waitFor()
  await page.getByTestId('assist-end').click()
  await checkAs('form-witness')
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()
  await bench.reader.plug()

  await page.getByTestId(start).click()
  await openItem(page, item)
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await signInBySocialSecurity(page, bench, 'zhou-mingyuan', checkAs)
  await page.getByTestId('form-page').waitFor()
  await checkAs('form-social-security')
  await toItem('S09')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await page.getByTestId('more-needed').waitFor()
  await checkAs('more-needed')
  bench.more?.liftCard()
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()
}
