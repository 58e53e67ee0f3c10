import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { SAMPLE_PERSONS } from '../../drivers/id-card-reader/sample-persons.ts'
import type { PrintedPaper } from '../../drivers/receipt-printer/printer-machine.ts'
import type { PaperOutcome, PrintFault } from '../../drivers/receipt-printer/states.ts'
import { outcomeOf } from '../../renderer/kiosk/pages/receipt-words.ts'
import { say } from '../../renderer/ui/strings/say.ts'
import { nodeDisk } from '../../sync/journal/node-disk.ts'
import { scanJournal } from '../../sync/journal/scan.ts'
import { expectNobodyInLog, logFromNow, says } from '../support/bad-input.ts'
import { findChromium } from '../support/chromium.ts'
import { statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { hubRows, openWorld, type World } from '../support/world.ts'

/**
 * A receipt printer that fails before and in the middle of a receipt. One visit stands on the receipt page all the while:
 * it says what really happened to the paper, keeps the ticket in sight, and prints well once the cause is gone. The journal
 * says "printed" only for papers that the printer confirmed; delivery goes its own way.
 */
/** A test that waits for a log line in vain ends after this; the project's 120 s are for whole walks. */
vi.setConfig({ testTimeout: 45_000 })
const isWithoutBrowser = findChromium() === undefined
const TOUCH_TIMEOUT_MS = 30_000
/** Lines after which something happens in the middle: behind the title, before the ticket. */
const LINES_TO_THE_MIDDLE = 5

let world: World
let page: Page
let ticket: string

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
afterAll(async () => {
  if (world === undefined) return
  try {
    expectNobodyInLog(world, SAMPLE_PERSONS)
  } finally {
    await world.close()
  }
})

const printer = () => world.stack.bench.printer
const printState = (state: string) => page.locator(`[data-testid="print-state"][data-state="${state}"]`)

/** How often the journal says that the printer confirmed a receipt. */
async function printedInJournal(): Promise<number> {
  let count = 0
  const scanned = await scanJournal(nodeDisk, join(world.stack.terminalDir, 'journal'), {
    onEntry(entry) {
      if (entry.known && entry.frame.type === 'receipt-printed') count++
    },
  })
  expect(scanned).toMatchObject({ ok: true, tornBytes: 0 })
  return count
}

const linesOf = ({ paper }: PrintedPaper) =>
  paper.elements.map((element) => (element.type === 'line' ? element.text.trim() : `(${element.type})`))

/** What a paper lacks of a whole receipt: title on top, ticket, QR code and machine once each, cut off. */
function lacks(printed: PrintedPaper | undefined): readonly string[] {
  if (printed === undefined) return ['paper']
  const lines = linesOf(printed)
  const wanted = [say('receipt.title'), '(qr)', 'YZ-NQ-03']
  const tickets = lines.filter((line) => line.replace(/[ -]/g, '') === ticket)
  return [
    ...(printed.paper.end === 'cut' ? [] : ['cut']),
    ...(lines[0] === say('receipt.title') ? [] : [`title on top, but ${lines[0]}`]),
    ...(tickets.length === 1 ? [] : ['ticket']),
    ...wanted.filter((each) => lines.filter((line) => line.includes(each)).length !== 1),
  ]
}

const isWhole = (printed: PrintedPaper) => lacks(printed).length === 0

/** The page's words on a fault; the time in it is whatever the clock said. */
async function troubleShows(fault: PrintFault, paper: PaperOutcome): Promise<void> {
  await printState('failed')
    .and(page.locator(`[data-fault="${fault}"][data-paper="${paper}"]`))
    .waitFor()
  const parts = say(`print-fault.${fault}`, { time: '|' }).split('|')
  const outcome = outcomeOf({ fault, paper })
  await says(printState('failed'), say(`trouble.heading.${outcome}`), ...parts, say(`trouble.paper.${outcome}`))
  expect(await page.getByTestId('ticket').getAttribute('data-ticket')).toBe(ticket)
}

/**
 * The cause is gone and the citizen asks again: one whole paper comes out, and the journal counts one more. `hanging`
 * whole ones, printed and not cut off, are cut off first.
 */
async function printsWellAgain(hanging = 0): Promise<void> {
  const wholeBefore = printer().papers().filter(isWhole).length
  const journalBefore = await printedInJournal()
  const log = logFromNow(world)
  await page.getByTestId('print-again').click()
  await log.shows({ event: 'receipt-printed' })
  await printState('printed').waitFor()
  expect(lacks(printer().papers().at(-1))).toEqual([])
  expect(printer().papers().filter(isWhole).length).toBe(wholeBefore + hanging + 1)
  expect(await printedInJournal()).toBe(journalBefore + 1)
  expect(await page.getByTestId('ticket').getAttribute('data-ticket')).toBe(ticket)
}

test('no paper when the citizen submits: delivered all the same, printed when there is paper', async () => {
  const log = logFromNow(world)
  await walkToConfirm(page, world.stack.bench, 'zhou-mingyuan')
  // Not earlier: an item that needs a receipt is not begun at a machine without paper.
  printer().paperOut()
  ticket = await submitForTicket(page)
  await troubleShows('paper-out', 'nothing')
  await log.shows({ event: 'receipt-not-printed', fault: 'paper-out', paper: 'nothing' })
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  expect(await hubRows(world.stack)).toMatchObject([{ ticket }])
  expect(await printedInJournal()).toBe(0)
  expect(printer().papers()).toEqual([])
  expect(linesOf({ paper: printer().currentPaper(), bytes: new Uint8Array() })).toEqual([])

  printer().loadPaper()
  await printsWellAgain()
  expect(printer().papers()).toHaveLength(1)
})

/** Goes wrong once the receipt is under way. */
async function inTheMiddle(goWrong: () => void | Promise<void>): Promise<void> {
  const from = printer().counters().linesPrinted
  await printer().until(() => printer().counters().linesPrinted >= from + LINES_TO_THE_MIDDLE)
  await goWrong()
}

interface Trouble {
  readonly fault: PrintFault
  readonly paper: PaperOutcome
  readonly hanging?: number
  readonly before?: () => void | Promise<void>
  readonly amid?: () => void | Promise<void>
  readonly cure: () => void | Promise<void>
}

test.for<readonly [string, Trouble]>([
  [
    'the paper ends half way',
    {
      fault: 'paper-out',
      paper: 'partly',
      before: () => printer().paperOutAfterLines(LINES_TO_THE_MIDDLE),
      cure: () => printer().loadPaper(),
    },
  ],
  [
    'the cover is open',
    {
      fault: 'cover-open',
      paper: 'nothing',
      before: () => printer().openCover(),
      cure: () => printer().closeCover(),
    },
  ],
  [
    'the cover is opened half way',
    {
      fault: 'cover-open',
      paper: 'partly',
      amid: () => printer().openCover(),
      cure: () => printer().closeCover(),
    },
  ],
  [
    'it is unplugged',
    { fault: 'unplugged', paper: 'nothing', before: () => printer().unplug(), cure: () => printer().plug() },
  ],
  [
    'it is unplugged half way',
    { fault: 'unplugged', paper: 'unknown', amid: () => printer().unplug(), cure: () => printer().plug() },
  ],
  [
    'it says nothing',
    {
      fault: 'no-answer',
      paper: 'nothing',
      before: () => printer().silence(true),
      cure: () => printer().silence(false),
    },
  ],
  [
    'it does not move',
    { fault: 'stalled', paper: 'nothing', before: () => printer().hold(true), cure: () => printer().hold(false) },
  ],
  [
    'the cutter jams',
    {
      fault: 'cutter-error',
      paper: 'partly',
      hanging: 1,
      before: () => printer().cutterJam(),
      cure: () => printer().freeCutter(),
    },
  ],
])('%s: said as it is, and a whole receipt afterwards', async ([, trouble]) => {
  const log = logFromNow(world)
  const journalBefore = await printedInJournal()
  await trouble.before?.()
  const amid = trouble.amid === undefined ? undefined : inTheMiddle(trouble.amid)
  await page.getByTestId('print-again').click()
  await amid
  await troubleShows(trouble.fault, trouble.paper)
  await log.shows({ event: 'receipt-not-printed', fault: trouble.fault, paper: trouble.paper })
  expect(await printedInJournal()).toBe(journalBefore)
  await trouble.cure()
  await printsWellAgain(trouble.hanging)
})

test('all that while the case was handed in once', async () => {
  expect(await hubRows(world.stack)).toMatchObject([{ ticket }])
  expect(await page.getByTestId('delivery').getAttribute('data-state')).toBe('received')
})
