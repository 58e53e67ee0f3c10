import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  SAMPLE_BAD_CARDS,
  SAMPLE_PERSONS,
  type SamplePerson,
  samplePerson,
} from '../../drivers/id-card-reader/sample-persons.ts'
import type { Misbehaviour } from '../../drivers/id-card-reader/simulated-module.ts'
import type { CardFault, CardReaderState } from '../../drivers/id-card-reader/states.ts'
import { say } from '../../renderer/ui/strings/say.ts'
import type { CardRefusal } from '../../sync/protocol/identity.ts'
import { endVisit, expectNobodyInLog, type LogSince, logFromNow, says } from '../support/bad-input.ts'
import { findChromium } from '../support/chromium.ts'
import { agree, putCard, statusShows } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/**
 * Cards and a reader that go wrong, in the reader's own bytes on a TCP wire that can be pulled: what the citizen reads,
 * what the log says, and that the next good card is read all the same.
 */
const FOR_EVER = 1_000_000
const TOUCH_TIMEOUT_MS = 20_000

/** A test that waits for a log line in vain ends after this; the project's 120 s are for whole walks. */
vi.setConfig({ testTimeout: 45_000 })
const isWithoutBrowser = findChromium() === undefined
let world: World
let page: Page

beforeAll(async () => {
  if (isWithoutBrowser) return
  world = await openWorld()
  await world.startTerminal()
  page = await world.openPage()
  page.setDefaultTimeout(TOUCH_TIMEOUT_MS)
  await statusShows(page, 'connected')
})
beforeEach(({ skip }) => {
  if (isWithoutBrowser) skip('no Chromium: npm run setup')
})
afterEach(() => world?.stack.bench.reader.behave())
afterAll(async () => {
  if (world === undefined) return
  try {
    expectNobodyInLog(world, [...SAMPLE_PERSONS, ...SAMPLE_BAD_CARDS])
  } finally {
    await world.close()
  }
})

const reader = () => world.stack.bench.reader
const problem = () => page.getByTestId('card-problem')
const problemSays = (sentence: string) => says(problem(), sentence)

/** A card of a sample person, here for the first time or changed. */
function lay(person: SamplePerson): void {
  reader().takeCard()
  reader().putCard(person)
}

/** The reader behaves again, the next citizen comes: read, greeted, and gone again. */
async function nextGoodCardIsRead(log: LogSince): Promise<void> {
  reader().behave()
  await takeCardAway()
  putCard(world.stack.bench, 'sun-guilan')
  await greeted(log, say('who.female', { surname: '孙' }))
}

async function greeted(log: LogSince, who: string): Promise<void> {
  await says(page.getByTestId('card-ok'), say('home.card-ok', { who }))
  await log.shows({ event: 'card-read' })
  await endVisit(page)
}

/** Off the reader, and the terminal has noticed: it has looked twice since and found none. */
async function takeCardAway(): Promise<void> {
  reader().takeCard()
  const finds = () => reader().counters().requests.findCard ?? 0
  const before = finds()
  await expect.poll(finds, { interval: 20, timeout: TOUCH_TIMEOUT_MS }).toBeGreaterThan(before + 1)
}

test.for<readonly [string, Misbehaviour]>([
  ['noise before every answer', { kind: 'noise-before', times: 6 }],
  ['a preamble in two pieces', { kind: 'split-preamble', times: 6 }],
  ['one wrong checksum while the card is read', { kind: 'wrong-checksum', command: 'readTextPhoto' }],
  ['one over-long frame while the card is read', { kind: 'over-long', command: 'readTextPhoto' }],
  ['one frame cut short while the card is read', { kind: 'truncated', command: 'readTextPhoto' }],
  ['a wrong checksum when the card is chosen', { kind: 'wrong-checksum', command: 'selectCard' }],
  ['one find without an answer', { kind: 'silence', command: 'findCard' }],
])('%s: read all the same, without a word to the citizen', async ([, misbehaviour]) => {
  const log = logFromNow(world)
  reader().misbehave(misbehaviour)
  putCard(world.stack.bench, 'zhou-mingyuan')
  await page.getByTestId('home-page').waitFor()
  expect(log.lines().filter((line) => line.host === 'reader-card-fault')).toEqual([])
  await greeted(log, say('who.male', { surname: '周' }))
})

test.for<readonly [string, Misbehaviour, CardFault]>([
  ['lifted while it is read', { kind: 'lift-mid-read' }, 'lifted-early'],
  ['not an ID card', { kind: 'not-an-id-card', times: FOR_EVER }, 'not-an-id-card'],
  ['refuses our module', { kind: 'card-rejects-sam', times: FOR_EVER }, 'not-verified'],
  ['cannot be selected', { kind: 'status', sw3: 0x33, command: 'selectCard', times: FOR_EVER }, 'unreadable'],
  ['lengths that contradict each other', { kind: 'inconsistent-lengths' }, 'damaged-answer'],
  [
    'wrong checksums for ever',
    { kind: 'wrong-checksum', command: 'readTextPhoto', times: FOR_EVER },
    'reader-link-bad',
  ],
  ['over-long frames for ever', { kind: 'over-long', command: 'readTextPhoto', times: FOR_EVER }, 'reader-link-bad'],
  ['silence in the middle', { kind: 'silence', command: 'readTextPhoto', times: FOR_EVER }, 'no-answer'],
  [
    'the module fails its self-test in the middle',
    { kind: 'status', sw3: 0x60, command: 'selectCard', times: FOR_EVER },
    'reader-fault',
  ],
])('a card: %s', async ([, misbehaviour, fault]) => {
  const log = logFromNow(world)
  reader().misbehave(misbehaviour)
  putCard(world.stack.bench, 'zhou-mingyuan')
  await problemSays(say(`card-fault.${fault}`))
  await log.shows({ event: 'device-host', host: 'reader-card-fault', fault })
  // Nothing of that card is in the visit: the idle page has not moved.
  expect(await page.getByTestId('idle-page').count()).toBe(1)
  expect(log.lines().some((line) => line.event === 'card-read')).toBe(false)
  await nextGoodCardIsRead(log)
})

const zhou = samplePerson('zhou-mingyuan')
const bad = (id: string): SamplePerson => {
  const person = samplePerson(id)
  if (person === undefined) throw new Error(`no sample person ${id}`)
  return person
}
const changed = (fields: Record<string, string>): SamplePerson => ({
  id: 'changed',
  cardType: 'citizen',
  fields: { ...zhou?.fields, ...fields },
})

test.for<readonly [string, () => SamplePerson, CardRefusal]>([
  ['born on a day that no calendar has', () => bad('impossible-date'), 'number-damaged'],
  ['a wrong check digit', () => bad('wrong-check-digit'), 'number-damaged'],
  ['a birth date that is no date, and a good number', () => changed({ birth: '19860230' }), 'dates-disagree'],
  ['a birth date that the number does not have', () => changed({ birth: '19861103' }), 'dates-disagree'],
  ['expired', () => changed({ validTo: '20200101' }), 'expired'],
  ['no name on it', () => changed({ name: '' }), 'incomplete'],
])('a card that was read well: %s', async ([, person, refusal]) => {
  const log = logFromNow(world)
  lay(person())
  await problemSays(say(`card-refusal.${refusal}`))
  await log.shows({ event: 'card-refused', refusal })
  expect(await page.getByTestId('idle-page').count()).toBe(1)
  await nextGoodCardIsRead(log)
})

/** What is wrong with the reader itself stands on the card page, card or no card. */
describe('a reader, while the citizen stands before it,', () => {
  beforeAll(async () => {
    if (isWithoutBrowser) return
    await page.getByTestId('start').click()
    await page.getByTestId('item-S07').click()
    await page.getByTestId('item-self').click()
    await agree(page, 'card-page')
  })

  test.for<readonly [string, () => Promise<void> | void, CardReaderState['state']]>([
    ['falls silent', () => reader().misbehave({ kind: 'silence', times: FOR_EVER }), 'no-answer'],
    [
      'has a bad line',
      () => reader().misbehave({ kind: 'wrong-checksum', command: 'findCard', times: FOR_EVER }),
      'link-bad',
    ],
    ['says that it cannot work', () => reader().setSamFault(0x66), 'out-of-service'],
    ['is unplugged', () => reader().unplug(), 'unplugged'],
  ])('%s: the page says so until it is back', async ([, goWrong, state]) => {
    const log = logFromNow(world)
    await goWrong()
    await problemSays(say(`reader.${state as 'unplugged'}`))
    await log.shows({ event: 'device-host', host: 'reader-state', state })
    reader().behave()
    await reader().plug()
    await log.shows({ event: 'device-host', host: 'reader-state', state: 'ready' })
    await problem().waitFor({ state: 'detached' })
  })

  test('is well again: the card leads on to the form', async () => {
    const log = logFromNow(world)
    putCard(world.stack.bench, 'zhou-mingyuan')
    await page.getByTestId('form-page').waitFor()
    await log.shows({ event: 'card-read' })
    await endVisit(page)
  })
})
