import type { Page } from 'playwright-core'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import type { Workbench } from '../../electron/dev/workbench.ts'

/** The citizen's way through the screens, by touch, as the demo and the e2e tests walk it. */

/** Called on each page that the walk comes to, e.g. to take a picture. */
export type OnPage = (name: string) => Promise<void>

const nothing: OnPage = async () => undefined

/** Puts a sample person's card on the reader; one that lay there is taken away first. */
export function putCard(bench: Workbench, personId: string): void {
  const person = samplePerson(personId)
  if (person === undefined) throw new Error(`no sample person ${personId}`)
  bench.reader.takeCard()
  bench.reader.putCard(person)
}

/** Writes one character by pinyin on the screen's own keyboard. */
export async function touchCharacter(page: Page, pinyin: string, character: string): Promise<void> {
  for (const letter of pinyin) await page.getByTestId(`key-${letter}`).click()
  const wanted = page.locator('[data-testid^="cand-"]', { hasText: new RegExp(`^${character}$`) })
  for (let tries = 0; tries < 40; tries++) {
    if (await wanted.count()) {
      await wanted.first().click()
      return
    }
    await page.getByTestId('key-more').click()
  }
  throw new Error(`the keyboard does not offer ${character} for ${pinyin}`)
}

/** 恒盛纺织厂, as a citizen would write it. */
export const EMPLOYER: readonly (readonly [string, string])[] = [
  ['heng', '恒'],
  ['sheng', '盛'],
  ['fang', '纺'],
  ['zhi', '织'],
  ['chang', '厂'],
]

/** The last day of the month before this one: a day that every calendar page offers. */
export function lastMonthEnd(today: Date): { readonly year: number; readonly month: number; readonly day: number } {
  const end = new Date(today.getFullYear(), today.getMonth(), 0)
  return { year: end.getFullYear(), month: end.getMonth() + 1, day: end.getDate() }
}

/** Through the pages of the home page until the item stands there. */
export async function openItem(page: Page, id: string): Promise<void> {
  await page.getByTestId('home-page').waitFor()
  await page.locator('[data-testid^="item-"]').first().waitFor()
  const card = page.getByTestId(`item-${id}`)
  for (let tries = 0; tries < 12 && (await card.count()) === 0; tries++) {
    const elder = page.getByTestId('more-items')
    if ((await elder.count()) > 0) await elder.click()
    else await page.getByTestId('items-next').click()
  }
  await card.click()
}

/** What happens with her data, where that is asked on a page of its own; `after` is what comes then. */
export async function agree(page: Page, after: string, onPage: OnPage = nothing): Promise<void> {
  await page.locator(`[data-testid="consent-page"], [data-testid="${after}"]`).first().waitFor()
  if ((await page.getByTestId('consent-page').count()) === 0) return
  await onPage('consent')
  await page.getByTestId('consent-agree').click()
  await page.getByTestId(after).waitFor()
}

/** From the idle page to the confirm page of S07 (失业登记): card, choice, guide, form. */
export async function walkToConfirm(
  page: Page,
  bench: Workbench,
  personId: string,
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId('idle-page').waitFor()
  await onPage('idle')
  await page.getByTestId('start').click()
  await page.getByTestId('item-S07').waitFor()
  await onPage('home')
  await page.getByTestId('item-S07').click()
  await page.getByTestId('item-page').waitFor()
  await onPage('item')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page', onPage)
  await onPage('card')
  putCard(bench, personId)
  await page.getByTestId('form-page').waitFor()
  await declineElder(page, personId)
  await fillRegistration(page, onPage)
  await page.getByTestId('confirm-page').waitFor()
  await sign(page)
  await onPage('confirm')
}

const ELDERS: readonly string[] = ['sun-guilan', 'zhao-dehou']

export const OTHER_LANGUAGES = ['en', 'ug', 'bo'] as const

/** From the idle page's row of languages; waits until the page really is in it. */
export async function chooseLanguage(page: Page, language: (typeof OTHER_LANGUAGES)[number]): Promise<void> {
  await page.getByTestId(`row-language-${language}`).click()
  await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' })
}

/** Whoever is old by the card is offered elder mode, and may stay. */
export async function declineElder(page: Page, personId: string): Promise<void> {
  if (!ELDERS.includes(personId)) return
  await page.getByTestId('elder-offer-stay').click()
  await page.getByTestId('elder-offer').waitFor({ state: 'detached' })
}

/** S02 in elder mode, from the idle page to the receipt; `onPage` is called once on each page. */
export async function walkElderPension(page: Page, bench: Workbench, onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId('start-elder').click()
  await page.getByTestId('item-S02').waitFor()
  await onPage('elder-home')
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-self').waitFor()
  await onPage('elder-item')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page', onPage)
  await onPage('elder-card')
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('choice-pensionType-resident').waitFor()
  await onPage('elder-choice')
  await page.getByTestId('choice-pensionType-resident').click()
  await onPage('elder-chosen')
  await page.getByTestId('form-next').click()
  await page.getByTestId('field-livingPlace').waitFor()
  await onPage('elder-division')
  await page.getByTestId('form-next').click()
  await page.getByTestId('number-pad').waitFor()
  for (const digit of '13800136021') await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await onPage('elder-phone')
  await page.getByTestId('key-done').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('confirm-page').waitFor()
  await onPage('elder-confirm')
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await onPage('elder-receipt')
}

/** S02 by Zhou for his father Zhao, both cards, from the idle page to the confirm page; `onPage` is called once on each. */
export async function walkProxyPension(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-proxy').waitFor()
  await onPage('proxy-item')
  await page.getByTestId('item-proxy').click()
  await agree(page, 'card-page', onPage)
  await onPage('proxy-card')
  putCard(bench, 'zhou-mingyuan')
  await page.getByTestId('choice-proxy-relation-child').waitFor()
  await onPage('proxy-relation')
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('choice-proxy-authority-principal-present').waitFor()
  await onPage('proxy-authority')
  await page.getByTestId('choice-proxy-authority-principal-present').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('principal-page').waitFor()
  await onPage('proxy-principal')
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('principal-next').waitFor()
  await onPage('proxy-principal-read')
  await page.getByTestId('principal-next').click()
  await fillPension(page, onPage)
}

/** The pages of S02, standard, for a principal; up to the summary. Whose card nobody read lives nobody knows where. */
export async function fillPension(page: Page, onPage: OnPage = nothing, hasCard = true): Promise<void> {
  await page.getByTestId('choice-pensionType-resident').click()
  await onPage('proxy-form')
  await page.getByTestId('form-next').click()
  await page.getByTestId('field-livingPlace').waitFor()
  if (!hasCard) {
    await page.getByTestId('division-tray').waitFor()
    for (const code of ['990000', '990100', '990101']) await page.getByTestId(`division-${code}`).click()
    await page.getByTestId('division-done').click()
  }
  await page.getByTestId('form-next').click()
  await page.getByTestId('number-pad').waitFor()
  for (const digit of '13800136021') await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('confirm-page').waitFor()
  await onPage('proxy-confirm')
}

/** Fills the S07 page and pledges its paper. */
export async function fillRegistration(page: Page, onPage: OnPage = nothing): Promise<void> {
  await answerRegistration(page, onPage)
  await onPage('paper')
  await page.getByTestId('paper-pledge').click()
}

/** Fills the S07 page by touch (pinyin keyboard, date buttons, choice, number pad), up to its paper. */
export async function answerRegistration(page: Page, onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId('field-employer').click()
  for (const [pinyin, character] of EMPLOYER) await touchCharacter(page, pinyin, character)
  await onPage('form-keyboard')
  await page.getByTestId('key-done').click()

  const { year, month, day } = lastMonthEnd(new Date())
  await page.getByTestId('field-endDate').click()
  await page.getByTestId(`date-year-${year}`).click()
  await page.getByTestId(`date-month-${month}`).click()
  await page.getByTestId(`date-day-${day}`).click()
  await onPage('form-date')
  await page.getByTestId('date-done').click()

  await page.getByTestId('field-phone').click()
  for (const digit of '13800136021') await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
  // On a low screen an open keyboard leaves room for one field only, so the choice comes last.
  await page.getByTestId('choice-endReason-contract-ended').click()
  await onPage('form')
  await page.getByTestId('form-next').click()
  await page.getByTestId('paper-page').waitFor()
}

/** Two strokes in the signature's box. */
export async function sign(page: Page): Promise<void> {
  const box = await page.getByTestId('signature').boundingBox()
  if (box === null) throw new Error('the signature pad is not on the screen')
  for (const [from, to] of [
    [0.2, 0.35],
    [0.45, 0.7],
  ] as const) {
    await page.mouse.move(box.x + box.width * from, box.y + box.height * 0.3)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * to, box.y + box.height * 0.7, { steps: 8 })
    await page.mouse.up()
  }
}

/** Submits and answers the ticket that the receipt page shows. */
export async function submitForTicket(page: Page): Promise<string> {
  await page.getByTestId('submit').click()
  await page.getByTestId('receipt-page').waitFor()
  const ticket = await page.getByTestId('ticket').getAttribute('data-ticket')
  if (ticket === null) throw new Error('the receipt page shows no ticket')
  return ticket
}

/** Waits until the status line says how the hub stands. */
export function statusShows(page: Page, connection: 'connected' | 'hub-silent' | 'no-network'): Promise<void> {
  return page.locator(`[data-testid="status"][data-connection="${connection}"]`).waitFor()
}

/** From the receipt page to the end, without a rating. */
export async function endVisit(page: Page): Promise<void> {
  await page.getByTestId('end').click()
  await page.getByTestId('rate-skip').click()
}

/** From the receipt page to the end, by way of 不满意 with a reason and a word. */
export async function endWithRating(page: Page, onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId('end').click()
  await page.getByTestId('rate-page').waitFor()
  await onPage('rate')
  await page.getByTestId('rate-2').click()
  await page.getByTestId('rate-check').waitFor()
  await onPage('rate-check')
  await page.getByTestId('rate-keep').click()
  await page.getByTestId('rate-reason-too-many-steps').click()
  await onPage('rate-reasons')
  await page.getByTestId('rate-say').click()
  await page.getByTestId('rate-words').waitFor()
  await touchCharacter(page, 'man', '慢')
  await onPage('rate-words')
  await page.getByTestId('key-done').click()
  await page.getByTestId('rate-send').click()
}

/** A complaint about a member of staff (at first it was to be about an item), without a name, from the home page to its ticket. */
export async function walkComplaint(page: Page, onPage: OnPage = nothing): Promise<string> {
  const next = () => page.getByTestId('form-next').click()
  await page.getByTestId('complain').click()
  await page.getByTestId('choice-what-item').click()
  await next()
  await page.locator('[data-testid="field-itemId"], [data-testid="field-itemKind"]').waitFor()
  await onPage('complaint-item')
  await page.getByTestId('back').click()
  await page.getByTestId('choice-what-staff').click()
  await onPage('complaint-what')
  await next()
  await page.getByTestId('field-staffNumber').waitFor()
  for (const digit of '017') await page.getByTestId(`key-${digit}`).click()
  await onPage('complaint-staff')
  await page.getByTestId('key-done').click()
  await next()
  await page.getByTestId('choice-sort-投诉').click()
  await onPage('complaint-sort')
  await next()
  await page.getByTestId('field-words').waitFor()
  for (const [pinyin, character] of COMPLAINT) await touchCharacter(page, pinyin, character)
  await onPage('complaint-words')
  await page.getByTestId('key-done').click()
  await next()
  await page.getByTestId('choice-named-no').click()
  await onPage('complaint-named')
  await next()
  await page.getByTestId('confirm-page').waitFor()
  await onPage('complaint-confirm')
  const ticket = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await onPage('complaint-receipt')
  return ticket
}

const COMPLAINT: readonly (readonly [string, string])[] = [
  ['deng', '等'],
  ['le', '了'],
  ['hen', '很'],
  ['jiu', '久'],
]
