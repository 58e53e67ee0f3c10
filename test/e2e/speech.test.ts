import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { findChromium } from '../support/chromium.ts'
import { endVisit, statusShows, walkElderPension } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/** What an 85-year-old hears on the way through S02: the browser's speech is a stub that writes down what it would say. */
declare global {
  interface Window {
    heard: string[]
    /** Off: sentences never end, as in a browser whose `end` never comes. */
    ends: boolean
  }
}

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

async function openTalking() {
  if (findChromium() === undefined) throw new Error('no Chromium: npm run setup')
  const page = await world.openPage({ viewport: { width: 1080, height: 1920 } })
  page.setDefaultTimeout(40_000)
  await page.addInitScript(() => {
    window.heard = []
    window.ends = true
    const stub = Object.assign(new EventTarget(), {
      getVoices: () => [{ lang: 'zh-CN', name: 'stub' }],
      cancel: () => undefined,
      speak: (utterance: { text: string; onend: () => void }) => {
        window.heard.push(utterance.text)
        if (window.ends) setTimeout(() => utterance.onend())
      },
    })
    Object.defineProperty(window, 'speechSynthesis', { value: stub })
    Object.defineProperty(window, 'SpeechSynthesisUtterance', {
      value: class {
        readonly text: string
        constructor(text: string) {
          this.text = text
        }
      },
    })
  })
  await page.reload()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await statusShows(page, 'connected')
  await page.getByTestId('speech-tool').waitFor()
  const heard = () => page.evaluate(() => window.heard)
  const hears = (text: string) => page.waitForFunction((part) => window.heard.some((each) => each.includes(part)), text)
  return { page, heard, hears }
}

test('elder mode says question and answers of every page in order, and nothing of the person', async () => {
  const { page, heard, hears } = await openTalking()
  const question: Record<string, string> = {}
  await walkElderPension(page, world.stack.bench, async (name) => {
    const text = (await page.locator('main h1').first().innerText()).replace(/\s/g, '')
    question[name] = text
    if (name === 'elder-receipt') await hears('请看屏幕')
    else await page.waitForFunction((part) => window.heard.some((each) => each.replace(/\s/g, '').includes(part)), text)
    if (name === 'elder-choice') await hears('第四个，共四个')
  })
  const said = await heard()
  const at = (part: string) => said.findIndex((each) => each.replace(/\s/g, '').includes(part))
  const order = ['elder-home', 'elder-item', 'elder-card', 'elder-choice', 'elder-phone', 'elder-confirm']
  const places = order.map((name) => at(question[name] ?? '?'))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  const asked = at(question['elder-choice'] ?? '?')
  expect(
    said
      .slice(asked + 1)
      .filter((each) => /第.个，共四个/.test(each))
      .slice(0, 4),
  ).toEqual([
    expect.stringContaining('第一个，共四个'),
    expect.stringContaining('第二个，共四个'),
    expect.stringContaining('第三个，共四个'),
    expect.stringContaining('第四个，共四个'),
  ])
  const person = samplePerson('zhao-dehou')?.fields
  if (person === undefined) throw new Error('no such person')
  const everything = said.join('\n')
  const ticket = (await page.getByTestId('ticket').getAttribute('data-ticket')) ?? '?'
  for (const secret of [person.name, person.number, '赵先生', '13800136021', ticket])
    expect(everything).not.toContain(secret)
  expect(everything).not.toMatch(/\d{5}/)
  await endVisit(page)
  await page.getByTestId('idle-page').waitFor()
  expect(await page.evaluate(() => window.heard)).toEqual([])
})

test('a touch stops it, 重读 says it again, and the standard version is silent until asked', async () => {
  const { page, heard, hears } = await openTalking()
  await page.getByTestId('start').click()
  await page.getByTestId('home-page').waitFor()
  await page.locator('[data-testid="speech-tool"]:not(:disabled)').waitFor()
  expect(await heard()).toEqual([])
  await page.evaluate(() => {
    window.ends = false
  })
  await page.getByTestId('speech-tool').click()
  await hears('今天办什么事')
  const line = page.getByTestId('voice-line')
  await line.waitFor()
  await page.locator('.wordmark').click()
  await line.waitFor({ state: 'hidden' })
  await page.getByTestId('speech-tool').click()
  await line.waitFor()
  expect((await heard()).filter((each) => each.includes('今天办什么事'))).toHaveLength(2)
})
