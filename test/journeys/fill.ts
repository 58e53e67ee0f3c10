import type { Page } from 'playwright-core'
import { splitAddress, splitChoices } from '../../sync/protocol/composite-answers.ts'
import { divisionLevel, type Field } from '../../sync/protocol/service-item.ts'

/** Answers one question by the keys that the screen gives for it; words by a keyboard on the desk. */
export async function fillField(page: Page, field: Field, value: string): Promise<void> {
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
      return choose(page, field.id, splitChoices(value))
    case 'date':
      return chooseDate(page, field.id, value)
    case 'month':
      return chooseMonth(page, field.id, value)
    case 'division':
      await page.getByTestId(`field-${field.id}`).click()
      return choosePlace(page, value)
    case 'address': {
      const { division, detail } = splitAddress(value)
      await page.getByTestId(`place-${field.id}`).click()
      await choosePlace(page, division)
      return write(page, field.id, detail)
    }
    case 'text':
    case 'person-name':
      return write(page, field.id, value)
    default:
      return type(page, field.id, value)
  }
}

async function choose(page: Page, field: string, values: readonly string[]): Promise<void> {
  for (const value of values) {
    const choice = page.getByTestId(`choice-${field}-${value}`)
    // More answers than four stand behind 更多 in elder mode.
    for (let tries = 0; tries < 12 && (await choice.count()) === 0; tries++)
      await page.getByTestId(`choice-${field}-more`).click()
    if ((await choice.getAttribute('aria-pressed')) !== 'true') await choice.click()
  }
}

async function chooseDate(page: Page, field: string, iso: string): Promise<void> {
  await page.getByTestId(`field-${field}`).click()
  const [year, month, day] = iso.split('-').map(Number)
  await turnTo(page, `date-year-${year}`, 'date-years-more')
  await page.getByTestId(`date-year-${year}`).click()
  await page.getByTestId(`date-month-${month}`).click()
  await page.getByTestId(`date-day-${day}`).click()
  await page.getByTestId('date-done').click()
}

async function chooseMonth(page: Page, field: string, iso: string): Promise<void> {
  await page.getByTestId(`field-${field}`).click()
  const [year, month] = iso.split('-').map(Number)
  await turnTo(page, `month-year-${year}`, 'month-years-more')
  await page.getByTestId(`month-year-${year}`).click()
  await page.getByTestId(`month-${month}`).click()
  await page.getByTestId('month-done').click()
}

async function choosePlace(page: Page, code: string): Promise<void> {
  await page.getByTestId('division-tray').waitFor()
  const level = divisionLevel(code)
  const steps = [
    { level: 'province', code: `${code.slice(0, 2)}0000` },
    ...(level === 'province' ? [] : [{ level: 'prefecture', code: `${code.slice(0, 4)}00` }]),
    ...(level === 'county' ? [{ level: 'county', code }] : []),
  ]
  for (const step of steps) {
    await turnTo(page, `division-${step.code}`, `division-more-${step.level}`)
    await page.getByTestId(`division-${step.code}`).click()
  }
  await page.getByTestId('division-done').click()
}

/** What is not shown now is behind 更多. */
async function turnTo(page: Page, testId: string, more: string): Promise<void> {
  for (let tries = 0; tries < 60 && (await page.getByTestId(testId).count()) === 0; tries++)
    await page.getByTestId(more).click()
}

async function write(page: Page, field: string, text: string): Promise<void> {
  await page.getByTestId(`field-${field}`).click()
  await page.getByTestId(`field-${field}`).fill(text)
  await page.getByTestId('keyboard').getByTestId('key-done').click()
}

async function type(page: Page, field: string, value: string): Promise<void> {
  await page.getByTestId(`field-${field}`).click()
  await page.getByTestId(`field-${field}`).fill('')
  for (const character of value) await page.locator('.tray').getByTestId(`key-${character}`).click()
  await page.locator('.tray').getByTestId('key-done').click()
}
