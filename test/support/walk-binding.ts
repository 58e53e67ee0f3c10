import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { agree, declineElder, type OnPage, putCard } from './walk.ts'

/** 亲情绑定 through the screens: 周明远 and his father. */

const nothing: OnPage = async () => undefined
const SON = 'zhou-mingyuan'
const FATHER = 'zhao-dehou'
const startOf = (mode: 'standard' | 'elder') => (mode === 'elder' ? 'start-elder' : 'start')

/** 绑定家人 from 我的办件, online: 周明远 with his father's card beside his, up to the summary. */
export async function walkBinding(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(startOf(mode)).click()
  await page.getByTestId('my-cases').click()
  putCard(bench, SON)
  await page.getByTestId('cases-bindings').waitFor()
  await page.getByTestId('cases-page').waitFor()
  await onPage('cases-with-bindings')
  await page.getByTestId('cases-bindings').click()
  await page.getByTestId('bindings-page').waitFor()
  await onPage('bindings')
  await page.getByTestId('bindings-bind').click()
  await page.getByTestId('choice-proxy-relation-child').waitFor()
  await onPage('binding-relation')
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('principal-page').waitFor()
  putCard(bench, FATHER)
  await page.getByTestId('principal-next').click()
  await page.getByTestId('choice-scope-all').waitFor()
  await onPage('binding-scope')
  await page.getByTestId('choice-scope-all').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('choice-months-12').waitFor()
  await onPage('binding-months')
  await page.getByTestId('choice-months-12').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('confirm-page').waitFor()
  await onPage('binding-confirm')
}

/** S02 for his father by the binding, from the start to the choice of whom the hub names. */
export async function walkToBound(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(startOf(mode)).click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-proxy').click()
  await agree(page, 'card-page')
  putCard(bench, SON)
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('choice-proxy-authority-standing-binding').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('bound-page').waitFor()
  await onPage('bound')
}

/** From the start to the father's bindings, by his card. */
export async function walkToHisBindings(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(startOf(mode)).click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('card-page').waitFor()
  putCard(bench, FATHER)
  if (mode === 'standard') await declineElder(page, FATHER)
  await page.getByTestId('cases-page').waitFor()
  await page.getByTestId('cases-notices').waitFor()
  await onPage('cases-with-notices')
  await page.getByTestId('cases-notices').click()
  await page.getByTestId('notices-page').waitFor()
  await onPage('notices')
  await page.getByTestId('binding-0').click()
  await page.getByTestId('notice-way').waitFor()
  await onPage('notice')
  await page.getByTestId('notice-back').click()
  await page.getByTestId('notices-back').click()
  await page.getByTestId('cases-bindings').click()
  await page.getByTestId('bindings-page').waitFor()
  await page.getByTestId('binding-0').waitFor()
  await onPage('his-bindings')
}

/** A binding holds once the hub has opened it, a moment after it arrived; its list says so, the newest first. */
export async function bindingHolds(hubUrl: URL): Promise<void> {
  for (;;) {
    const rows = (await (await fetch(hubUrl)).text()).split('<tr>')
    if (rows.find((row) => row.includes('家人绑定'))?.includes('已受理') === true) return
  }
}
